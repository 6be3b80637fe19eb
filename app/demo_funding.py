"""The demo's drives: one that reached its goal, one open with gifts of every kind, one missed."""

import io
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

import community
from community import Actor, Community
from marketplace import Project, ProjectState
from marketplace.funding.contributing import hand_back, keep_paper, receive_gift
from marketplace.funding.drives import open_drive
from marketplace.funding.matching import add_to_fund, found_fund
from marketplace.funding.pledging import pledge_minutes, pledgeable
from marketplace.funding.settling import settle
from marketplace.funding.values import (
    ContributionId,
    Draft,
    Drive,
    Fund,
    Gift,
    Matching,
    MatchingKind,
    Source,
)
from marketplace.reading import projects_of, rounds

YUAN: Final = 100  # fen
HOUR: Final = 60  # minutes
ROUND: Final = "八里春季民生微实事"
SHORT: Final = timedelta(seconds=4)
"""How long the missed drive is open: as long as the demo needs to give to it."""


async def fill_funding(
    home: Community,
    coordinator: Actor,
    treasurer: Actor,
    *,
    neighbours: Sequence[Actor],
    helpers: Sequence[Actor],
) -> None:
    """Raise money and hours for three chosen projects; `helpers` have saved minutes to pledge."""
    first, second, third = (await _chosen(home))[:3]
    paper = await keep_paper(_receipt(), "jpg", by=treasurer)
    entry = _Entry(home, treasurer, paper)
    fund = await _fund(treasurer)
    givers = [one for one in neighbours if one.member_id != treasurer.member_id]
    await _reached(first, coordinator, entry, givers=givers, helpers=helpers)
    await _open(second, coordinator, entry, (fund, givers, helpers))
    await _missed(third, coordinator, entry, givers)


async def _chosen(home: Community) -> list[Project]:
    """Return the projects that the counted round chose."""
    counted = next(one for one in await rounds(home.id) if one.name == ROUND)
    found = await projects_of(counted.id, community_id=home.id)
    return [one for one in found if one.state is ProjectState.CHOSEN]


async def _fund(treasurer: Actor) -> Fund:
    fund = await found_fund("八里邻里配捐基金", by=treasurer)
    return await add_to_fund(
        fund.id,
        20_000 * YUAN,
        by=treasurer,
        came_from="public_budget",
        id=uuid.uuid4(),
        words="街道为民服务经费，2026 年。",
    )


class _Entry:
    """How the treasurer enters what was received yesterday."""

    def __init__(self, home: Community, treasurer: Actor, paper: str) -> None:
        self.treasurer, self._paper, self.home = treasurer, paper, home
        today = datetime.now(ZoneInfo(home.time_zone)).date()
        self._day = today - timedelta(days=1)

    async def received(
        self, drive: Drive, source: Source, yuan: int, **giver: object
    ) -> ContributionId:
        """Enter a gift in yuan; return its id."""
        key = ContributionId(uuid.uuid4())
        said = {
            "id": key, "source": source, "amount_fen": yuan * YUAN, "receipt": self._paper,
            "received_on": self._day, **giver,
        }  # fmt: skip
        gift = Gift(**said)  # type: ignore[arg-type]  # the names are those of its fields
        await receive_gift(drive.id, gift, by=self.treasurer)
        return key


async def _pledged(drive: Drive, helpers: Sequence[Actor], minutes: int, most: int) -> None:
    """Let helpers who have so many minutes pledge them, `most` of them at most."""
    pledged = 0
    for one in helpers:
        if pledged < most and await _has(one, minutes):
            await pledge_minutes(drive.id, minutes, by=one)
            pledged += 1


async def _has(one: Actor, minutes: int) -> bool:
    return await pledgeable(one.member_id, community_id=one.community_id) >= minutes


async def _reached(
    project: Project,
    coordinator: Actor,
    entry: _Entry,
    *,
    givers: Sequence[Actor],
    helpers: Sequence[Actor],
) -> None:
    """Let a drive reach its goal, and settle it before its deadline."""
    asked = Draft(
        goal_fen=3_000 * YUAN,
        goal_minutes=2 * HOUR,
        deadline=_in(entry, 6),
        words="扶手想包一层防滑胶，座椅加软垫，还要两位邻居陪工人量尺寸。",
    )
    drive = await open_drive(project.id, asked, by=coordinator)
    await entry.received(drive, Source.CASH, 500, member_id=givers[0].member_id)
    await entry.received(drive, Source.CASH, 300, name="楼下修鞋的老陶")
    await entry.received(drive, Source.BANK, 1_200, anonymous=True)
    company = await _organisation(entry.home)
    await entry.received(drive, Source.ORGANISATION, 1_000, organisation_id=company)
    await _pledged(drive, helpers, HOUR, 2)
    await settle(drive.id, by=coordinator)


async def _open(
    project: Project,
    coordinator: Actor,
    entry: _Entry,
    people: tuple[Fund, Sequence[Actor], Sequence[Actor]],
) -> None:
    """Open a drive with a matching fund, half way to its goal."""
    fund, givers, helpers = people
    asked = Draft(
        goal_fen=8_000 * YUAN,
        goal_minutes=20 * HOUR,
        deadline=_in(entry, 12),
        words="晾衣场想再加一排矮架，坐轮椅也能自己晾；旧架子由大家一起拆。",
        matching=Matching(fund.id, MatchingKind.QUADRATIC, 3_000 * YUAN),
    )
    drive = await open_drive(project.id, asked, by=coordinator)
    for place, yuan in enumerate((20, 50, 100, 60, 200, 30)):
        hidden = place in {2, 4}
        await entry.received(
            drive, Source.CASH, yuan, member_id=givers[place + 1].member_id, anonymous=hidden
        )
    await entry.received(drive, Source.BANK, 600, name="搬走的老邻居阿珍")
    await _pledged(drive, helpers, HOUR // 2, 5)


async def _missed(
    project: Project, coordinator: Actor, entry: _Entry, givers: Sequence[Actor]
) -> None:
    """Let a drive miss its goal; the treasurer has handed one of two gifts back."""
    asked = Draft(
        goal_fen=5_000 * YUAN,
        goal_minutes=0,
        deadline=datetime.now(UTC) + SHORT,
        words="护栏上想挂花箱，一共四十个。",
    )
    drive = await open_drive(project.id, asked, by=coordinator)
    back = await entry.received(drive, Source.CASH, 80, member_id=givers[7].member_id)
    await entry.received(drive, Source.CASH, 150, member_id=givers[8].member_id)
    await settle(drive.id, by=coordinator, at=drive.deadline)
    await hand_back(back, by=entry.treasurer, words="当面点清，签了字。")


def _in(entry: _Entry, days: int) -> datetime:
    """Return the evening some days from now."""
    zone = ZoneInfo(entry.home.time_zone)
    evening = datetime.now(zone).replace(hour=20, minute=0, second=0, microsecond=0)
    return evening + timedelta(days=days)


async def _organisation(home: Community) -> uuid.UUID:
    found = await community.organisations_of(home.id)
    return next(one.id for one in found if "物业" in one.name)


def _receipt() -> bytes:
    """Draw what a scanned receipt looks like from afar."""
    sheet = Image.new("RGB", (480, 640), "#fbfaf5")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((30, 30, 450, 610), outline="#7a2f2f", width=3)
    for row in range(8):
        pen.line((60, 130 + row * 50, 420 - row % 3 * 60, 130 + row * 50), fill="#444", width=4)
    pen.ellipse((290, 450, 420, 580), outline="#b02020", width=6)
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=80)
    return written.getvalue()
