"""Who and where: areas, communities, their members and roles, and the record of who did what.

Verbs: `add_area`, `add_community`, `add_member`, `grant_role`; each is one transaction, or joins
its caller's. `record` writes an audit event within the caller's transaction, so that an act and its
trace stand or fall together. An `Actor` is what the verbs of both wings are told about who asks.
"""

from community.areas import add_area, add_community, levels_below, rename_area
from community.audit import audit_events, forget_words, record
from community.bond_errors import (
    AlreadyGranted,
    AlreadyKin,
    AlreadyMarried,
    InvalidBond,
    NotDelegated,
    OwnDelegation,
    OwnKin,
    UnknownDelegation,
    UnknownKinship,
)
from community.bonds import (
    Agreement,
    Channel,
    Consent,
    Delegation,
    KinKind,
    Kinship,
    Missing,
    Terms,
    Word,
    WordTerms,
)
from community.delegation import (
    REPLACED,
    acting_for,
    delegated,
    delegation,
    delegation_in_force,
    delegation_years_max,
    delegations_of,
    delegations_to,
    grant_delegation,
    on_the_word,
    revoke_delegation,
)
from community.directory import (
    AfterName,
    DirectoryPage,
    Listed,
    details_of,
    directory_page,
    found_by_birth,
    found_by_phone,
    listed,
)
from community.duplicates import PAIRS_ON_A_PAGE, Pair, alike, namesakes, not_the_same
from community.electors import Elector, electors, electors_alike, member_ids
from community.entering import (
    active_member_by_phone,
    count_with_role,
    guessable,
    phone_of,
    some_members,
)
from community.erasure import (
    ERASERS,
    AskedYourself,
    Erased,
    Erasure,
    NotAskedFor,
    ask_erasure,
    erase_member,
    waiting_erasure,
    waiting_erasures,
    withdraw_erasure,
)
from community.errors import (
    AlreadyMerged,
    BadReason,
    ChangedMeanwhile,
    CodeTaken,
    CommunityError,
    IdentityTaken,
    InvalidArea,
    InvalidCommunity,
    InvalidDetail,
    InvalidMember,
    InvalidOrganisation,
    InvalidRole,
    InvalidTime,
    LastAdministrator,
    MayNotGrant,
    NotActive,
    NotForYou,
    NotYourOrganisation,
    OrganisationClosed,
    OrganisationError,
    OrganisationNameTaken,
    OwnRole,
    PhoneTaken,
    PostEnded,
    PostHeld,
    RegistrationNumberTaken,
    RoleEnded,
    RoleHeld,
    RoleNotThere,
    RosterNumberTaken,
    StaffContact,
    StaffRoleHeld,
    Taken,
    UnknownArea,
    UnknownCommunity,
    UnknownHousehold,
    UnknownMember,
    UnknownOrganisation,
    UnknownPost,
    UnknownRole,
)
from community.holding import (
    HeldRole,
    Offer,
    Workplace,
    actor,
    areas_held,
    ends_open,
    grants_open,
    held_role,
    roles_held,
    roles_over,
    roles_towards,
    staff_at,
    workplaces,
)
from community.households import (
    Household,
    Housemate,
    household,
    household_by_code,
    household_of,
    move_household,
    people_of,
)
from community.identities import (
    FIRST_ID,
    Resealed,
    SealedIdentity,
    found_by_identity,
    reseal_identities,
)
from community.kinship import end_kinship, kin_kinds, kin_of, kinship, record_kinship
from community.masking import (
    HIDDEN,
    mask_address,
    mask_birth_date,
    mask_email,
    mask_identity,
    mask_phone,
    masked,
)
from community.membership import (
    add_member,
    amend_member,
    keep_active,
    keep_time,
    member_back,
    member_left,
    verify_member,
)
from community.merging import Former, Merged, former_memberships, merge_members, standing_membership
from community.messages import (
    Fill,
    Message,
    Told,
    inbox,
    mark_spread,
    read_all_messages,
    read_message,
    settle_messages,
    settle_messages_of,
    tell,
    tell_all,
    told,
    unread_messages,
    unspread_messages,
    wipe_messages,
)
from community.moving import move_member
from community.organisation_reading import (
    Candidate,
    HeldPost,
    belonging,
    candidates,
    leads,
    organisation,
    organisations_of,
    posts_in,
    posts_of,
)
from community.organisations import (
    add_organisation,
    amend_organisation,
    close_organisation,
    end_post,
    give_post,
)
from community.personal import REGISTER, Kept, Record, memberships, read_kept
from community.policy import (
    AdoptedPack,
    Change,
    InvalidPack,
    MomentTaken,
    NotAnAdministrator,
    NotRetroactive,
    Pack,
    Policy,
    PolicyError,
    Setting,
    adopt_policy,
    adopted_pack,
    adopted_packs,
    policy_in_force,
)
from community.preferring import prefer
from community.reading import (
    communities,
    community,
    community_by_code,
    count_applicants,
    member,
    members,
    members_among,
    named_members,
)
from community.retention import clear_messages, due_for_erasure
from community.roles import end_role, grant_role
from community.rules import PERSONAL, Span, keeps_organisations, may_give_post
from community.spoken import end_words, give_word, word_of_call
from community.trail import (
    SeenConsent,
    TrailSearch,
    members_called,
    note_trail_export,
    own_trail,
    search_trail,
    seen_consent,
    trail_names,
    watched_areas,
)
from community.transactions import in_transaction
from community.tree import (
    Counts,
    area,
    area_by_code,
    area_counts,
    area_path,
    areas_below,
    communities_below,
    grids,
)
from community.values import (
    STAFF,
    SYSTEM,
    Actor,
    Area,
    AuditEvent,
    Community,
    DelegatedAct,
    Details,
    Level,
    Member,
    Organisation,
    OrganisationDraft,
    OrganisationKind,
    Post,
    Registration,
    Role,
    Standing,
    Verified,
    system,
)
from community.ways_in import is_over

__all__ = [
    "ERASERS", "FIRST_ID", "HIDDEN", "PAIRS_ON_A_PAGE", "PERSONAL", "REGISTER", "REPLACED", "STAFF",
    "SYSTEM", "Actor", "AdoptedPack", "AfterName", "Agreement", "AlreadyGranted", "AlreadyKin",
    "AlreadyMarried", "AlreadyMerged", "Area", "AskedYourself", "AuditEvent", "BadReason",
    "Candidate", "Change", "ChangedMeanwhile", "Channel", "CodeTaken", "Community",
    "CommunityError", "Consent", "Counts", "DelegatedAct", "Delegation", "Details", "DirectoryPage",
    "Elector", "Erased", "Erasure", "Fill", "Former", "HeldPost", "HeldRole", "Household",
    "Housemate", "IdentityTaken", "InvalidArea", "InvalidBond", "InvalidCommunity", "InvalidDetail",
    "InvalidMember", "InvalidOrganisation", "InvalidPack", "InvalidRole", "InvalidTime", "Kept",
    "KinKind", "Kinship", "LastAdministrator", "Level", "Listed", "MayNotGrant", "Member", "Merged",
    "Message", "Missing", "MomentTaken", "NotActive", "NotAnAdministrator", "NotAskedFor",
    "NotDelegated", "NotForYou", "NotRetroactive", "NotYourOrganisation", "Offer", "Organisation",
    "OrganisationClosed", "OrganisationDraft", "OrganisationError", "OrganisationKind",
    "OrganisationNameTaken", "OwnDelegation", "OwnKin", "OwnRole", "Pack", "Pair", "PhoneTaken",
    "Policy", "PolicyError", "Post", "PostEnded", "PostHeld", "Record", "Registration",
    "RegistrationNumberTaken", "Resealed", "Role", "RoleEnded", "RoleHeld", "RoleNotThere",
    "RosterNumberTaken", "SealedIdentity", "SeenConsent", "Setting", "Span", "StaffContact",
    "StaffRoleHeld", "Standing", "Taken", "Terms", "Told", "TrailSearch", "UnknownArea",
    "UnknownCommunity", "UnknownDelegation", "UnknownHousehold", "UnknownKinship", "UnknownMember",
    "UnknownOrganisation", "UnknownPost", "UnknownRole", "Verified", "Word", "WordTerms",
    "Workplace", "acting_for", "active_member_by_phone", "actor", "add_area", "add_community",
    "add_member", "add_organisation", "adopt_policy", "adopted_pack", "adopted_packs", "alike",
    "amend_member", "amend_organisation", "area", "area_by_code", "area_counts", "area_path",
    "areas_below", "areas_held", "ask_erasure", "audit_events", "belonging", "candidates",
    "clear_messages", "close_organisation", "communities", "communities_below", "community",
    "community_by_code", "count_applicants", "count_with_role", "delegated", "delegation",
    "delegation_in_force", "delegation_years_max", "delegations_of", "delegations_to", "details_of",
    "directory_page", "due_for_erasure", "electors", "electors_alike", "end_kinship", "end_post",
    "end_role", "end_words", "ends_open", "erase_member", "forget_words", "former_memberships",
    "found_by_birth", "found_by_identity", "found_by_phone", "give_post", "give_word",
    "grant_delegation", "grant_role", "grants_open", "grids", "guessable", "held_role", "household",
    "household_by_code", "household_of", "in_transaction", "inbox", "is_over", "keep_active",
    "keep_time", "keeps_organisations", "kin_kinds", "kin_of", "kinship", "leads", "levels_below",
    "listed", "mark_spread", "mask_address", "mask_birth_date", "mask_email", "mask_identity",
    "mask_phone", "masked", "may_give_post", "member", "member_back", "member_ids", "member_left",
    "members", "members_among", "members_called", "memberships", "merge_members", "move_household",
    "move_member", "named_members", "namesakes", "not_the_same", "note_trail_export", "on_the_word",
    "organisation", "organisations_of", "own_trail", "people_of", "phone_of", "policy_in_force",
    "posts_in", "posts_of", "prefer", "read_all_messages", "read_kept", "read_message", "record",
    "record_kinship", "rename_area", "reseal_identities", "revoke_delegation", "roles_held",
    "roles_over", "roles_towards", "search_trail", "seen_consent", "settle_messages",
    "settle_messages_of", "some_members", "staff_at", "standing_membership", "system", "tell",
    "tell_all", "told", "trail_names", "unread_messages", "unspread_messages", "verify_member",
    "waiting_erasure", "waiting_erasures", "watched_areas", "wipe_messages", "withdraw_erasure",
    "word_of_call", "workplaces",
]  # fmt: skip
