"""Verbs of a covenant: write a version, sign it by one's own hand or at the desk, take it back."""

import hashlib
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor, Role
from marketplace import rules as roles
from marketplace.aftercare import rows, rules, telling
from marketplace.aftercare.beginning import begun
from marketplace.aftercare.errors import SignsThemselves, UnknownCovenant
from marketplace.aftercare.policy import aftercare_policy_at
from marketplace.aftercare.tables import (
    CovenantForceRow,
    CovenantSignatureRow,
    CovenantVersionRow,
)
from marketplace.aftercare.values import Aftercare, CovenantVersion, Way
from marketplace.errors import NotAResident
from marketplace.needs.errors import NotYourDesk
from marketplace.needs.standing import DESK, Standing, oneself, resident_standing
from marketplace.refusals import verb

_WRITE: Final = """
INSERT INTO covenant_version (project_id, number, community_id, words, sha256, note, written_by)
VALUES ({}, {}, {}, {}, {}, {}, {})
"""

_SIGN: Final = """
INSERT INTO covenant_signature (project_id, number, member_id, community_id, way, entered_by,
    consent_id) VALUES ({}, {}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_covenant_signature_each DO NOTHING RETURNING member_id
"""

_SIGNERS: Final = """
SELECT DISTINCT member_id FROM covenant_signature WHERE community_id = {} AND project_id = {}
"""


async def write_covenant(
    project_id: UUID, words: str, *, base: int, by: Actor, note: str = ""
) -> CovenantVersion:
    """Write a version of a finished project's covenant; all who signed any before are asked anew.

    `base` is the number of the latest version that the writer read, 0 for none. Residents and
    coordinators write. Raises `NotAResident`, `NotForAnother`, `NotDelivered`, `CovenantChanged`,
    `SameWords`, `WordsMissing`, `TooLong`, `UnknownProject`.
    """
    oneself(by)
    if Role.COORDINATOR not in by.roles:
        roles.resides(by.roles)
    said = rules.text("covenant", words)
    why = rules.text("note", note, needed=False)
    async with verb():
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotAResident
        care = await begun(project_id, by=by)
        latest = await _latest(care)
        rules.writing(
            said,
            base=base,
            latest=latest.number if latest else 0,
            latest_words=latest.words if latest else "",
        )
        number = (latest.number if latest else 0) + 1
        digest = hashlib.sha256(said.encode()).hexdigest()
        await CovenantVersionRow.raw(
            _WRITE, care.project_id, number, care.community_id, said, digest, why, by.member_id
        )
        await _note("write", care, number, by)
        signers = await CovenantSignatureRow.raw(_SIGNERS, care.community_id, care.project_id)
        custodians = await telling.hands(care, datetime.now(UTC))
        await telling.tell(
            {row["member_id"] for row in signers} | custodians,
            "covenant.written",
            care,
            by=by,
            link=f"/projects/{care.project_id}/covenant",
        )
        return await _version(care, number)


async def sign_covenant(
    project_id: UUID, number: int, *, by: Actor, call_id: UUID | None = None
) -> CovenantVersion:
    """Sign a version; with `call_id`, a caller does, by their own word of that call.

    Once is enough: again changes nothing. With enough signatures it comes into force. Raises
    `NotAResident`, `NotForAnother`, `NotYourDesk`, `NoWordGiven`, `NotToSign`, `NotDelivered`,
    `UnknownCovenant`, `UnknownProject`.
    """
    async with verb():
        whose = await resident_standing(by, call_id)
        way = Way.ONLINE if call_id is None else Way.PHONE
        return await _sign(project_id, number, whose, way, by=by)


async def enter_signature(
    project_id: UUID, number: int, member_id: UUID, *, by: Actor
) -> CovenantVersion:
    """Write down at the desk that a resident has signed a version on paper; they are told.

    Raises `NotYourDesk`, `NotForAnother`, `SignsThemselves`, `NotAResident`, `NotToSign`,
    `NotDelivered`, `UnknownCovenant`, `UnknownProject`.
    """
    oneself(by)
    if DESK.isdisjoint(by.roles):
        raise NotYourDesk
    if member_id == by.member_id:
        raise SignsThemselves
    async with verb():
        if not await community.keep_active(member_id, community_id=by.community_id):
            raise NotAResident
        roles.resides((await community.member(member_id)).roles)
        return await _sign(project_id, number, Standing(member_id, by.member_id), Way.PAPER, by=by)


async def _sign(
    project_id: UUID, number: int, whose: Standing, way: Way, *, by: Actor
) -> CovenantVersion:
    care = await begun(project_id, by=by)
    await _version(care, number)
    force = await _in_force(care)
    latest = await _latest(care)
    rules.signing(number, latest=latest.number if latest else 0, in_force=force)
    added = await CovenantSignatureRow.raw(
        _SIGN,
        care.project_id,
        number,
        whose.member_id,
        care.community_id,
        way.value,
        whose.entered_by,
        whose.consent_id,
    )
    if not added:
        return await _version(care, number)
    await _note("sign", care, number, by, member=whose.member_id if whose.entered_by else None)
    if way is Way.PAPER:
        await telling.tell(
            {whose.member_id},
            "covenant.entered",
            care,
            by=by,
            link=f"/projects/{care.project_id}/covenant",
        )
    signed = await _version(care, number)
    needed = (await aftercare_policy_at(care.community_id)).signatures
    if rules.comes_into_force(number, in_force=force, signatures=signed.signatures, needed=needed):
        await _put_in_force(care, number, by=by)
    return await _version(care, number)


async def _put_in_force(care: Aftercare, number: int, *, by: Actor) -> None:
    await CovenantForceRow.raw(
        "INSERT INTO covenant_force (project_id, number, community_id) VALUES ({}, {}, {})",
        care.project_id,
        number,
        care.community_id,
    )
    await _note("in_force", care, number, by)
    signers = await CovenantSignatureRow.raw(_SIGNERS, care.community_id, care.project_id)
    await telling.tell(
        {row["member_id"] for row in signers} | await telling.hands(care, datetime.now(UTC)),
        "covenant.in_force",
        care,
        by=by,
        link=f"/projects/{care.project_id}/covenant",
    )


async def take_back_signature(project_id: UUID, number: int, *, by: Actor) -> CovenantVersion:
    """Take one's signature under a version back; who never signed it changes nothing.

    A version that is in force stays so; its count goes down. Raises `NotForAnother`,
    `NotDelivered`, `UnknownCovenant`.
    """
    oneself(by)
    async with verb():
        care = await rows.locked(project_id, community_id=by.community_id)
        await _version(care, number)
        taken = await CovenantSignatureRow.raw(
            "DELETE FROM covenant_signature WHERE community_id = {} AND project_id = {}"
            " AND number = {} AND member_id = {} RETURNING member_id",
            care.community_id,
            care.project_id,
            number,
            by.member_id,
        )
        if taken:
            await _note("unsign", care, number, by)
        return await _version(care, number)


async def _latest(care: Aftercare) -> CovenantVersion | None:
    found = await rows.versions(care.project_id, community_id=care.community_id)
    return found[0] if found else None


async def _in_force(care: Aftercare) -> int:
    """Return the number of the version in force, 0 for none."""
    found = await rows.versions(care.project_id, community_id=care.community_id)
    return max((one.number for one in found if one.in_force_from is not None), default=0)


async def _version(care: Aftercare, number: int) -> CovenantVersion:
    found = await rows.versions(care.project_id, community_id=care.community_id)
    for one in found:
        if one.number == number:
            return one
    raise UnknownCovenant


async def _note(
    act: str, care: Aftercare, number: int, by: Actor, *, member: UUID | None = None
) -> None:
    details: dict[str, object] = {"version": number}
    if member is not None:
        details["member"] = member
    await community.record(
        f"covenant.{act}",
        by=by,
        subject_kind="project",
        subject_id=care.project_id,
        details=details,
    )
