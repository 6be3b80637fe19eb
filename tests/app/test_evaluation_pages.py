"""Judging a project over HTTP: rating, inspecting, replying, summing up; each refusal in words."""

import uuid

import pytest
import pytest_asyncio
from litestar import Litestar

import community
from community import Role
from marketplace import evaluation
from marketplace.evaluation import Aspect, Check
from tests.app.walking import walker
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.delivery_examples import Chosen
from tests.marketplace.evaluation_examples import FINE, auditor, delivered, judged, of, over
from tests.neighbourhood import open_neighbourhood


@pytest_asyncio.fixture(loop_scope="session")
async def here(app: Litestar) -> Neighbourhood:  # noqa: ARG001 (the app needs its database first)
    return await settle()


def page_of(found: Chosen) -> str:
    return f"/projects/{found.project.id}/evaluation"


def marks(value: int = 4, **how: str) -> dict[str, str]:
    return {one.value: str(value) for one in Aspect} | how


def findings(**how: str) -> dict[str, str]:
    return {one.value: "yes" for one in Check} | {"words": "All there."} | how


async def test_a_resident_rates_and_changes_it(app: Litestar, here: Neighbourhood) -> None:
    found = await delivered(here)
    page, resident = page_of(found), here.residents[2]
    async with walker(app) as visitor:
        await visitor.sign_in(resident.member_id)
        await visitor.open(page)
        assert "Rate the project" in visitor.words
        await visitor.open(f"{page}/rate")
        refused = await visitor.send(f"{page}/rate", **marks(useful="", comment="Fine, but late."))
        assert refused.status_code == 422
        assert "Choose a mark" in visitor.words
        assert "Fine, but late." in visitor.page
        await visitor.send_and_follow(f"{page}/rate", **marks(comment="Fine, but late."))
        assert "You have rated it." in visitor.words
        assert "Fine, but late." not in visitor.words, "nothing is shown before the end"
        await visitor.open(f"{page}/rate")
        assert "Fine, but late." in visitor.page
        await visitor.send_and_follow(f"{page}/rate", **marks(2))
    own = await evaluation.own_rating(await of(found), resident.member_id)
    assert own is not None
    assert own.marks == (2, 2, 2, 2, 2)


async def test_who_carried_it_out_is_told_why_they_do_not_rate(
    app: Litestar, here: Neighbourhood
) -> None:
    found = await delivered(here)
    async with walker(app) as visitor:
        await visitor.sign_in(found.undertaker.member_id)
        await visitor.open(page_of(found))
        assert "You carried this project out, so others judge it." in visitor.words
        answer = await visitor.open(f"{page_of(found)}/rate")
        assert answer.status_code == 303
        assert (await visitor.open(f"{page_of(found)}/sign")).status_code == 404


async def test_an_inspector_signs_and_a_fault_sends_back(
    app: Litestar, here: Neighbourhood
) -> None:
    found = await delivered(here)
    page = page_of(found)
    async with walker(app) as visitor:
        await visitor.sign_in(found.coordinator.member_id)
        await visitor.open(f"{page}/inspectors")
        await visitor.send(f"{page}/inspectors", name="Nobody Here", why="Knows lamps.")
        assert "Nobody here has exactly this name." in visitor.words
        await visitor.send_and_follow(f"{page}/inspectors", name="Resident 4", why="Knows lamps.")
        assert "Knows lamps." in visitor.words
    async with walker(app) as visitor:
        await visitor.sign_in(here.residents[3].member_id)
        await visitor.open(f"{page}/sign")
        key = visitor.hidden("key")
        refused = await visitor.send(f"{page}/sign", key=key, **findings(safe="no"))
        assert refused.status_code == 422
        assert "Say in a few words what is wrong." in visitor.words
        refused = await visitor.send(
            f"{page}/sign", key=key, **findings(safe="no", safe_words="A rail is loose.")
        )
        assert "Choose a day from" in visitor.words
        day = over().date().isoformat()
        await visitor.send_and_follow(
            f"{page}/sign",
            key=key,
            **findings(safe="no", safe_words="A rail is loose.", mend_by=day),
        )
        assert "Sent back" in visitor.words
        assert "A rail is loose." in visitor.words


async def test_the_score_the_reply_and_a_comment_that_is_hidden(
    app: Litestar, here: Neighbourhood
) -> None:
    found = await delivered(here)
    page = page_of(found)
    for n, one in enumerate(here.residents[1:], start=1):
        words = "Thanks to all." if n == 1 else ""
        await evaluation.rate(found.project.id, dict.fromkeys(Aspect, n), words, by=one)
    await evaluation.sign(found.project.id, FINE, by=await auditor(here))
    await evaluation.close_due(at=over())
    (said,) = await evaluation.comments(await of(found))
    comment = f"{page}/comments/{said.id}"
    async with walker(app) as visitor:
        await visitor.sign_in(found.undertaker.member_id)
        await visitor.open(page)
        assert "3.0 of 5" in visitor.words
        assert "exactly 3" in visitor.words
        assert "Thanks to all." in visitor.words
        assert "Resident 2" not in visitor.words
        await visitor.open(f"{page}/reply")
        await visitor.send_and_follow(f"{page}/reply", reply="We come back in spring.")
        assert "We come back in spring." in visitor.words
        assert (await visitor.open(f"{page}/reply")).status_code == 404
        await visitor.open(f"{comment}/report")
        assert (await visitor.send(f"{comment}/report", words="")).status_code == 422
        await visitor.send_and_follow(f"{comment}/report", reason="private", words="")
    async with walker(app) as visitor:
        await visitor.sign_in(found.coordinator.member_id)
        await visitor.open(f"{comment}/rule")
        await visitor.send_and_follow(f"{comment}/rule", number="1", hidden="yes", reason="A name.")
        assert "Hidden by a coordinator: A name." in visitor.words
        assert "Thanks to all." not in visitor.words
    async with walker(app) as visitor:
        await visitor.sign_in(here.residents[1].member_id)
        await visitor.open(f"{comment}/again")
        await visitor.send_and_follow(f"{comment}/again", words="There is no name in it.")
        assert "Another coordinator takes a second look." in visitor.words
    async with walker(app) as visitor:
        await visitor.sign_in(here.residents[2].member_id)
        assert (await visitor.open(f"{comment}/again")).status_code == 404
        assert (await visitor.open(f"{comment}/rule")).status_code == 403


async def test_a_project_is_summed_up_and_what_is_left_returns(
    app: Litestar, here: Neighbourhood
) -> None:
    found = await judged(here)
    page = f"/projects/{found.project.id}/summary"
    async with walker(app) as visitor:
        await visitor.sign_in(here.residents[3].member_id)
        await visitor.open(page)
        assert "Promised and done" in visitor.words
        assert (await visitor.open(f"{page}/write")).status_code == 404
    async with walker(app) as visitor:
        await visitor.sign_in(found.undertaker.member_id)
        await visitor.open(f"{page}/write")
        assert (await visitor.send(f"{page}/write", summary=" ")).status_code == 422
        await visitor.send_and_follow(f"{page}/write", summary="Cheaper than planned.")
        assert "Cheaper than planned." in visitor.words
        assert "Public budget of the round" in visitor.words
        told = (await visitor.client.get(f"/api{page}")).json()
    assert told["state"] == "closed"
    assert told["returned"] == [{"source": "public_budget", "fen": 100_000}]
    assert (told["received_fen"], told["paid_fen"], told["left_fen"]) == (100_000, 0, 0)
    assert told["result"]["overall"]["mean"] == "4"


async def test_programs_read_exact_scores_and_nobody_s_name(
    app: Litestar, here: Neighbourhood
) -> None:
    found = await judged(here, marks=5)
    async with walker(app) as visitor:
        await visitor.sign_in(here.residents[1].member_id)
        told = await visitor.client.get(f"/api{page_of(found)}")
        assert told.json()["result"]["aspects"]["useful"]["spread"]["5"] == 5
        for one in (*here.residents, found.coordinator):
            assert str(one.member_id) not in told.text
        missing = await visitor.client.get(f"/api/projects/{uuid.uuid4()}/evaluation")
        assert missing.status_code == 404


async def test_every_page_of_a_judged_neighbourhood_opens(app: Litestar) -> None:
    hood = await open_neighbourhood()
    place = "/projects/{project_id:uuid}"
    seen = {
        Role.RESIDENT: ("", "/rate", "/reply", "/comments/{rating_id:uuid}/report"),
        Role.AUDITOR: ("", "/sign"),
        Role.COORDINATOR: ("/inspectors", "/comments/{rating_id:uuid}/rule"),
    }
    for role, parts in seen.items():
        async with walker(app, "zh") as visitor:
            await visitor.sign_in(hood.people[role].id)
            for part in parts:
                answer = await visitor.open(hood.address(f"{place}/evaluation{part}"))
                assert answer.status_code == 200, (role, part, visitor.page[:500])
            for path in ("/evaluations", hood.address(f"{place}/summary")):
                assert (await visitor.open(path)).status_code == 200, path
            image = await visitor.client.get(
                hood.address(f"{place}/evaluation/photos/{{sign_off_id:uuid}}/{{number:int}}")
            )
            assert image.headers["content-type"] == "image/jpeg"


async def test_a_visitor_reads_everything_and_is_led_to_the_sign_in(
    app: Litestar, monkeypatch: pytest.MonkeyPatch, here: Neighbourhood
) -> None:
    asked, ended = await delivered(here), await judged(here)
    home = await community.community(here.id)
    monkeypatch.setattr("app.evaluation_page.community_shown", lambda _request: _always(home))
    async with walker(app) as visitor:
        await visitor.open(page_of(asked))
        assert "Sign in to rate" in visitor.words
        await visitor.open(page_of(ended))
        assert "4.0 of 5" in visitor.words
        await visitor.open(f"/projects/{ended.project.id}/summary")
        assert "4.0 of 5" in visitor.words


async def _always(home: community.Community) -> community.Community:
    return home
