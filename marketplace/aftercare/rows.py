"""Reads and locks the rows of aftercare: the only place that knows their columns.

Whoever changes something of a finished project locks its row of `aftercare` first.
"""

from typing import Any, Final
from uuid import UUID

from marketplace.aftercare.errors import (
    NotDelivered,
    UnknownAttention,
    UnknownCheck,
    UnknownCustodian,
)
from marketplace.aftercare.tables import (
    AftercareRow,
    AttentionRow,
    CheckRow,
    CovenantVersionRow,
    CustodianRow,
)
from marketplace.aftercare.values import (
    Aftercare,
    Attention,
    AttentionState,
    Check,
    CovenantVersion,
    Custodian,
    CustodianState,
    Outcome,
)

_AFTERCARE: Final = """
SELECT aftercare.project_id, aftercare.community_id, project.title, delivered_on, months
FROM aftercare JOIN project ON project.id = aftercare.project_id
WHERE aftercare.community_id = {} AND """

_VERSION: Final = """
SELECT version.project_id, version.number, words, sha256, note, written_by, written_at,
    (SELECT from_at FROM covenant_force AS force WHERE force.project_id = version.project_id
        AND force.number = version.number) AS in_force_from,
    (SELECT count(*)::int FROM covenant_signature AS signed
        WHERE signed.project_id = version.project_id AND signed.number = version.number)
        AS signatures
FROM covenant_version AS version WHERE version.community_id = {} AND """

_CUSTODIAN: Final = """
SELECT id, project_id, community_id, member_id, state, asked_by, asked_at, answered_at, term_until,
    ended_at, why
FROM custodian WHERE community_id = {} AND """

_CHECK: Final = """
SELECT id, project_id, community_id, number, due_on, custodian_id, outcome, words, done_by, done_at,
    reminded_at, missed_at,
    ARRAY(SELECT photo.id FROM aftercare_photo AS photo WHERE photo.check_id = follow_up.id
        ORDER BY added_at, photo.id) AS photos
FROM follow_up WHERE community_id = {} AND """

_ATTENTION: Final = """
SELECT id, project_id, community_id, words, raised_by, raised_at, check_id, state, into_id,
    ARRAY(SELECT photo.id FROM aftercare_photo AS photo WHERE photo.attention_id = attention.id
        ORDER BY added_at, photo.id) AS photos
FROM attention WHERE community_id = {} AND """


async def found(project_id: UUID, *, community_id: UUID) -> Aftercare | None:
    """Return a finished project that is looked after; None for any other."""
    rows = await AftercareRow.raw(_AFTERCARE + "project_id = {}", community_id, project_id)
    return Aftercare(**rows[0]) if rows else None


async def held(project_id: UUID, *, community_id: UUID) -> Aftercare | None:
    """Return it locked until the transaction ends; None where nothing is looked after."""
    await AftercareRow.raw(
        "SELECT project_id FROM aftercare WHERE community_id = {} AND project_id = {}"
        " FOR NO KEY UPDATE",
        community_id,
        project_id,
    )
    return await found(project_id, community_id=community_id)


async def locked(project_id: UUID, *, community_id: UUID) -> Aftercare:
    """Return it locked until the transaction ends. Raises `NotDelivered`."""
    one = await held(project_id, community_id=community_id)
    if one is None:
        raise NotDelivered
    return one


async def versions(project_id: UUID, *, community_id: UUID) -> list[CovenantVersion]:
    """Return every version of a covenant, the newest first."""
    rows = await CovenantVersionRow.raw(
        _VERSION + "version.project_id = {} ORDER BY version.number DESC", community_id, project_id
    )
    return [CovenantVersion(**row) for row in rows]


async def custodians(condition: str, *values: Any, community_id: UUID) -> list[Custodian]:
    """Return custodians that fit a condition written in this package."""
    rows = await CustodianRow.raw(_CUSTODIAN + condition, community_id, *values)
    return [Custodian(**{**row, "state": CustodianState(row["state"])}) for row in rows]


async def custodians_of(project_id: UUID, *, community_id: UUID) -> list[Custodian]:
    """Return everybody who is, was, or was asked to be a custodian of a project, oldest first."""
    return await custodians(
        "project_id = {} ORDER BY asked_at, id", project_id, community_id=community_id
    )


async def custodian(custodian_id: UUID, *, project_id: UUID, community_id: UUID) -> Custodian:
    """Return a custodian of a project. Raises `UnknownCustodian`."""
    one = await custodians(
        "id = {} AND project_id = {}", custodian_id, project_id, community_id=community_id
    )
    if not one:
        raise UnknownCustodian
    return one[0]


async def checks(condition: str, *values: Any, community_id: UUID) -> list[Check]:
    """Return checks that fit a condition written in this package."""
    rows = await CheckRow.raw(_CHECK + condition, community_id, *values)
    return [
        Check(
            **{
                **row,
                "outcome": Outcome(row["outcome"]) if row["outcome"] else None,
                "photos": tuple(row["photos"]),
            }
        )
        for row in rows
    ]


async def checks_of(project_id: UUID, *, community_id: UUID) -> list[Check]:
    """Return a project's checks in the order of their days."""
    return await checks("project_id = {} ORDER BY number", project_id, community_id=community_id)


async def check(check_id: UUID, *, project_id: UUID, community_id: UUID) -> Check:
    """Return a check of a project. Raises `UnknownCheck`."""
    one = await checks(
        "id = {} AND project_id = {}", check_id, project_id, community_id=community_id
    )
    if not one:
        raise UnknownCheck
    return one[0]


async def attentions(condition: str, *values: Any, community_id: UUID) -> list[Attention]:
    """Return what needs attention and fits a condition written in this package."""
    rows = await AttentionRow.raw(_ATTENTION + condition, community_id, *values)
    return [
        Attention(**{**row, "state": AttentionState(row["state"]), "photos": tuple(row["photos"])})
        for row in rows
    ]


async def attentions_of(project_id: UUID, *, community_id: UUID) -> list[Attention]:
    """Return all that needed attention at a project, the newest first."""
    return await attentions(
        "project_id = {} ORDER BY raised_at DESC, id", project_id, community_id=community_id
    )


async def attention(attention_id: UUID, *, project_id: UUID, community_id: UUID) -> Attention:
    """Return one thing that needs attention. Raises `UnknownAttention`."""
    one = await attentions(
        "id = {} AND project_id = {}", attention_id, project_id, community_id=community_id
    )
    if not one:
        raise UnknownAttention
    return one[0]
