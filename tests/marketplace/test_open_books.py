"""The open books of a project that was funded, spent, and gave back what was left."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import ledger
from ledger import CNY, MINUTE
from marketplace.funding import contributing, drives, payments, settling
from marketplace.funding.returning import give_back
from marketplace.funding.values import ContributionId, Draft, Gift, Source
from marketplace.open_books import reading, rules, sums
from marketplace.open_books.values import DocumentKind, Span, TrailLine
from tests.marketplace.conftest import YUAN, Neighbourhood
from tests.marketplace.delivery_examples import Chosen, chosen

NOW = datetime.now(UTC)
YEAR = Span(NOW - timedelta(days=300), NOW + timedelta(days=60))


async def sound(found: Chosen) -> None:
    """Hold a project's open books against its accounts, before and after sums are stored."""
    here = found.home.id
    for unit in (CNY, MINUTE):
        live = await reading.project_books(found.project.id, community_id=here, unit=unit)
        assert live.line.balanced, live.line
        assert rules.unbalanced(live.streams) == {}
        for one in live.reckoning.sources:
            assert one.given == one.returned + one.spent + one.held
            assert min(one.given, one.returned, one.spent, one.held) >= 0
        await sums.keep_sums(least=1)
        stored = await reading.project_books(found.project.id, community_id=here, unit=unit)
        assert stored == live
    both = await reading.community_books(here, YEAR)
    assert both.line.balanced, both.line
    assert rules.unbalanced(both.streams) == {}


def gift(yuan: int, receipt: str, source: Source = Source.CASH, **giver: object) -> Gift:
    return Gift(ContributionId(uuid.uuid4()), source, yuan * YUAN, receipt, NOW.date(), **giver)  # type: ignore[arg-type]  # a test's own


async def funded(found: Chosen) -> dict[str, int]:
    """Let a project raise 600 yuan from three sources and settle it; return what each gave."""
    coordinator, treasurer = found.coordinator, found.treasurer
    draft = Draft(600 * YUAN, 0, datetime.now(UTC) + timedelta(days=5))
    drive = await drives.open_drive(found.project.id, draft, by=coordinator)
    paper = await contributing.keep_paper(b"%PDF-1.4 a paper", "pdf", by=treasurer)
    giver = found.home.residents[2]
    given = gift(200, paper, member_id=giver.member_id)
    await contributing.receive_gift(drive.id, given, by=treasurer)
    await sound(found)
    quiet = gift(100, paper, Source.BANK, member_id=giver.member_id, anonymous=True)
    await contributing.receive_gift(drive.id, quiet, by=treasurer)
    online = await contributing.start_contribution(
        drive.id, amount_fen=300 * YUAN + 1, source=Source.WECHAT_PAY, by=giver
    )
    await payments.payment_succeeded(
        online.id,
        f"pi_{online.id}",
        f"ch_{online.id}",
        amount_fen=online.amount_fen,
        at=datetime.now(UTC),
    )
    await sound(found)
    await settling.settle(drive.id, by=coordinator)
    await sound(found)
    return {"cash": 200 * YUAN, "bank": 100 * YUAN, "wechat_pay": 300 * YUAN + 1}


async def test_every_source_to_the_fen_from_giving_to_giving_back(
    neighbourhood: Neighbourhood,
) -> None:
    found = await chosen(neighbourhood, 1000)
    gave = await funded(found) | {"public_budget": 1000 * YUAN}
    await found.begun()
    await found.paid(333)
    await sound(found)
    here: dict[str, Any] = {"community_id": found.home.id}
    books = await reading.project_books(found.project.id, **here)
    assert {one.source: one.given for one in books.reckoning.sources} == gave
    assert books.reckoning.spent == 333 * YUAN
    assert [one.purpose for one in books.spendings] == ["Rails"]
    assert any(one.to_node.startswith("receipt:") for one in books.streams)
    async with ledger.transaction():
        await give_back(found.project.id, by=found.coordinator)
    await sound(found)
    after = (await reading.project_books(found.project.id, **here)).reckoning
    assert after.spent == 333 * YUAN
    assert after.left == 0
    spent = {one.source: one.spent for one in after.sources}
    whole = sum(gave.values())
    for source, amount in gave.items():
        assert abs(spent[source] * whole - amount * 333 * YUAN) < 2 * whole
    sources = {one.source: one for one in after.sources}
    assert sources["public_budget"].held == 0
    assert after.waiting == sum(one.held for one in after.sources)


async def test_the_trail_has_every_transfer_once_with_its_document(
    neighbourhood: Neighbourhood,
) -> None:
    found = await chosen(neighbourhood, 1000)
    await funded(found)
    await found.begun()
    await found.paid(50)
    here: dict[str, Any] = {"community_id": found.home.id}
    whole = await reading.project_trail(found.project.id, size=500, **here)
    assert whole.older is None
    lines: list[TrailLine] = []
    page: int | None = None
    while True:
        part = await reading.project_trail(found.project.id, page=page, size=3, **here)
        lines += part.lines
        page = part.older
        if page is None:
            break
    assert tuple(lines) == whole.lines
    seqs = [one.transfer.seq for one in lines]
    assert seqs == sorted(set(seqs), reverse=True)
    kinds = {one.document.kind for one in lines}
    assert kinds == {
        DocumentKind.ROUND,
        DocumentKind.CONTRIBUTION,
        DocumentKind.DRIVE,
        DocumentKind.DISBURSEMENT,
    }
    assert {one.project_id for one in lines} == {found.project.id}
    gifts = [one.document for one in lines if one.document.kind is DocumentKind.CONTRIBUTION]
    assert {(one.anonymous, one.giver is None) for one in gifts} == {(True, True), (False, False)}
    named = await reading.project_trail(found.project.id, named=True, size=500, **here)
    assert all(
        one.document.giver for one in named.lines if one.document.kind is DocumentKind.CONTRIBUTION
    )
    community = await reading.community_trail(found.home.id, YEAR, size=500)
    assert set(seqs) <= {one.transfer.seq for one in community.lines}
    budgeted = [one for one in community.lines if one.project_id is None]
    assert {one.from_kind for one in budgeted} == {"public_budget"}


async def test_a_period_begins_with_what_was_there_before(neighbourhood: Neighbourhood) -> None:
    found = await chosen(neighbourhood, 1000)
    moment = datetime.now(UTC)
    await funded(found)
    later = await reading.community_books(found.home.id, Span(moment, moment + timedelta(days=60)))
    assert later.had == {"project": 1000 * YUAN}
    assert later.given == {"cash": 200 * YUAN, "bank": 100 * YUAN, "wechat_pay": 300 * YUAN + 1}
    assert later.line.balanced
    before = await reading.community_books(found.home.id, Span(moment - timedelta(days=60), moment))
    assert before.line.balanced
    assert before.holds == later.had
    (listed,) = await reading.project_sums(found.home.id)
    assert (listed.held, listed.spent) == (1600 * YUAN + 1, 0)


async def test_nothing_of_another_community(neighbourhood: Neighbourhood) -> None:
    found = await chosen(neighbourhood, 1000)
    other = uuid.uuid4()
    assert (await reading.project_trail(found.project.id, community_id=other)).lines == ()
    books = await reading.project_books(found.project.id, community_id=other)
    assert books.reckoning.sources == ()
    assert (await reading.community_trail(other, YEAR)).lines == ()
    assert await reading.project_sums(other) == []


async def test_sums_are_stored_once_however_often_it_is_tried(
    neighbourhood: Neighbourhood,
) -> None:
    found = await chosen(neighbourhood, 1000)
    await funded(found)
    before = await reading.project_books(found.project.id, community_id=found.home.id)
    for _ in range(3):
        await sums.keep_sums(least=1)
    assert await reading.project_books(found.project.id, community_id=found.home.id) == before
    assert await sums.keep_sums(least=10_000) == 0
