"""A project rated on the telephone over HTTP: on the caller's own word, and refused without it."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

import community
import marketplace
from community import Actor, Role
from marketplace import delivery, evaluation
from marketplace.counting import Rule
from marketplace.evaluation import Aspect
from tests.app.test_phone_desk import Room, room

__all__ = ["room"]


async def delivered(home: uuid.UUID, coordinator: Actor) -> uuid.UUID:
    """Let a neighbour's project be chosen and delivered, its evaluation open."""
    one = await community.add_member(community_id=home, name="承接", roles=(Role.RESIDENT,))
    by = Actor(one.id, home, one.roles)
    terms = marketplace.Terms(budget_fen=100_000, choices_max=1, rule=Rule.GREEDY)
    opened = await marketplace.open_round(by=coordinator, name="Round", terms=terms)
    draft = marketplace.Draft(
        "A bench", "To rest.", "Lane 3", marketplace.Category.ENVIRONMENT, 90_000
    )
    project = await marketplace.propose(opened.id, draft, by=by)
    await marketplace.open_ballot(opened.id, by=coordinator)
    await marketplace.vote(opened.id, [1], by=by)
    await marketplace.close_and_count(opened.id, by=coordinator)
    await delivery.begin(project.id, by=by)
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    await delivery.report(project.id, 1, done_on=today, words="Done.", by=by)
    await delivery.declare_delivered(project.id, by=by)
    await evaluation.open_evaluation(project.id, by=coordinator)
    return project.id


async def test_an_elder_rates_a_project_by_telephone(room: Room) -> None:
    elder = room.desk.street.elder
    boss = await community.add_member(
        community_id=elder.community_id, name="Zhou", roles=(Role.COORDINATOR,)
    )
    project_id = await delivered(elder.community_id, Actor(boss.id, elder.community_id, boss.roles))
    operator = await room.enter(room.desk.operator)
    call = await room.answered(operator, await room.number(elder))
    assert (await operator.open(f"{call}/evaluations")).status_code == 303, "no word yet"
    await operator.open(call)
    await operator.send_and_follow(
        f"{call}/word", checked=["name", "address"], language="zh", key=operator.hidden("key")
    )
    await operator.open(f"{call}/evaluations")
    assert "A bench" in operator.words
    page = f"{call}/evaluations/{project_id}"
    await operator.open(page)
    given = {one.value: "5" for one in Aspect}
    refused = await operator.send(page, **{**given, "useful": ""})
    assert refused.status_code == 422
    await operator.send_and_follow(page, comment="I rest there every day.", **given)
    assert "Nobody sees your name." in operator.words
    assert "rated; it can be changed" in operator.words
    judged = await evaluation.evaluation_of(project_id, community_id=elder.community_id)
    assert judged is not None
    kept = await evaluation.own_rating(judged, elder.member_id)
    assert kept is not None
    assert (kept.marks, kept.words, kept.by_telephone) == (
        (5, 5, 5, 5, 5), "I rest there every day.", True,
    )  # fmt: skip
    missing = await operator.open(f"{call}/evaluations/{uuid.uuid4()}")
    assert missing.status_code == 404
