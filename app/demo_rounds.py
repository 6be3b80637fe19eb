"""The demo's next round: plans of needs wanted, with dates, parts of the budget and a quorum."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from community import Actor, Community
from marketplace import BallotForm, Electorate, Entry, Setup, Terms, open_round
from marketplace.counting import Completion, Rule, Satisfaction
from marketplace.election import Ceiling, Grouping
from marketplace.values import Category

YUAN = 100  # fen


async def fill(home: Community, coordinator: Actor) -> None:
    """Open a round whose ballot opens next week and is open for two."""
    zone = ZoneInfo(home.time_zone)
    morning = datetime.now(UTC).astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0)
    await open_round(
        by=coordinator,
        name="八里冬季民生微实事",
        terms=Terms(
            60_000 * YUAN,
            4,
            Rule.MES,
            Satisfaction.SCORE,
            Completion.ADD1_GREEDY,
            kind=BallotForm.CUMULATIVE,
            points=10,
            points_each_max=5,
            threshold=5,
            quorum=20,
            ceilings=(
                Ceiling(Grouping.CATEGORY, Category.ELDER_CARE.value, 30_000 * YUAN),
                Ceiling(Grouping.CATEGORY, Category.ENVIRONMENT.value, 24_000 * YUAN),
            ),
        ),
        setup=Setup(
            voting_opens_at=morning + timedelta(days=7),
            voting_closes_at=morning + timedelta(days=21, hours=9),
            electorate=Electorate(age_min=16),
            entry=Entry.PLANS,
        ),
    )
