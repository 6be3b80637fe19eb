"""Who gave without a name is in no page, data, file or message that others see; keepers see it."""

import io

import httpx
import openpyxl
from litestar import Litestar

from community import Actor, Role, add_member
from marketplace.funding import reading
from marketplace.funding.drives import cancel_drive
from marketplace.funding.values import Drive
from tests.app.test_funding_pages import app, home, person
from tests.marketplace.conftest import Neighbourhood, actor
from tests.marketplace.funding_examples import card, cash, opened, paid, treasurer

__all__ = ["app", "home"]

GIVER, SIGNED = "Ouyang Whogaveit", "Shangguan Whosigned"


async def given(home: Neighbourhood) -> tuple[Drive, Actor, Actor]:
    """Let somebody give by card and in cash without a name, and somebody unknown here too."""
    giver = actor(await add_member(community_id=home.id, name=GIVER, roles=(Role.RESIDENT,)))
    keeper = await treasurer(home)
    drive = await opened(home)
    await paid(await card(drive, 2_000, giver, anonymous=True))
    await cash(drive, 700, by=keeper, giver=giver, anonymous=True)
    await cash(drive, 300, by=keeper, name=SIGNED, anonymous=True)
    return drive, giver, keeper


def public_addresses(drive: Drive) -> list[str]:
    project = drive.project_id
    return [
        "/",
        "/funding",
        "/open-books",
        f"/projects/{project}",
        f"/projects/{project}/funding",
        f"/projects/{project}/summary",
        f"/drives/{drive.id}",
        f"/projects/{project}/money",
        *(f"/projects/{project}/money/transfers.{kind}" for kind in ("csv", "json", "xlsx")),
        *(f"/open-books/transfers.{kind}" for kind in ("csv", "json", "xlsx")),
        "/api/funding",
        f"/api/projects/{project}/funding",
        f"/api/projects/{project}/contributions",
        f"/api/projects/{project}/money",
        f"/api/projects/{project}/summary",
        "/api/open-books",
        "/undertakers",
        "/feed.xml",
        "/book",
        "/messages",
        "/me/contributions",
    ]


def text_of(answer: httpx.Response) -> str:
    """Return all that an answer says: a workbook's cells and what it says of itself, too."""
    head = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    if "spreadsheetml" not in answer.headers.get("content-type", ""):
        return f"{head} {answer.text}"
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    return " ".join([head, str(book.properties), *cells])


def told_nothing(answer: httpx.Response, giver: Actor) -> bool:
    said = text_of(answer)
    return not any(one in said for one in ("Whogaveit", "Whosigned", str(giver.member_id)))


async def test_nobody_but_who_keeps_the_money_learns_who_gave_without_a_name(
    app: Litestar, home: Neighbourhood
) -> None:
    drive, giver, keeper = await given(home)
    watcher = actor(await add_member(community_id=home.id, name="Sun", roles=(Role.AUDITOR,)))
    for after in ("given", "going back"):
        if after == "going back":
            await cancel_drive(drive.id, by=home.coordinator, why="The lane is dug up")
        for who in (home.residents[0], home.residents[1], home.coordinator, None):
            reader = await person(app, who)
            seen = 0
            for address in public_addresses(drive):
                answer = await reader.see(address)
                assert told_nothing(answer, giver), (after, who, address)
                seen += answer.status_code == 200
            assert who is None or seen >= 20, (after, seen)
            for gift in await reading.contributions(drive.id, community_id=home.id):
                for part in ("", "/paper", "/pay"):
                    refused = await reader.see(f"/contributions/{gift.id}{part}")
                    assert refused.status_code in {303, 401, 403, 404}, refused.status_code
                    assert told_nothing(refused, giver)
        for keeps in (keeper, watcher):
            reader = await person(app, keeps)
            money = await reader.see(f"/projects/{drive.project_id}/money")
            assert GIVER in money.text
            assert SIGNED in money.text
            assert GIVER in (await reader.see("/funding/desk")).text
            files = await reader.see(f"/projects/{drive.project_id}/money/transfers.json")
            assert GIVER in files.text
