"""The catalogue, certificates and volunteers in words for people, and what refusals say."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from app.i18n import current_language, mark
from app.i18n import gettext as _
from app.wording import duration, number
from timebank import CareService, TimebankError, care
from timebank.care import CertificateKind, CertificateState, Reason, Speech, VolunteerStanding

SPEECHES: Final[Mapping[Speech, str]] = {
    Speech.MANDARIN: mark("Mandarin"),
    Speech.DIALECT: mark("The local dialect"),
    Speech.CANTONESE: mark("Cantonese"),
    Speech.ENGLISH: mark("English"),
    Speech.SIGN: mark("Sign language"),
}

WEEKDAYS: Final = (
    mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday"), mark("Friday"),
    mark("Saturday"), mark("Sunday"),
)  # fmt: skip

STANDINGS: Final[Mapping[VolunteerStanding, str]] = {
    VolunteerStanding.APPLIED: mark("Asking to help"),
    VolunteerStanding.ACTIVE: mark("Helping"),
    VolunteerStanding.PAUSED: mark("Pausing"),
    VolunteerStanding.DECLINED: mark("Turned down"),
}
"""The desk's lists of volunteers, each by what its people do."""

CERTIFICATE_STATES: Final[Mapping[CertificateState, str]] = {
    CertificateState.CLAIMED: mark("Waits to be checked"),
    CertificateState.VERIFIED: mark("Checked"),
    CertificateState.ENDED: mark("Does not count"),
}

# What a volunteer reads who may not take a visit on.
REASONS: Final[Mapping[Reason, str]] = {
    Reason.NOT_APPROVED: mark("The desk has not yet approved you as a volunteer. Call the desk."),
    Reason.PAUSED: mark(
        "You accept no visits for now, as the desk agreed with you. Call the desk to begin again."
    ),
    Reason.TOO_YOUNG: mark("By the rules of this community you are too young to give help."),
    Reason.TOO_OLD: mark("By the rules of this community you may rest now, and let others help."),
    Reason.NOT_FOR_MINORS: mark(
        "This kind of help is only for grown-ups. Choose a visit that says it is for young people."
    ),
    Reason.NO_GUARDIAN: mark(
        "Somebody under 18 comes with a parent or guardian. Ask the desk to put yours on record."
    ),
    Reason.NOT_TRAINED: mark(
        "In this community volunteers are trained first. Ask the desk for the next training."
    ),
    Reason.CERTIFICATE_MISSING: mark(
        "This kind of help needs a certificate. If you have it, enter it under My certificates, and"
        " show it to the desk."
    ),
    Reason.CERTIFICATE_EXPIRES: mark(
        "Your certificate will be over by the day of this visit. Enter the new one under My"
        " certificates, and show it to the desk."
    ),
}

_SERVICE: Final[Mapping[tuple[str, str], str]] = {
    ("name_zh", "name"): mark("Give it a Chinese name of at most 40 characters."),
    ("name_en", "name"): mark("Give it an English name of at most 40 characters."),
    ("words_zh", "too long"): mark("Say it in at most 200 characters."),
    ("words_en", "too long"): mark("Say it in at most 200 characters."),
    ("usual_minutes", "not offered"): mark("Choose one of the lengths in the list."),
    ("minors", "not of low risk"): mark(
        "Young people give only help of low risk. Untick this, or say that the risk is low."
    ),
    ("minors", "needs a certificate"): mark(
        "Young people give no help that needs a certificate. Untick this, or ask for none."
    ),
}

_CERTIFICATE: Final[Mapping[tuple[str, str], str]] = {
    ("number", "too long"): mark("A number has at most 40 characters."),
    ("issued_on", "to come"): mark("This day is still to come. Write the day on the certificate."),
    ("issued_on", "too long ago"): mark("Write a day after 1949."),
    ("expires_on", "before it began"): mark("It must end after the day on which it was given out."),
    ("expires_on", "over"): mark("This certificate is over already. Enter the new one."),
    ("expires_on", "too far ahead"): mark("It can end at most 50 years after it was given out."),
    ("evidence", "missing"): mark("Say what you saw, and where."),
    ("evidence", "too long"): mark("Say it in at most 300 characters."),
    ("why", "missing"): mark("Say why."),
    ("why", "too long"): mark("Say it in at most 300 characters."),
}

_PROFILE: Final[Mapping[tuple[str, str], str]] = {
    ("words", "too long"): mark("Say it in at most 300 characters."),
    ("languages", "missing"): mark("Choose at least one language."),
    ("skills", "unknown"): mark("One of these is offered no more. Choose again from the list."),
    ("grids", "unknown"): mark("One of these places is not here any more. Choose again."),
    ("weekly", "not in order"): mark("Each time must end after it begins."),
    ("weekly", "not on a quarter-hour"): mark("Choose times from the list."),
    ("weekly", "no such day"): mark("Choose a day from the list."),
    ("weekly", "too many"): mark("A day has at most six times. Join some of them."),
    ("last_day", "before the first"): mark("The last day must not be before the first."),
    ("last_day", "over"): mark("These days are over already."),
    ("last_day", "too many"): mark("Choose a year at most."),
    ("first_day", "too many"): mark("These are many entries. Remove some first."),
    ("day", "too many"): mark("These are many entries. Remove some first."),
    ("day", "over"): mark("This day is over already."),
    ("day", "too far ahead"): mark("Choose a day within a year."),
    ("until_minute", "not in order"): mark("The time must end after it begins."),
    ("until_minute", "not on a quarter-hour"): mark("Choose times from the list."),
    ("evidence", "missing"): mark("Say what you saw, and where."),
    ("evidence", "too long"): mark("Say it in at most 300 characters."),
    ("why", "missing"): mark("Say why."),
    ("why", "too long"): mark("Say it in at most 300 characters."),
}


def wrong_field(refusal: TimebankError) -> tuple[str, str] | None:  # noqa: PLR0911 (one for each)
    """Return the form's field that a refusal is about and what to do; None where it is about none.

    Where the refusal names no field of a form, it is the one that comes first there.
    """
    match refusal:
        case care.InvalidCareService(field="credit_per_hour", least=least, most=most):
            told = _("Write a whole number of minutes from %(least)s to %(most)s.")
            return "credit_per_hour", told % {"least": number(least), "most": number(most)}
        case care.InvalidCareService(field=field, why=why):
            return field, _(_SERVICE[field, why])
        case care.NameTaken(field=field):
            return field, _("Another one has this name already.")
        case care.UnknownKind():
            return "certificate", _("This kind of certificate is not in use. Choose another.")
        case care.InvalidCertificate(field=field, why=why):
            return field, _(_CERTIFICATE[field, why])
        case care.ClaimedAlready():
            return "kind", _("A certificate of this kind waits to be checked already.")
        case care.InvalidProfile(field=field, why=why):
            return field, _(_PROFILE[field, why])
        case care.NotAGuardian():
            return "name", _("A guardian is a grown-up, and the volunteer is under 18.")
    return None


def refusal_words(refusal: TimebankError) -> str:  # noqa: PLR0911 (one for each)
    """Return what is said of a refusal that is about no field."""
    match refusal:
        case care.OwnCertificate():
            return _("This certificate is your own. A colleague has to check it.")
        case care.OwnVetting():
            return _("This is about yourself. A colleague has to do it.")
        case care.CertificateOver():
            return _("This certificate was taken back in the meantime.")
        case care.WrongStanding():
            return _("Somebody else has decided in the meantime. See how it stands now.")
        case care.ChangedMeanwhile():
            return _("Somebody else changed this in the meantime. See how it stands now.")
        case care.KindNeeded(services=services):
            told = _("It is still needed for: %(services)s. Change that first.")
            return told % {"services": _(", ").join(services)}
        case care.UnknownVolunteer():
            return _("First say what you like to do, and save it.")
        case care.NotFit(reason=reason):
            return _(REASONS[reason])
    return _("That is not possible now. See how it stands.")


def kind_name(kind: CertificateKind) -> str:
    """Return a kind of certificate in the reader's language."""
    return kind.name(current_language())


def service_facts(one: CareService, kinds: Mapping[UUID, CertificateKind]) -> list[str]:
    """Return what is special about a care service, a short phrase each."""
    facts = [_("usually %(time)s") % {"time": duration(one.usual_minutes)}]
    if one.certificate is not None and one.certificate in kinds:
        told = _("only with the certificate: %(kind)s")
        facts.append(told % {"kind": kind_name(kinds[one.certificate])})
    if one.group:
        facts.append(_("also for several at once"))
    if one.minors:
        facts.append(_("young people may help, with a guardian"))
    if one.credit_per_hour != 60:  # noqa: PLR2004 (an hour for an hour needs no word)
        told = _("an hour counts as %(time)s")
        facts.append(told % {"time": duration(one.credit_per_hour)})
    return facts
