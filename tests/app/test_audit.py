"""The audit trail over HTTP: in plain words, narrowed by a form, and as a file to take away."""

import csv
import io
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio
from litestar import Litestar

import community
import ledger
import marketplace
from app import audit_words, field_words, trail_page
from app.i18n import speaking, translations
from community import Actor, Role, TrailSearch
from marketplace import Category, Draft, Terms
from marketplace.counting import Rule
from tests.acts_in_code import written_acts
from tests.app.walking import Walker, walker
from tests.timebank.street import Street, open_street


def test_every_act_in_the_code_has_a_sentence_and_a_family() -> None:
    found = written_acts()
    assert len(found) > 40
    unclear = [one.place for one in found if not one.acts]
    assert unclear == [], "write the act as a literal, so that it can be found"
    acts = {act for one in found for act in one.acts}
    assert {"visit.ask", "visit.cancel", "kin.end", "area.rename", "role.grant"} <= acts
    assert sorted(acts - set(audit_words.SENTENCES)) == [], "say it in app/audit_words.py"
    assert sorted(set(audit_words.SENTENCES) - acts) == [], "no such act any more"
    families = {act.partition(".")[0] for act in acts}
    assert families == set(audit_words.FAMILIES)


def test_every_sentence_is_said_in_chinese_too() -> None:
    known = translations("zh")
    sentences = (
        *audit_words.SENTENCES.values(),
        *audit_words.FAMILIES.values(),
        *field_words.LABELS.values(),
    )
    assert [one for one in sentences if known.gettext(one) == one] == []


@dataclass
class Site:
    """The site with a street behind it, its auditor, and people who walk through it."""

    app: Litestar
    street: Street
    auditor: Actor
    stack: AsyncExitStack

    async def signed_in(self, who: Actor, language: str = "en") -> Walker:
        visitor = await self.stack.enter_async_context(walker(self.app, language))
        return await visitor.sign_in(who.member_id)


@pytest_asyncio.fixture(loop_scope="session")
async def site(app: Litestar) -> AsyncIterator[Site]:
    street = await open_street()
    added = await community.add_member(
        community_id=street.id, name="唐雅琴", roles=(Role.AUDITOR, Role.RESIDENT)
    )
    auditor = Actor(added.id, street.id, added.roles)
    async with AsyncExitStack() as stack:
        yield Site(app, street, auditor, stack)


async def test_the_trail_reads_as_sentences_in_both_languages(site: Site) -> None:
    await site.street.asked(60)
    visitor = await site.signed_in(site.auditor)
    await visitor.open("/audit")
    assert "陈桂芳 asked for a visit" in visitor.words
    assert "Linli itself gave 唐雅琴 a role" in visitor.words
    assert "Length: 1 h" in visitor.words
    visitor = await site.signed_in(site.auditor, "zh")
    await visitor.open("/audit")
    assert "陈桂芳 发出了一份需求单" in visitor.words


async def test_the_form_narrows_and_links_lead_on(site: Site) -> None:
    visit = await site.street.booked(60)
    visitor = await site.signed_in(site.auditor)
    await visitor.open("/audit?act=visit.&who=李明")
    assert "李明 accepted a visit" in visitor.words
    assert "陈桂芳 asked" not in visitor.words
    await visitor.open(f"/audit?about={visit.id}")
    assert "李明 accepted a visit" in visitor.words
    assert "陈桂芳 asked for a visit" in visitor.words
    assert "gave 唐雅琴 a role" not in visitor.words
    await visitor.open("/audit?until=2020-01-01")
    assert "Nothing was found" in visitor.words


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=yesterday", "Write the day as year-month-day"),
        ("since=0001-01-01", "Choose a day in this century"),
        ("since=2026-02-02&until=2026-02-01", "not before the first"),
        ("act=no.such", "Choose one of the acts"),
        ("who=没有此人", "Nobody here has the name 没有此人"),
    ],
)
async def test_what_cannot_be_searched_for_is_named(site: Site, query: str, told: str) -> None:
    visitor = await site.signed_in(site.auditor)
    answer = await visitor.open(f"/audit?{query}")
    assert answer.status_code == 422
    assert told in visitor.words
    assert 'class="trail-line"' not in visitor.page


async def test_pages_go_back_to_the_beginning(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_page, "LINES_ON_A_PAGE", 4)
    visitor = await site.signed_in(site.auditor)
    seen: list[str] = []
    await visitor.open("/audit?act=role.")
    while True:
        seen += [line.split('"')[0] for line in visitor.page.split('id="event-')[1:]]
        older = [line for line in visitor.page.split('href="') if "before=" in line]
        if not older:
            break
        await visitor.open(older[0].split('"')[0].replace("&amp;", "&"))
    events = await community.search_trail(
        (site.street.id,), TrailSearch(acts=("role.grant", "role.end")), size=100
    )
    assert seen == [str(event.seq) for event in events]
    assert len(seen) > 4


async def test_a_vote_leaves_nothing_that_leads_to_the_ballot(
    site: Site, owner: asyncpg.Connection
) -> None:
    street, resident = site.street, site.auditor
    opened = await marketplace.open_round(
        by=street.coordinator, name="秋季", terms=Terms(100_000, 2, rule=Rule.GREEDY)
    )
    draft = Draft("长椅", "给大家坐", "三号楼前", Category.ENVIRONMENT, 50_000)
    await marketplace.propose(opened.id, draft, by=resident)
    await marketplace.open_ballot(opened.id, by=street.coordinator)
    before = await community.audit_events(street.id)
    await marketplace.vote(opened.id, [1], by=resident)
    assert await community.audit_events(street.id) == before
    together = (
        "SELECT count(*) FROM ballot JOIN {table} AS other ON other.xmin = ballot.xmin"
        " WHERE ballot.round_id = $1"
    )
    tables = await owner.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        " AND table_type = 'BASE TABLE' AND table_name <> 'ballot'"
    )
    for (table,) in tables:
        assert await owner.fetchval(together.format(table=table), opened.id) == 0, table
    await marketplace.close_and_count(opened.id, by=street.coordinator)
    (event, *_) = await community.audit_events(street.id)
    assert (event.details["votes"], event.details["on_roll"]) == (1, 1)


async def test_only_watchers_read_it_and_only_their_own_place(site: Site) -> None:
    elsewhere = await open_street()
    await elsewhere.asked(75)
    visitor = await site.signed_in(site.auditor)
    await visitor.open("/audit")
    assert "1 h 15 min" not in visitor.words
    visitor = await site.signed_in(site.street.coordinator)
    assert (await visitor.open("/audit")).status_code == 403
    assert (await visitor.open(f"/audit/consents/{uuid.uuid4()}")).status_code == 403


async def test_a_copy_is_a_file_for_a_spreadsheet_and_is_written_down(site: Site) -> None:
    async with ledger.transaction():
        await community.record(
            "role.end",
            by=site.street.coordinator,
            subject_kind="member",
            subject_id=site.auditor.member_id,
            details={"role": "auditor", "why": '=HYPERLINK("http://x")'},
            before={"phone": "+86 138****5678"},
            after={"phone": "-1"},
        )
    visitor = await site.signed_in(site.auditor)
    await visitor.open("/audit?act=role.")
    answer = await visitor.send("/audit/export", act="role.")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == list(trail_page.COLUMNS)
    assert rows[1][3:6] == ["role.end", "沈洁 ended a role of 唐雅琴", "沈洁"]
    assert {row[3] for row in rows[1:]} == {"role.end", "role.grant"}
    (event, *_) = await community.audit_events(site.street.id, size=1)
    assert (event.act, event.actor) == ("trail.export", site.auditor.member_id)
    assert set(event.details["acts"]) == {"role.end", "role.grant"}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign: str) -> None:
    (row,) = csv.reader(
        io.StringIO(trail_page.rows_as_csv([[f"{sign}1+1", "a=b"]]).decode(), newline="")
    )
    assert row == [f"'{sign}1+1", "a=b"]


async def test_a_long_copy_says_where_it_ends(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_page, "LINES_IN_A_FILE_MAX", 3)
    monkeypatch.setattr(trail_page, "LINES_AT_A_TIME", 2)
    visitor = await site.signed_in(site.auditor)
    await visitor.open("/audit")
    answer = await visitor.send("/audit/export")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 5
    assert rows[-1][0].startswith("There is more: this file ends at 3 lines")


def test_values_are_said_as_people_say_them() -> None:
    with speaking("en"):
        assert field_words.told("roles", ["elder", "auditor"], trail_page.ZoneInfo("UTC")) == (
            "elder, auditor"
        )
        assert field_words.told("minutes", 95, trail_page.ZoneInfo("UTC")) == "1 h 35 min"
        assert field_words.told("why", None, trail_page.ZoneInfo("UTC")) == "–"
