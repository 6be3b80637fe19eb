"""What delivery keeps of a person is told to them; an erasure takes words and photographs out."""

from zoneinfo import ZoneInfo

import asyncpg

import community
from app import personal_data
from app.erasing import erase
from app.merging import merge
from marketplace import delivery
from marketplace.delivery import DisbursementDraft
from marketplace.delivery.values import Tie
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import JPEG, PAPER, TODAY, chosen

OF_DELIVERY = {
    "deliveries_moved", "milestones_reported", "project_news", "project_photos",
    "money_asked_for", "money_decided",
}  # fmt: skip


async def test_members_are_told_what_they_did_for_a_project(neighbourhood: Neighbourhood) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    await delivery.report(
        here.project.id, 1, done_on=TODAY, words="Done", photos=[JPEG], by=here.undertaker
    )
    await delivery.write_update(here.project.id, "News", by=here.undertaker)
    await here.paid(100)
    told = {}
    for who in (here.undertaker, here.treasurer, neighbourhood.residents[4]):
        rows = await personal_data.gathered(who)
        told[who.member_id] = {kind for kind in OF_DELIVERY if rows[kind]}
        assert list(personal_data.sections(rows, ZoneInfo("Asia/Shanghai")))
    assert told == {
        here.undertaker.member_id: OF_DELIVERY - {"money_decided"},
        here.treasurer.member_id: {"money_decided"},
        neighbourhood.residents[4].member_id: set(),
    }


async def test_an_erasure_takes_news_and_photographs_and_leaves_the_record_of_the_money(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    await delivery.report(
        here.project.id, 1, done_on=TODAY, words="Done", photos=[JPEG], by=here.undertaker
    )
    await delivery.write_update(here.project.id, "I was there", photos=[JPEG], by=here.undertaker)
    asked = await here.paid(100)
    await community.ask_erasure(here.undertaker.member_id, by=here.undertaker)
    await erase(here.undertaker.member_id, by=neighbourhood.coordinator)
    (news,) = await delivery.updates(here.project.id, community_id=neighbourhood.id)
    assert news.words == "–"
    assert await delivery.photos(here.project.id, community_id=neighbourhood.id) == []
    (milestone,) = await delivery.milestones(here.project.id, community_id=neighbourhood.id)
    assert milestone.report is not None
    assert milestone.report.words == "Done"
    kept = await delivery.disbursement(asked.id, community_id=neighbourhood.id)
    assert (kept.amount_fen, len(kept.receipts)) == (asked.amount_fen, 1)
    words = await owner.fetch("SELECT words FROM delivery_update WHERE id = $1", news.id)
    assert [one["words"] for one in words] == ["–"]


async def test_one_person_with_two_memberships_carries_on_and_decides_nothing_of_their_own(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    treasurer = here.treasurer
    await merge(treasurer.member_id, here.undertaker.member_id, by=neighbourhood.coordinator)
    assert await delivery.who_undertakes(here.project) == treasurer.member_id
    asked = await delivery.ask(
        here.project.id, DisbursementDraft(100, "Nails"), [PAPER], by=treasurer
    )
    undertaking = await delivery.undertaking_of(here.project)
    found = await delivery.ties(
        [(here.project, asked.asked_by), (here.project, None)],
        treasurer.member_id,
        community_id=neighbourhood.id,
    )
    assert found == [Tie.ASKER, Tie.UNDERTAKER]
    alone = await delivery.tie(
        undertaking, None, treasurer.member_id, community_id=neighbourhood.id
    )
    assert alone is Tie.UNDERTAKER
