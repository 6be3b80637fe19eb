"""A coordinator's verbs on a round: open it with its money, then open its ballot."""

import secrets
from uuid import UUID

import ledger
from community import Actor, record
from marketplace import rules
from marketplace.errors import UnknownRound
from marketplace.policy import round_policy_at
from marketplace.reading import read_round
from marketplace.refusals import verb
from marketplace.tables import ProjectMoveRow, RoundKeyRow, RoundMoveRow, RoundRow
from marketplace.values import Round, RoundId, RoundState, Terms

PUBLIC_BUDGET, ROUND_ACCOUNT, PROJECT_ACCOUNT = "public_budget", "round", "project"
"""The kinds of account through which a round's money passes, in fen."""
BUDGETED, SETTLED = "round_budgeted", "round_settled"
"""The events that move a round's money: it receives its budget; its winners receive theirs."""


async def open_round(
    *,
    by: Actor,
    name: str,
    terms: Terms,
    id: RoundId | None = None,  # noqa: A002 (the row's name)
) -> Round:
    """Open a round: publish its terms and book its budget on its own account.

    The same `id` again returns the round that it opened. Raises `NotACoordinator`,
    `WordsMissing`, `TooLong`, `BudgetOutOfBounds`, `ChoicesLimitOutOfBounds`, `BadRules`.
    """
    rules.coordinates(by.roles)
    rules.words(name=name)
    key = id or RoundId(ledger.new_id())
    async with verb():
        rules.terms(terms, policy=await round_policy_at(by.community_id))
        opened = await RoundRow.raw(
            "INSERT INTO round (id, community_id, name, budget_fen, choices_max, terms,"
            " terms_hash, opened_by) VALUES ({}, {}, {}, {}, {}, {}, {}, {})"
            " ON CONFLICT (id) DO NOTHING RETURNING id",
            key,
            by.community_id,
            name.strip(),
            terms.budget_fen,
            terms.choices_max,
            terms.canonical(),
            terms.sha256(),
            by.member_id,
        )
        if not opened:
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


async def _fund(round_id: RoundId, budget_fen: int, by: Actor) -> None:
    """Book the budget from public funds, which this book does not limit, to the round."""
    source = await public_budget(by.community_id)
    target = await ledger.open_account(
        community_id=ledger.CommunityId(by.community_id),
        kind=ROUND_ACCOUNT,
        unit=ledger.CNY,
        owner=round_id,
    )
    await ledger.transfer(
        debit=source.id,
        credit=target.id,
        amount=ledger.Fen(budget_fen),
        unit=ledger.CNY,
        origin=origin(by, BUDGETED, round_id),
    )


async def open_ballot(round_id: RoundId, *, by: Actor) -> Round:
    """Open a round's ballot: from now on its projects are frozen and residents vote.

    Raises `NotACoordinator`, `UnknownRound`, `RoundMoved`, `NothingToVoteOn`.
    """
    rules.coordinates(by.roles)
    async with verb():
        current = await locked(round_id, community_id=by.community_id)
        projects = await RoundRow.raw(
            "SELECT count(*) AS projects FROM project WHERE round_id = {} AND left_at IS NULL",
            round_id,
        )
        rules.opening_of_ballot(current.state, projects=projects[0]["projects"])
        await RoundKeyRow.raw(
            "INSERT INTO round_key (round_id, key) VALUES ({}, {})",
            round_id,
            secrets.token_bytes(rules.KEY_BYTES),
        )
        await ProjectMoveRow.raw(
            "INSERT INTO project_move (project_id, state, moved_by)"
            " SELECT id, 'on_ballot', {} FROM project"
            " WHERE round_id = {} AND left_at IS NULL ORDER BY number",
            by.member_id,
            round_id,
        )
        await move(round_id, RoundState.VOTING, by)
        await record(
            "round.open_ballot",
            by=by,
            subject_kind="round",
            subject_id=round_id,
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
    if state is not RoundState.PROPOSING:
        await RoundRow.raw("UPDATE round SET state = {} WHERE id = {}", state.value, round_id)
    await RoundMoveRow.raw(
        "INSERT INTO round_move (round_id, state, moved_by) VALUES ({}, {}, {})",
        round_id,
        state.value,
        by.member_id,
    )


async def public_budget(community_id: UUID) -> ledger.Account:
    """Return the account of public funds; it has no floor, for they are granted elsewhere."""
    return await ledger.open_account(
        community_id=ledger.CommunityId(community_id),
        kind=PUBLIC_BUDGET,
        unit=ledger.CNY,
        floor=None,
        normal_side="debit",
    )


def origin(by: Actor, event: str, subject: UUID) -> ledger.Origin:
    """Say in the book what caused a transfer, and who did it."""
    return ledger.Origin(
        community_id=ledger.CommunityId(by.community_id),
        event=ledger.Event(event, subject),
        actor=by.member_id,
    )
