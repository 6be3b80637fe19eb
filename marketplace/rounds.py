"""A coordinator's verbs on a round before it is voted on: open it with its money, set its dates."""

import json
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

import community
import ledger
from community import Actor, record
from marketplace import rules
from marketplace.councils import council
from marketplace.election import Grouping
from marketplace.errors import BadArea, UnknownRound
from marketplace.money import PUBLIC_BUDGET, ROUND_ACCOUNT, fen_account, origin
from marketplace.policy import round_policy_at
from marketplace.reading import ballot_costs, read_round
from marketplace.refusals import verb
from marketplace.tables import RoundMoveRow, RoundRow
from marketplace.values import Round, RoundId, RoundState, Setup, Terms

BUDGETED, SETTLED = "round_budgeted", "round_settled"
"""The events that move a round's money: it receives its budget; its winners receive theirs."""


async def open_round(
    *,
    by: Actor,
    name: str,
    terms: Terms,
    setup: Setup | None = None,
    id: RoundId | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Round:
    """Open a round: publish its terms and book its budget on its own account.

    The same `id` again returns the round that it opened. Raises `NotACoordinator`, `WordsMissing`,
    `TooLong`, what `rules.terms` and `rules.setup` raise, `BadArea`, `UnknownCouncil`.
    """
    rules.coordinates(by.roles)
    rules.words(name=name)
    key = id or RoundId(ledger.new_id())
    planned = setup or Setup()
    async with verb():
        rules.terms(terms, policy=await round_policy_at(by.community_id))
        if await RoundRow.raw(
            "SELECT FROM round WHERE id = {} AND community_id = {}", key, by.community_id
        ):
            return await read_round(key, community_id=by.community_id)
        rules.setup(planned, at=at or datetime.now(UTC))
        await _places_there(terms, planned, community_id=by.community_id)
        if not await _write(key, name.strip(), terms, planned, by=by):
            return await read_round(key, community_id=by.community_id)
        await move(key, RoundState.PROPOSING, by)
        await record(
            "round.open",
            by=by,
            subject_kind="round",
            subject_id=key,
            details={"terms_hash": terms.sha256()},
        )
        await _fund(key, terms.budget_fen, by)
        return await read_round(key, community_id=by.community_id)


async def _places_there(terms: Terms, setup: Setup, *, community_id: UUID) -> None:
    """Refuse areas and a council that are not this community's."""
    named = {one.name for one in terms.ceilings if one.grouping is Grouping.NEIGHBOURHOOD}
    if setup.area_id is not None:
        named.add(str(setup.area_id))
    if named:
        below = await community.areas_below(community_id)
        if not named <= {str(community_id), *(str(area.id) for area in below)}:
            raise BadArea
    if setup.electorate.council_id is not None:
        await council(setup.electorate.council_id, community_id=community_id)


async def _write(key: RoundId, name: str, terms: Terms, setup: Setup, *, by: Actor) -> bool:
    """Write a round down; say whether this was the first time."""
    written = await RoundRow.raw(
        "INSERT INTO round (id, community_id, name, budget_fen, choices_max, terms, terms_hash,"
        " opened_by, area_id, voting_opens_at, voting_closes_at, electorate, entry)"
        " VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}::jsonb, {})"
        " ON CONFLICT (id) DO NOTHING RETURNING id",
        key,
        by.community_id,
        name,
        terms.budget_fen,
        terms.choices_max,
        terms.canonical(),
        terms.sha256(),
        by.member_id,
        setup.area_id,
        setup.voting_opens_at,
        setup.voting_closes_at,
        json.dumps(setup.electorate.stated()),
        setup.entry.value,
    )
    return bool(written)


async def _fund(round_id: RoundId, budget_fen: int, by: Actor) -> None:
    """Book the budget from public funds, which this book does not limit, to the round."""
    await ledger.transfer(
        debit=await fen_account(PUBLIC_BUDGET, community_id=by.community_id),
        credit=await fen_account(ROUND_ACCOUNT, round_id, community_id=by.community_id),
        amount=ledger.Fen(budget_fen),
        unit=ledger.CNY,
        origin=origin(by, BUDGETED, round_id),
    )


async def set_dates(
    round_id: RoundId,
    opens: datetime | None,
    closes: datetime | None,
    *,
    by: Actor,
    at: datetime | None = None,
) -> Round:
    """Set when a round's ballot opens and closes by itself, before it has opened.

    Raises `NotACoordinator`, `UnknownRound`, `RoundMoved`, `DatesWrong`.
    """
    rules.coordinates(by.roles)
    async with verb():
        current = await locked(round_id, community_id=by.community_id)
        rules.still_proposing(current.state)
        if (opens, closes) == (current.voting_opens_at, current.voting_closes_at):
            return current
        rules.dates(opens, closes, at=at or datetime.now(UTC))
        await RoundRow.raw(
            "UPDATE round SET voting_opens_at = {}, voting_closes_at = {} WHERE id = {}",
            opens,
            closes,
            round_id,
        )
        await record(
            "round.set_dates",
            by=by,
            subject_kind="round",
            subject_id=round_id,
            details={
                "opens": opens.isoformat() if opens else None,
                "closes": closes.isoformat() if closes else None,
            },
        )
        return await read_round(round_id, community_id=by.community_id)


async def exclude(round_id: RoundId, groups: Iterable[Collection[int]], *, by: Actor) -> Round:
    """Say of which projects of a round at most one can win, by their numbers, group by group.

    These groups stand instead of any before. Raises `NotACoordinator`, `UnknownRound`,
    `RoundMoved`, `NotOnTheBallot`, `GroupTooSmall`.
    """
    rules.coordinates(by.roles)
    async with verb():
        current = await locked(round_id, community_id=by.community_id)
        rules.still_proposing(current.state)
        wanted = rules.incompatible(groups, on_ballot=await ballot_costs(round_id))
        if wanted == current.incompatible:
            return current
        await RoundRow.raw(
            "UPDATE round SET incompatible = {}::jsonb WHERE id = {}",
            json.dumps(wanted),
            round_id,
        )
        await record(
            "round.exclude",
            by=by,
            subject_kind="round",
            subject_id=round_id,
            details={"groups": [list(group) for group in wanted]},
        )
        return await read_round(round_id, community_id=by.community_id)


async def locked(round_id: RoundId, *, community_id: UUID) -> Round:
    """Return a round and keep it as it is until the open transaction ends.

    Raises `UnknownRound`.
    """
    rows = await RoundRow.raw(
        "SELECT id FROM round WHERE id = {} AND community_id = {} FOR NO KEY UPDATE",
        round_id,
        community_id,
    )
    if not rows:
        raise UnknownRound
    return await read_round(round_id, community_id=community_id)


async def move(round_id: RoundId, state: RoundState, by: Actor) -> None:
    """Move a round on and write the step down, within the open transaction."""
    if state is RoundState.CLOSED:
        await RoundRow.raw("UPDATE round SET state = {} WHERE id = {}", state.value, round_id)
    await RoundMoveRow.raw(
        "INSERT INTO round_move (round_id, state, moved_by) VALUES ({}, {}, {})",
        round_id,
        state.value,
        by.member_id,
    )
