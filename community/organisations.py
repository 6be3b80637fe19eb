"""Keeps the register of organisations and of the posts that members have in them."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from community import rules
from community.audit import record
from community.errors import (
    BadReason,
    InvalidOrganisation,
    OrganisationClosed,
    OrganisationNameTaken,
    PostEnded,
    PostHeld,
    RegistrationNumberTaken,
    UnknownMember,
    UnknownOrganisation,
    UnknownPost,
)
from community.organisation_reading import leads, organisation
from community.rules import Span
from community.tables import MemberRow, OrganisationMemberRow, OrganisationRow
from community.transactions import refusing, transaction
from community.values import Actor, Organisation, OrganisationDraft, Post, Standing, new_id

REASON_LENGTH_MAX = 200

_ADD = """
INSERT INTO organisation (id, community_id, kind, name, purpose, registration_number, phone)
VALUES ({}, {}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""

_AMEND = """
UPDATE organisation SET kind = {}, name = {}, purpose = {}, registration_number = {}, phone = {}
WHERE id = {}
"""

_OVERLAPPING = """
SELECT FROM organisation_member WHERE organisation_id = {} AND member_id = {} AND post = {}
    AND tstzrange(since, until) && tstzrange({}, {})
LIMIT 1
"""

_GIVE = """
INSERT INTO organisation_member (id, community_id, organisation_id, member_id, post, since, until)
VALUES ({}, {}, {}, {}, {}, {}, {})
"""


async def add_organisation(
    draft: OrganisationDraft,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the caller's own, so that a request may come twice)
) -> Organisation:
    """Enter an organisation in the register of the actor's community.

    The same id with the same content is answered with what is stored. Raises
    `NotYourOrganisation`, `InvalidOrganisation`, `OrganisationNameTaken`,
    `RegistrationNumberTaken`.
    """
    rules.refuse_keeping(by.roles)
    made, given = id or new_id(), _tidy(draft)
    async with _storing(given):
        fresh = await OrganisationRow.raw(_ADD, made, by.community_id, *_columns(given))
        if fresh:
            await _record("organisation.add", made, by, after=_told(given))
    try:
        stored = await organisation(made, community_id=by.community_id)
    except UnknownOrganisation as error:  # the id is another community's
        raise OrganisationNameTaken(given.name) from error
    if not fresh and _draft_of(stored) != given:
        raise OrganisationNameTaken(given.name)
    return stored


async def amend_organisation(
    organisation_id: UUID, draft: OrganisationDraft, *, by: Actor
) -> Organisation:
    """Change what the register says of an organisation.

    Raises `UnknownOrganisation`, `OrganisationClosed` and what `add_organisation` raises.
    """
    rules.refuse_keeping(by.roles)
    given = _tidy(draft)
    async with _storing(given):
        before = await _locked(organisation_id, by)
        await OrganisationRow.raw(_AMEND, *_columns(given), organisation_id)
        await _record(
            "organisation.amend", organisation_id, by, before=_told(before), after=_told(given)
        )
    return await organisation(organisation_id, community_id=by.community_id)


async def close_organisation(organisation_id: UUID, *, why: str, by: Actor) -> None:
    """Close an organisation, and end every post in it; its record stays.

    Raises `NotYourOrganisation`, `UnknownOrganisation`, `OrganisationClosed`, `BadReason`.
    """
    rules.refuse_keeping(by.roles)
    reason = _reason(why)
    async with transaction():
        await _locked(organisation_id, by)
        now = datetime.now(UTC)
        await OrganisationRow.raw(
            "UPDATE organisation SET until = greatest(since, {}) WHERE id = {}",
            now,
            organisation_id,
        )
        await OrganisationMemberRow.raw(
            "UPDATE organisation_member SET until = greatest(since, {})"
            " WHERE organisation_id = {} AND (until IS NULL OR until > {})",
            now,
            organisation_id,
            now,
        )
        await _record("organisation.close", organisation_id, by, details={"why": reason})


async def give_post(
    organisation_id: UUID,
    member_id: UUID,
    post: Post,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    by: Actor,
) -> UUID:
    """Give a member a post in an organisation, from `since` (now) until `until` (open).

    Raises `NotYourOrganisation`, `InvalidTime`, `PostHeld` where the times of the same post would
    overlap, `UnknownMember`, `UnknownOrganisation`, `OrganisationClosed`.
    """
    async with transaction():
        await _locked(organisation_id, by)
        await _lock_member(member_id, by)
        now = datetime.now(UTC)
        span = Span(since or now, until)
        leading = await leads(by.member_id, organisation_id)
        rules.refuse_post(post, span, roles=by.roles, leads=leading, now=now)
        times = (span.since, span.until)
        if await OrganisationMemberRow.raw(
            _OVERLAPPING, organisation_id, member_id, post.value, *times
        ):
            raise PostHeld(f"the member is {post.value} there at that time already")
        made = new_id()
        await OrganisationMemberRow.raw(
            _GIVE, made, by.community_id, organisation_id, member_id, post.value, *times
        )
        await _record_post("post.give", member_id, organisation_id, by, post=post.value)
    return made


async def end_post(post_id: UUID, *, organisation_id: UUID, why: str = "", by: Actor) -> None:
    """End a post now; one that has yet to begin never will. A reason may be given.

    Raises `UnknownPost`, `PostEnded`, `NotYourOrganisation`, `UnknownOrganisation`, `BadReason`.
    """
    reason = _reason(why) if why.strip() else ""
    async with transaction():
        await _locked(organisation_id, by)
        rows = await OrganisationMemberRow.raw(
            "SELECT member_id, post, since, until FROM organisation_member"
            " WHERE id = {} AND organisation_id = {} AND community_id = {} FOR UPDATE",
            post_id,
            organisation_id,
            by.community_id,
        )
        if not rows:
            raise UnknownPost(post_id)
        held, now = rows[0], datetime.now(UTC)
        post = Post(held["post"])
        leading = await leads(by.member_id, organisation_id)
        rules.refuse_post_end(
            post, of=held["member_id"], by=by.member_id, roles=by.roles, leads=leading
        )
        if held["until"] is not None and held["until"] <= max(now, held["since"]):
            raise PostEnded(f"the post {post_id} has ended already")
        await OrganisationMemberRow.raw(
            "UPDATE organisation_member SET until = greatest(since, {}) WHERE id = {}",
            now,
            post_id,
        )
        told = {"post": post.value, **({"why": reason} if reason else {})}
        await _record_post("post.end", held["member_id"], organisation_id, by, **told)


def _storing(given: OrganisationDraft) -> AbstractAsyncContextManager[None]:
    return refusing(
        organisation_named=InvalidOrganisation("name"),
        organisation_name_once=OrganisationNameTaken(given.name),
        organisation_registration_form=InvalidOrganisation("registration_number"),
        organisation_registration_once=RegistrationNumberTaken(given.registration_number or ""),
        organisation_phone_form=InvalidOrganisation("phone"),
        organisation_purpose_length=InvalidOrganisation("purpose"),
    )


async def _locked(organisation_id: UUID, by: Actor) -> OrganisationDraft:
    """Lock an open organisation of the actor's community and return what it says of itself."""
    rows = await OrganisationRow.raw(
        "SELECT id FROM organisation WHERE id = {} AND community_id = {} FOR NO KEY UPDATE",
        organisation_id,
        by.community_id,
    )
    if not rows:
        raise UnknownOrganisation(organisation_id)
    found = await organisation(organisation_id, community_id=by.community_id)
    if found.closed:
        raise OrganisationClosed(f"{organisation_id} is closed")
    return _draft_of(found)


async def _lock_member(member_id: UUID, by: Actor) -> None:
    rows = await MemberRow.raw(
        "SELECT id FROM member WHERE id = {} AND community_id = {} AND standing = {}"
        " FOR NO KEY UPDATE",
        member_id,
        by.community_id,
        Standing.ACTIVE.value,
    )
    if not rows:
        raise UnknownMember(member_id)


def _tidy(draft: OrganisationDraft) -> OrganisationDraft:
    return OrganisationDraft(
        draft.kind,
        draft.name.strip(),
        draft.purpose.strip(),
        (draft.registration_number or "").strip() or None,
        (draft.phone or "").strip() or None,
    )


def _draft_of(stored: Organisation) -> OrganisationDraft:
    return OrganisationDraft(
        stored.kind, stored.name, stored.purpose, stored.registration_number, stored.phone
    )


def _columns(given: OrganisationDraft) -> tuple[str | None, ...]:
    return (
        given.kind.value,
        given.name,
        given.purpose,
        given.registration_number,
        given.phone,
    )


def _told(given: OrganisationDraft) -> dict[str, Any]:
    """Return what the trail keeps: an organisation's data are nobody's personal data."""
    return {
        "kind": given.kind.value,
        "name": given.name,
        "purpose": given.purpose,
        "registration_number": given.registration_number,
        "phone": given.phone,
    }


def _reason(why: str) -> str:
    reason = why.strip()
    if not 0 < len(reason) <= REASON_LENGTH_MAX:
        raise BadReason
    return reason


async def _record(act: str, organisation_id: UUID, by: Actor, **told: Any) -> None:
    await record(act, by=by, subject_kind="organisation", subject_id=organisation_id, **told)


async def _record_post(
    act: str, member_id: UUID, organisation_id: UUID, by: Actor, **told: str
) -> None:
    """Record what was done to a member: so it is found among all that concerns that member."""
    found = await organisation(organisation_id, community_id=by.community_id)
    details = {"organisation": found.name, **told}
    await record(act, by=by, subject_kind="member", subject_id=member_id, details=details)
