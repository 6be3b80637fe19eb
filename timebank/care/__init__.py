"""The catalogue that a community keeps, certificates, and volunteers with their times.

`keeping` and `kinds` change the catalogue; `certificates` are claimed and verified; `volunteering`
is what volunteers say of themselves, `vetting` what a coordinator decides, `fitness` who may take
which visit; `candidates` is all of it for matching; `honours` are stars, `calendars` one's visits.
"""

from timebank.care.calendars import (
    CalendarEntry,
    FeedOwner,
    calendar_of,
    feed_of,
    feed_owner,
    renew_feed,
    stop_feed,
)
from timebank.care.candidates import volunteers_for_matching
from timebank.care.certificates import (
    Claim,
    Held,
    certificate_of,
    certificates_of,
    claim_certificate,
    claims_waiting,
    end_certificate,
    remind_of_expiring,
    today_in,
    verify_certificate,
)
from timebank.care.errors import (
    CertificateOver,
    ChangedMeanwhile,
    ClaimedAlready,
    EnglishNameTaken,
    InvalidCareService,
    InvalidCertificate,
    InvalidProfile,
    KindNeeded,
    NameTaken,
    NotAGuardian,
    NotAllowed,
    NotFit,
    OwnCertificate,
    OwnVetting,
    UnknownCertificate,
    UnknownKind,
    UnknownVolunteer,
    WrongStanding,
)
from timebank.care.fitness import give_policy, give_policy_at, refuse_unfit
from timebank.care.honours import Honour, Honoured, honour_of, honoured, star_thresholds
from timebank.care.keeping import (
    add_care_service,
    care_service_version,
    change_care_service,
    resume_care_service,
    retire_care_service,
)
from timebank.care.kinds import add_certificate_kind, certificate_kinds, retire_certificate_kind
from timebank.care.merging import KEPT, forget_volunteers, take_over_volunteering
from timebank.care.rules import unfit
from timebank.care.times_rules import free_for
from timebank.care.values import (
    Away,
    Candidate,
    Certificate,
    CertificateKind,
    CertificateState,
    Extra,
    GivePolicy,
    HeldCertificate,
    Hours,
    Needs,
    Person,
    Profile,
    Reason,
    Speech,
    Times,
    Volunteer,
    VolunteerStanding,
)
from timebank.care.vetting import (
    VOLUNTEERS_ON_A_PAGE,
    ListedVolunteer,
    approve_volunteer,
    count_volunteers,
    decline_volunteer,
    pause_volunteer,
    set_guardian,
    volunteers_listed,
)
from timebank.care.volunteering import (
    add_away,
    add_extra,
    drop_exception,
    find_volunteer,
    save_hours,
    save_profile,
    times_of,
    volunteer,
)

__all__ = [
    "KEPT", "VOLUNTEERS_ON_A_PAGE", "Away", "CalendarEntry", "Candidate", "Certificate",
    "CertificateKind", "CertificateOver", "CertificateState", "ChangedMeanwhile", "Claim",
    "ClaimedAlready", "EnglishNameTaken", "Extra", "FeedOwner", "GivePolicy", "Held",
    "HeldCertificate", "Honour", "Honoured", "Hours", "InvalidCareService",
    "InvalidCertificate", "InvalidProfile", "KindNeeded", "ListedVolunteer", "NameTaken",
    "Needs", "NotAGuardian", "NotAllowed", "NotFit", "OwnCertificate", "OwnVetting", "Person",
    "Profile", "Reason", "Speech", "Times", "UnknownCertificate", "UnknownKind",
    "UnknownVolunteer", "Volunteer", "VolunteerStanding", "WrongStanding", "add_away",
    "add_care_service", "add_certificate_kind", "add_extra", "approve_volunteer", "calendar_of",
    "care_service_version", "certificate_kinds", "certificate_of", "certificates_of",
    "change_care_service", "claim_certificate", "claims_waiting", "count_volunteers",
    "decline_volunteer", "drop_exception", "end_certificate", "feed_of", "feed_owner",
    "find_volunteer", "forget_volunteers", "free_for", "give_policy", "give_policy_at",
    "honour_of", "honoured", "pause_volunteer", "refuse_unfit", "remind_of_expiring",
    "renew_feed", "resume_care_service", "retire_care_service", "retire_certificate_kind",
    "save_hours", "save_profile", "set_guardian", "star_thresholds", "stop_feed",
    "take_over_volunteering", "times_of", "today_in", "unfit", "verify_certificate",
    "volunteer", "volunteers_for_matching", "volunteers_listed",
]  # fmt: skip
