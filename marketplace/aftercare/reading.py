"""Reads what comes after a project, for pages and programs. Never writes."""

from datetime import date
from typing import Final
from uuid import UUID

from community import Actor, Role
from marketplace.aftercare import rows, rules
from marketplace.aftercare.tables import AftercareRow, CovenantSignatureRow
from marketplace.aftercare.values import (
    Aftercare,
    Attention,
    AttentionState,
    Check,
    CovenantVersion,
    Custodian,
    CustodianState,
    Signature,
    Way,
)

CARED_SHOWN: Final = 50

_CARED: Final = """
SELECT aftercare.project_id, aftercare.community_id, project.title, delivered_on, months
FROM aftercare JOIN project ON project.id = aftercare.project_id
WHERE aftercare.community_id = {}
    AND position(lower({}) IN lower(project.title || ' ' || project.place)) > 0
ORDER BY delivered_on DESC, aftercare.project_id LIMIT {}
"""


async def aftercare(project_id: UUID, *, community_id: UUID) -> Aftercare | None:
    """Return a finished project that is looked after; None for any other."""
    return await rows.found(project_id, community_id=community_id)


async def looked_after(
    community_id: UUID, words: str = "", *, most: int = CARED_SHOWN
) -> list[Aftercare]:
    """Return a community's finished projects whose title or place has these words, newest first."""
    found = await AftercareRow.raw(_CARED, community_id, words, most)
    return [Aftercare(**row) for row in found]


async def covenant_versions(project_id: UUID, *, community_id: UUID) -> list[CovenantVersion]:
    """Return every version of a covenant, the newest first."""
    return await rows.versions(project_id, community_id=community_id)


def in_force(versions: list[CovenantVersion]) -> CovenantVersion | None:
    """Return the version in force: the newest that came into force; None where none did."""
    forced = [one for one in versions if one.in_force_from is not None]
    return max(forced, key=lambda one: one.number) if forced else None


async def signatures(project_id: UUID, *, community_id: UUID) -> list[Signature]:
    """Return every signature under a covenant, the first first; names are for members alone."""
    found = await CovenantSignatureRow.raw(
        "SELECT number, member_id, way, signed_at FROM covenant_signature"
        " WHERE community_id = {} AND project_id = {} ORDER BY signed_at, member_id",
        community_id,
        project_id,
    )
    return [Signature(**{**row, "way": Way(row["way"])}) for row in found]


async def custodians(project_id: UUID, *, community_id: UUID) -> list[Custodian]:
    """Return everybody who is, was, or was asked to be a custodian of a project, oldest first."""
    return await rows.custodians_of(project_id, community_id=community_id)


async def custodian_offers(community_id: UUID) -> list[Custodian]:
    """Return who volunteered in a community and waits for a yes, the longest waiting first."""
    return await rows.custodians(
        "state = 'volunteered' ORDER BY asked_at, id", community_id=community_id
    )


async def checks(project_id: UUID, *, community_id: UUID) -> list[Check]:
    """Return a project's checks in the order of their days."""
    return await rows.checks_of(project_id, community_id=community_id)


async def check(check_id: UUID, *, project_id: UUID, community_id: UUID) -> Check:
    """Return a check of a project. Raises `UnknownCheck`."""
    return await rows.check(check_id, project_id=project_id, community_id=community_id)


async def checks_to_do(community_id: UUID, on: date) -> list[Check]:
    """Return a community's checks whose day has come and that nobody did, the oldest first."""
    return await rows.checks(
        "done_at IS NULL AND due_on <= {} ORDER BY due_on, id", on, community_id=community_id
    )


async def checks_of_member(member_id: UUID, on: date, *, community_id: UUID) -> list[Check]:
    """Return the checks that are a member's to do by a day, the oldest first."""
    return await rows.checks(
        "done_at IS NULL AND custodian_id = {} AND due_on <= {} ORDER BY due_on, id",
        member_id,
        on,
        community_id=community_id,
    )


async def attentions(project_id: UUID, *, community_id: UUID) -> list[Attention]:
    """Return all that needed attention at a project, the newest first."""
    return await rows.attentions_of(project_id, community_id=community_id)


async def attention(attention_id: UUID, *, project_id: UUID, community_id: UUID) -> Attention:
    """Return one thing that needs attention. Raises `UnknownAttention`."""
    return await rows.attention(attention_id, project_id=project_id, community_id=community_id)


async def open_attentions(community_id: UUID) -> list[Attention]:
    """Return what needs attention in a community now, the longest open first."""
    return await rows.attentions(
        "state IN ('open', 'answered') ORDER BY raised_at, id", community_id=community_id
    )


async def attentions_of_call(call_id: UUID, *, community_id: UUID) -> list[Attention]:
    """Return what was said in a call, the first first."""
    return await rows.attentions(
        "call_id = {} ORDER BY raised_at, id", call_id, community_id=community_id
    )


def sees_words(one: Attention, by: Actor | None) -> bool:
    """Whether somebody, or a visitor, may read it: a hidden one is for coordinators and its author.

    Nobody reads it for another.
    """
    if one.state is not AttentionState.HIDDEN:
        return True
    if by is None or by.community_id != one.community_id or by.on_behalf_of is not None:
        return False
    return Role.COORDINATOR in by.roles or by.member_id == one.raised_by


async def serves(project_id: UUID, by: Actor, on: date) -> bool:
    """Whether a member looks after a project on a day."""
    found = await rows.custodians_of(project_id, community_id=by.community_id)
    return by.on_behalf_of is None and by.member_id in rules.hands(found, on)


async def asked_to_serve(member_id: UUID, *, community_id: UUID) -> list[Custodian]:
    """Return where a member was named as a custodian and has not answered."""
    return await rows.custodians(
        "state = {} AND member_id = {} ORDER BY asked_at, id",
        CustodianState.NAMED.value,
        member_id,
        community_id=community_id,
    )
