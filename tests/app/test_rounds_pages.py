"""The pages of rounds: set up in five steps, prepared, changed while open, entered and left."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Litestar

from marketplace import (
    BallotForm,
    Electorate,
    Entry,
    ProjectState,
    RoundState,
    Setup,
    leave,
    reading,
)
from marketplace.counting import Completion, Rule, Satisfaction
from marketplace.election import Ceiling, Grouping
from tests.app.walking import walker
from tests.marketplace.conftest import Neighbourhood, neighbourhood
from tests.marketplace.plans_examples import planned_need
from tests.marketplace.rounds_examples import opened, project, voting

__all__ = ["neighbourhood"]

NOW = datetime.now(UTC)


def day(days: int) -> str:
    return (NOW + timedelta(days=days)).date().isoformat()


ROUND = {
    "name": "Autumn",
    "budget": "1000",
    "part_culture": "300",
    "kind": "cumulative",
    "choices_max": "3",
    "points": "10",
    "points_each_max": "6",
    "entry": "open",
    "voters": "resident",
    "age_min": "16",
    "verified": "yes",
    "opens_day": day(2),
    "opens_time": "09:00",
    "closes_day": day(9),
    "closes_time": "18:00",
    "rule": "mes",
    "satisfaction": "cardinality",
    "completion": "add1",
    "step": "2",
    "threshold": "1",
    "quorum": "20",
}


async def test_a_round_is_set_up_in_five_steps(app: Litestar, neighbourhood: Neighbourhood) -> None:
    async with walker(app) as desk:
        await desk.sign_in(neighbourhood.coordinator.member_id)
        await desk.open("/rounds/new")
        key = desk.hidden("key")
        where = await desk.send_and_follow("/rounds", **ROUND, key=key)
        for words in (
            "hands out 10 points to up to 3 projects, at most 6 to one",
            "Residents, from the age of 16, whose address was checked",
            "20% of those who may vote",
            "The parts come to ¥300 of ¥1,000",
            "opens by itself",
        ):
            assert words in desk.words
    (current,) = await reading.rounds(neighbourhood.id)
    assert where == f"/rounds/{current.id}"
    terms = current.terms
    assert (terms.kind, terms.points, terms.points_each_max) == (BallotForm.CUMULATIVE, 10, 6)
    assert (terms.satisfaction, terms.completion) == (Satisfaction.POINTS, Completion.ADD1)
    assert (terms.rule, terms.step, terms.threshold, terms.quorum) == (Rule.MES, 2, 1, 20)
    assert terms.ceilings == (Ceiling(Grouping.CATEGORY, "culture", 30_000),)
    assert (current.electorate.age_min, current.electorate.verified) == (16, True)
    assert current.voting_closes_at is not None
    assert current.voting_closes_at.date().isoformat() == day(9)


WRONG: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"part_culture": "x"}, "part_culture", "Write an amount in yuan"),
    ({"part_culture": "1001"}, "part_culture", "at most the whole budget"),
    ({"kind": "dance"}, "kind", "Choose one of these."),
    ({"points": "0"}, "points", "Points are 1 to 1,000"),
    ({"points_each_max": "11"}, "points", "Points are 1 to 1,000"),
    ({"opens_day": day(-2)}, "opens_day", "has not passed yet"),
    ({"closes_day": day(1)}, "closes_day", "lies ahead"),
    ({"closes_day": "32"}, "closes_day", "a calendar has"),
    ({"age_min": "121"}, "age_min", "from 0 to 120"),
    ({"quorum": "101"}, "quorum", "from 0 to 100"),
    ({"quorum": "half"}, "quorum", "whole number"),
    ({"voters": "council:x"}, "voters", "Choose one of these."),
    ({"entry": "never"}, "entry", "Choose one of these."),
)


async def test_what_is_wrong_is_said_beside_its_field(
    app: Litestar, neighbourhood: Neighbourhood
) -> None:
    async with walker(app) as desk:
        await desk.sign_in(neighbourhood.coordinator.member_id)
        await desk.open("/rounds/new")
        for wrong, field, sentence in WRONG:
            answer = await desk.send("/rounds", **{**ROUND, **wrong})
            assert answer.status_code == 422
            assert sentence in desk.words, wrong
            assert f'href="#field-{field}"' in desk.page
            assert desk.page.count(" autofocus") == 1
    assert await reading.rounds(neighbourhood.id) == []


async def test_dates_and_groups_are_prepared(app: Litestar, neighbourhood: Neighbourhood) -> None:
    current = await opened(neighbourhood)
    for title in ("灯", "长椅"):
        await project(neighbourhood, current, title, 200)
    where = f"/rounds/{current.id}"
    async with walker(app) as desk:
        await desk.sign_in(neighbourhood.coordinator.member_id)
        await desk.open(f"{where}/prepare")
        await desk.send_and_follow(f"{where}/dates", opens_day=day(3), closes_day=day(9))
        answer = await desk.send(f"{where}/dates", opens_day=day(3), closes_day=day(2))
        assert answer.status_code == 422
        await desk.open(f"{where}/prepare")
        assert (await desk.send(f"{where}/exclude", group_0="1")).status_code == 422
        assert "at least two projects" in desk.words
        await desk.send_and_follow(f"{where}/exclude", group_0=["1", "2"])
        await desk.open(where)
        assert "Of each group at most one can win. 灯 or 长椅" in desk.words
    current = await reading.read_round(current.id, community_id=neighbourhood.id)
    assert current.incompatible == ((1, 2),)
    assert current.voting_opens_at is not None


async def test_an_open_ballot_is_extended_and_corrected_in_public(
    app: Litestar, neighbourhood: Neighbourhood
) -> None:
    ends = NOW + timedelta(days=2)
    current = await opened(neighbourhood, setup=Setup(voting_closes_at=ends))
    lamp = await project(neighbourhood, current, "弄堂口路灯和长倚", 200)
    await voting(neighbourhood, current)
    where = f"/rounds/{current.id}"
    async with walker(app) as desk, walker(app) as resident:
        await desk.sign_in(neighbourhood.coordinator.member_id)
        await resident.sign_in(neighbourhood.residents[1].member_id)
        await desk.open(f"{where}/change")
        said = {"closes_day": day(4), "closes_time": "12:00"}
        assert (await desk.send(f"{where}/extend", **said)).status_code == 422
        assert "Say why." in desk.words
        await desk.send_and_follow(f"{where}/extend", **said, why="Heavy rain")
        await desk.open(f"{where}/change")
        assert "cannot be moved any more" in desk.words
        mended = {"project": str(lamp.id), "title_why": "A wrong sign"}
        assert (await desk.send(f"{where}/correct", **mended, title="停车场")).status_code == 422
        assert "another title" in desk.words
        await desk.send_and_follow(f"{where}/correct", **mended, title="弄堂口路灯和长椅")
        await resident.open(where)
        assert "Heavy rain" in resident.words
        assert "“弄堂口路灯和长倚” now reads “弄堂口路灯和长椅”" in resident.words
        frozen = await resident.open(f"{where}/ballot-terms.json")
        assert "弄堂口路灯和长倚" in frozen.text
        told = (await resident.open(f"/api{where}")).json()
        assert [one["kind"] for one in told["changes"]] == ["extended", "title"]
        assert told["ballot_terms"] == frozen.text


async def test_a_plan_enters_from_its_need_and_leaves_again(
    app: Litestar, neighbourhood: Neighbourhood
) -> None:
    current = await opened(neighbourhood, setup=Setup(entry=Entry.PLANS), yuan=20_000)
    need, version = await planned_need(neighbourhood)
    async with walker(app) as author, walker(app) as stranger:
        await author.sign_in(neighbourhood.residents[0].member_id)
        await author.open(f"/needs/{need.id}")
        assert "Enter a round" in author.words
        await author.open(f"/needs/{need.id}/round")
        place = await author.send_and_follow(
            f"/rounds/{current.id}/enter", plan=str(version.plan_id), key=author.hidden("key")
        )
        assert "The need behind it" in author.words
        await author.open(f"/needs/{need.id}")
        assert "It will stand on the ballot of “秋季”." in author.words
        await stranger.sign_in(neighbourhood.residents[3].member_id)
        await stranger.open(place)
        assert "Take it out" not in stranger.words
        await stranger.open(f"{place}/leave")
        answer = await stranger.send(f"{place}/leave", why="x")
        assert answer.headers["location"] == place
        await author.open(f"{place}/leave")
        assert (await author.send(f"{place}/leave", why=" ")).status_code == 422
        await author.send_and_follow(f"{place}/leave", why="Not ready")
        await author.open(place)
        assert "Taken out of the round" in author.words
        assert "Not ready" in author.words
    assert await reading.projects_of(current.id, community_id=neighbourhood.id) == []


async def test_who_cannot_vote_reads_why(app: Litestar, neighbourhood: Neighbourhood) -> None:
    asked = Setup(electorate=Electorate(age_min=60))
    current = await opened(neighbourhood, setup=asked)
    await project(neighbourhood, current, "灯", 200)
    await voting(neighbourhood, current)
    async with walker(app) as resident:
        await resident.sign_in(neighbourhood.residents[0].member_id)
        await resident.open(f"/rounds/{current.id}")
        assert "your date of birth is not known here" in resident.words
        assert "Vote now" not in resident.words


async def test_rounds_as_data(app: Litestar, neighbourhood: Neighbourhood) -> None:
    current = await opened(neighbourhood, kind=BallotForm.ORDINAL, quorum=30)
    lamp = await project(neighbourhood, current, "灯", 200)
    gone = await project(neighbourhood, current, "长椅", 200)
    await leave(gone.id, why="x", by=neighbourhood.coordinator)
    async with walker(app) as program:
        await program.sign_in(neighbourhood.outsider.member_id)
        listed = (await program.open("/api/rounds")).json()
        assert [one["id"] for one in listed["rounds"]] == [str(current.id)]
        told: dict[str, Any] = (await program.open(f"/api/rounds/{current.id}")).json()
    assert (told["ballot"], told["quorum_percent"]) == ("ordinal", 30)
    assert [one["id"] for one in told["projects"]] == [str(lamp.id)]
    assert told["projects"][0]["state"] == ProjectState.PROPOSED.value
    assert told["state"] == RoundState.PROPOSING.value
