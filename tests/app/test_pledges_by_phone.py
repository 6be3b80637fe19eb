"""Hours pledged on the telephone over HTTP: on the caller's own word, and refused without it."""

import uuid

import asyncpg
import pytest

import community
import marketplace
from community import Actor, Role
from marketplace import needs
from marketplace.counting import Rule
from marketplace.funding import errors, reading
from marketplace.funding.drives import open_drive
from marketplace.funding.pledging import pledge_minutes, pledgeable, withdraw_pledge
from marketplace.funding.values import Drive, PledgeState
from tests.app.test_phone_desk import Room, room
from tests.marketplace.funding_examples import draft

__all__ = ["room"]


async def collecting(home: uuid.UUID) -> tuple[Drive, Actor]:
    """Let a neighbour's project be chosen, and hours be collected for it."""
    boss, one = [
        await community.add_member(community_id=home, name=name, roles=(role,))
        for name, role in (("Zhou", Role.COORDINATOR), ("承接", Role.RESIDENT))
    ]
    coordinator, by = Actor(boss.id, home, boss.roles), Actor(one.id, home, one.roles)
    terms = marketplace.Terms(budget_fen=100_000, choices_max=1, rule=Rule.GREEDY)
    opened = await marketplace.open_round(by=coordinator, name="Round", terms=terms)
    asked = marketplace.Draft(
        "A bench", "To rest.", "Lane 3", marketplace.Category.ENVIRONMENT, 90_000
    )
    project = await marketplace.propose(opened.id, asked, by=by)
    await marketplace.open_ballot(opened.id, by=coordinator)
    await marketplace.vote(opened.id, [1], by=by)
    await marketplace.close_and_count(opened.id, by=coordinator)
    drive = await open_drive(project.id, draft(goal_minutes=600), by=coordinator)
    return drive, coordinator


async def test_an_elder_pledges_hours_by_telephone(room: Room, owner: asyncpg.Connection) -> None:
    elder = room.desk.street.elder
    drive, coordinator = await collecting(elder.community_id)
    had = await pledgeable(elder.member_id, community_id=elder.community_id)
    operator = await room.enter(room.desk.operator)
    call = await room.answered(operator, await room.number(elder))
    call_id = uuid.UUID(call.rpartition("/")[2])
    assert (await operator.open(f"{call}/drives")).status_code == 303, "no word yet"
    with pytest.raises(needs.NoWordGiven):
        await pledge_minutes(drive.id, 30, by=room.desk.operator, call_id=call_id)
    await operator.open(call)
    await operator.send_and_follow(
        f"{call}/word", checked=["name", "address"], language="zh", key=operator.hidden("key")
    )
    await operator.open(f"{call}/drives")
    assert "A bench" in operator.words
    assert "Cash is brought to the desk" in operator.words
    page = f"{call}/drives/{drive.id}"
    await operator.open(page)
    key = operator.hidden("key")
    refused = await operator.send(page, hours="900", minutes="", key=key)
    assert refused.status_code == 422
    for _ in range(2):
        await operator.send_and_follow(page, hours="1", minutes="30", key=key)
    assert "Read this out: 1 h 30 min of yours are set aside" in operator.words
    assert "They pledged 1 h 30 min" in operator.words
    (pledge,) = await reading.own_pledges(elder.member_id, community_id=elder.community_id)
    assert (pledge.minutes, pledge.state) == (90, PledgeState.HELD)
    assert await pledgeable(elder.member_id, community_id=elder.community_id) == had - 90
    told = await owner.fetchrow(
        "SELECT actor, on_behalf_of, consent_id FROM audit_event WHERE act = 'pledge.make'"
        " AND subject_id = $1",
        drive.id,
    )
    assert told is not None
    assert (told["actor"], told["on_behalf_of"]) == (
        room.desk.operator.member_id, elder.member_id,
    )  # fmt: skip
    assert told["consent_id"] is not None
    booked = await owner.fetchrow(
        "SELECT actor, on_behalf_of FROM transfer WHERE event_id = $1", pledge.id
    )
    assert booked is not None
    assert tuple(booked) == (room.desk.operator.member_id, elder.member_id)
    with pytest.raises(needs.NotYourDesk):
        await withdraw_pledge(
            pledge.id, by=Actor(coordinator.member_id, elder.community_id), call_id=call_id
        )
    assert (await operator.open(f"{call}/drives/{uuid.uuid4()}")).status_code == 404
    unknown = await operator.send(f"{call}/pledges/{uuid.uuid4()}/withdraw")
    assert unknown.status_code == 404
    await operator.open(f"{call}/drives")
    await operator.send_and_follow(f"{call}/pledges/{pledge.id}/withdraw")
    assert "the hours are free in your passbook again" in operator.words
    assert await pledgeable(elder.member_id, community_id=elder.community_id) == had
    with pytest.raises(errors.UnknownPledge):
        await withdraw_pledge(pledge.id, by=coordinator)
