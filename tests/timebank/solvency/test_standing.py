"""Where a time bank stands: what it owes reconciles with the book, and is told by age."""

import dataclasses
from datetime import date, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

import community
import ledger
import timebank
from community import Actor, Role
from community.policy import read_pack
from ledger import MINUTE, CommunityId, KindTotal
from tests.timebank.street import NOON, Street
from timebank import solvency
from timebank.policy import SETTINGS


async def with_reserve(street: Street, **settings: int) -> None:
    lines = "\n".join(f"{name} = {value}" for name, value in settings.items())
    text = f'name = "N"\nsource = "S"\n[time_bank]\n{lines}\n'
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("UTC"))
    before = NOON - timedelta(days=30)
    await community.adopt_policy(pack, by=community.system(street.id), at=before)


async def test_what_is_owed_is_what_the_book_says_and_the_reserve_stands_beside(
    street: Street,
) -> None:
    await with_reserve(street, reserve_fen=12_000, hour_cost_fen=4_000)
    found = await solvency.reserve_now(street.id, NOON)
    book = await ledger.trial_balance(CommunityId(street.id))
    all_others = sum(one.balance.posted for one in book.lines if one.account.kind != "issuance")
    assert found.owed == all_others == street.granted == 360
    assert found.reconciles
    assert (found.covered, found.percent) == (180, 50)
    by_kind = {one.kind: one.posted for one in found.kinds}
    assert by_kind["member"] == 360
    assert "issuance" not in by_kind


def test_hours_that_came_with_somebody_are_owed_here_and_claimed_elsewhere() -> None:
    parts = (KindTotal("member", 2, 400, 0), KindTotal("clearing", 1, -40, 0))
    moved_in = solvency.Reserve(360, parts, reserve_fen=40_000, hour_cost_fen=4_000)
    assert (moved_in.owed, moved_in.claims, moved_in.reconciles) == (400, 40, True)
    assert (moved_in.covered, moved_in.percent) == (400, 100)
    parts = (KindTotal("member", 2, 400, 0), KindTotal("clearing", 1, 40, 0))
    moved_out = solvency.Reserve(440, parts, reserve_fen=4_000, hour_cost_fen=4_000)
    assert (moved_out.owed, moved_out.claims, moved_out.reconciles) == (440, 0, True)
    assert (moved_out.covered, moved_out.percent) == (60, 13)
    assert not dataclasses.replace(moved_out, issued=439).reconciles


async def test_help_that_is_given_moves_what_is_owed_and_does_not_change_it(street: Street) -> None:
    before = await solvency.standing(street.id, NOON)
    visit = await street.finished(120, taken=95)
    later = NOON + timedelta(days=1)
    await timebank.confirm(visit.id, by=street.elder, minutes=95, at=later)
    after = await solvency.standing(street.id, later)
    assert after.reserve.owed == before.reserve.owed == 360
    assert after.reserve.reconciles
    assert (after.last_year.givers, after.last_year.hours_given) == (1, 1)
    assert (before.last_year.givers, before.last_year.hours_given) == (0, 0)


async def test_a_projection_starts_from_members_at_their_ages(street: Street) -> None:
    born = date(NOON.year - 80, 1, 1)
    old = await community.add_member(
        community_id=street.id, name=f"M {uuid4().hex[:6]}", roles=(Role.ELDER,), birth_date=born
    )
    await street.grant(Actor(old.id, street.id, old.roles), 120)
    await community.add_member(community_id=street.id, name="邻居", roles=(Role.RESIDENT,))
    found = await solvency.standing(street.id, NOON)
    assert found.start.people.sum() == 5, "a resident who neither gives nor receives is not counted"
    assert found.without_age == 4
    assert found.start.people[80] == 5, "whoever has no date of birth is spread as the others are"
    assert found.start.owed == pytest.approx((360 + 120) / 60)
    assert found.start.pool == pytest.approx(0)


async def test_another_community_s_hours_are_not_counted(street: Street) -> None:
    other = await community.add_community(code=f"t-{uuid4().hex[:12]}", name="别处")
    found = await solvency.standing(other.id, NOON)
    assert (found.start.owed, found.start.people.sum(), found.reserve.owed) == (0, 0, 0)
    assert (found.reserve.covered, found.reserve.percent) == (0, 100)
    mine = await ledger.posted_by_owner(CommunityId(other.id), MINUTE, ("member",))
    assert mine == {}
    assert street.elder.member_id in await ledger.posted_by_owner(
        CommunityId(street.id), MINUTE, ("member",)
    )
