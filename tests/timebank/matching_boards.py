"""Small and large boards made by chance, and a slow, plain judge of who may go to whom."""

import itertools
import random
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from timebank.care import Candidate, GivePolicy, HeldCertificate, Needs, Person, Speech, unfit
from timebank.matching import rules
from timebank.matching.values import Availability, Limits, Promised, Situation, Wanted

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
DAYS = 7


def ident(kind: int, number: int) -> uuid.UUID:
    """Return the same id for the same thing on every run."""
    return uuid.UUID(int=(kind << 64) + number + 1)


def situation(
    seed: int, requests: int, volunteers: int, *, days: int = DAYS, grids: int = 6
) -> Situation:
    """Make a board by chance, with something of everything that matching looks at."""
    chance = random.Random(seed)  # noqa: S311 (chance makes a board, no secret)
    certificate = ident(9, 0)
    elders = max(requests * 2 // 3, 1)
    wanted = []
    for number in range(requests):
        day = chance.randrange(days)
        starts = NOW + timedelta(days=day, minutes=15 * chance.randrange(0, 40))
        minutes = 15 * chance.randrange(2, 9)
        service = chance.randrange(12)
        wanted.append(
            Wanted(
                visit_id=ident(1, number),
                elder_id=ident(2, chance.randrange(elders)),
                care_service_id=ident(3, service),
                certificate=certificate if service == 0 else None,
                minors=service in {1, 2},
                starts_at=starts,
                minutes=minutes,
                asked_at=NOW - timedelta(hours=chance.randrange(200)),
                first_day=starts.date(),
                last_day=(starts + timedelta(minutes=minutes)).date(),
                grid_id=ident(4, chance.randrange(grids)) if chance.random() < 0.9 else None,
                speech=chance.choice([Speech.MANDARIN, Speech.MANDARIN, Speech.ENGLISH, None]),
                preferred_id=ident(5, chance.randrange(volunteers))
                if chance.random() < 0.1
                else None,
            )
        )
    people = [
        _candidate(chance, number, certificate, days=days, grids=grids)
        for number in range(volunteers)
    ]
    # Some volunteers are elders as well, some are kin, some said no.
    who = [one.member_id for one in people]
    return Situation(
        at=NOW,
        wanted=[one if chance.random() > 0.05 else _own(one, chance.choice(who)) for one in wanted],
        candidates=people,
        policy=GivePolicy(),
        promised=[
            Promised(chance.choice(who), starts, 60, starts.date())
            for starts in (
                NOW + timedelta(days=chance.randrange(days), minutes=15 * chance.randrange(40))
                for _one in range(volunteers // 4)
            )
        ],
        together={
            (chance.choice(wanted).elder_id, chance.choice(who)): chance.randrange(1, 6)
            for _one in range(volunteers // 2)
        },
        kin=frozenset(
            (chance.choice(wanted).elder_id, chance.choice(who)) for _one in range(volunteers // 5)
        ),
        said_no=frozenset(
            (chance.choice(wanted).visit_id, chance.choice(who)) for _one in range(volunteers // 5)
        ),
        missed={one: 3 for one in who if chance.random() < 0.03},
        miss_limit=3,
    )


def _own(one: Wanted, elder: uuid.UUID) -> Wanted:
    return Wanted(**{name: getattr(one, name) for name in one.__slots__} | {"elder_id": elder})


def _candidate(
    chance: random.Random, number: int, certificate: uuid.UUID, *, days: int, grids: int
) -> Candidate:
    windows = []
    for day in range(days):
        if chance.random() < 0.7:
            begins = NOW + timedelta(days=day, minutes=15 * chance.randrange(16))
            windows.append((begins, begins + timedelta(hours=chance.randrange(3, 8))))
    told = chance.random() < 0.85
    held = (HeldCertificate(certificate, date(2020, 1, 1), None),) if chance.random() < 0.3 else ()
    busy = {
        NOW + timedelta(days=chance.randrange(days), minutes=15 * chance.randrange(40))
        for _one in range(chance.randrange(3))
    }
    return Candidate(
        member_id=ident(5, number),
        name=f"V{number}",
        person=Person(
            date(chance.choice([1955, 1990, 2010]), 5, 1),
            guardian=chance.random() < 0.5,
            certificates=held,
        ),
        home_grid=ident(4, chance.randrange(grids)),
        skills=frozenset(ident(3, chance.randrange(12)) for _one in range(chance.randrange(6))),
        grids=frozenset(ident(4, chance.randrange(grids)) for _one in range(chance.randrange(3))),
        languages=frozenset(chance.sample(list(Speech), chance.randrange(3))),
        told=told,
        windows=tuple(windows) if told else (),
        busy=frozenset(busy),
        minutes_lately=chance.choice([0, 0, 60, 300, 900, 2400]),
    )


# --- the judge: straight from the words of the rules, one pair at a time, no arrays -----------


def may(  # noqa: PLR0911 (one for each rule)
    known: Situation, one: Wanted, who: Candidate, limits: Limits
) -> bool:
    """Say whether a volunteer may be suggested for a request."""
    if who.member_id == one.elder_id or (one.elder_id, who.member_id) in known.kin:
        return False
    if (one.visit_id, who.member_id) in known.said_no:
        return False
    if known.miss_limit and known.missed.get(who.member_id, 0) >= known.miss_limit:
        return False
    needs = Needs(one.certificate, one.minors)
    days = {"first_day": one.first_day, "last_day": one.last_day}
    if unfit(who.person, needs, policy=known.policy, **days) is not None:
        return False
    ends = one.starts_at + timedelta(minutes=one.minutes)
    way = timedelta(minutes=15)
    busy = [(quarter, quarter + way) for quarter in who.busy]
    promised = [each for each in known.promised if each.volunteer_id == who.member_id]
    busy += [
        (each.starts_at, each.starts_at + timedelta(minutes=each.minutes)) for each in promised
    ]
    if any(start < ends + way and one.starts_at - way < end for start, end in busy):
        return False
    if limits.availability is Availability.MUST and who.told and not _inside(one, who):
        return False
    on_the_day = sum(each.day == one.first_day for each in promised)
    return not (
        (limits.day_most and on_the_day >= limits.day_most)
        or (limits.week_most and len(promised) >= limits.week_most)
    )


def _inside(one: Wanted, who: Candidate) -> bool:
    ends = one.starts_at + timedelta(minutes=one.minutes)
    return any(start <= one.starts_at and ends <= end for start, end in who.windows)


def fit(known: Situation, one: Wanted, who: Candidate) -> int:
    """Return a pair's points."""
    total = 250 if one.preferred_id == who.member_id else 0
    total += (0, 80, 120, 160)[min(known.together.get((one.elder_id, who.member_id), 0), 3)]
    total += 75 if not who.skills else 150 if one.care_service_id in who.skills else 0
    if one.grid_id is not None and who.home_grid == one.grid_id:
        total += 150
    elif one.grid_id is None or not who.grids:
        total += 50
    elif one.grid_id in who.grids:
        total += 140
    total += 60 if not who.told else 150 if _inside(one, who) else 0
    total += 100 - 100 * min(who.minutes_lately, 1200) // 1200
    if one.speech is None or not who.languages:
        total += 20
    elif one.speech in who.languages:
        total += 40
    return total


def worth(known: Situation, one: Wanted, who: Candidate) -> int:
    """Return what a pair brings to the whole board."""
    hours = timedelta(hours=1)
    ahead, waited = (one.starts_at - known.at) / hours, (known.at - one.asked_at) / hours
    return 2000 + rules.urgency(ahead, waited) + fit(known, one, who)


def clash(one: Wanted, other: Wanted) -> bool:
    """Say whether one volunteer cannot take both: a quarter of an hour for the way between."""
    way = timedelta(minutes=15)
    ends, other_ends = (each.starts_at + timedelta(minutes=each.minutes) for each in (one, other))
    return one.starts_at < other_ends + way and other.starts_at < ends + way


def best_total(known: Situation, limits: Limits) -> int:
    """Return by trying everything what the best of all solutions brings."""
    people, wanted = known.candidates, known.wanted
    allowed = [
        [place for place, who in enumerate(people) if may(known, one, who, limits)]
        for one in wanted
    ]

    def fits(row: int, taken: Sequence[int], place: int) -> bool:
        mine = [wanted[other] for other in taken]
        one = wanted[row]
        if any(clash(one, other) for other in mine):
            return False
        who = people[place].member_id
        before = [each for each in known.promised if each.volunteer_id == who]
        day = sum(other.first_day == one.first_day for other in mine) + sum(
            each.day == one.first_day for each in before
        )
        return not (
            (limits.day_most and day >= limits.day_most)
            or (limits.week_most and len(mine) + len(before) >= limits.week_most)
        )

    @cache
    def from_row(row: int, taken: tuple[tuple[int, ...], ...]) -> int:
        if row == len(wanted):
            return 0
        best = from_row(row + 1, taken)
        for place in allowed[row]:
            if fits(row, taken[place], place):
                more = tuple(
                    (*held, row) if each == place else held for each, held in enumerate(taken)
                )
                best = max(best, worth(known, wanted[row], people[place]) + from_row(row + 1, more))
        return best

    return from_row(0, tuple(() for _one in people))


def total(known: Situation, pairs: Sequence[tuple[int, int]]) -> int:
    """Return what a solution brings."""
    return sum(worth(known, known.wanted[row], known.candidates[place]) for row, place in pairs)


def faults(known: Situation, pairs: Sequence[tuple[int, int]], limits: Limits) -> list[str]:
    """Return what is wrong with a solution, by the plain rules."""
    wrong = []
    if len({row for row, _place in pairs}) < len(pairs):
        wrong.append("a request twice")
    for row, place in pairs:
        if not may(known, known.wanted[row], known.candidates[place], limits):
            wrong.append(f"{row} may not go to {place}")
    by_place: dict[int, list[Wanted]] = {}
    for row, place in pairs:
        by_place.setdefault(place, []).append(known.wanted[row])
    for place, mine in by_place.items():
        if any(clash(one, other) for one, other in itertools.combinations(mine, 2)):
            wrong.append(f"{place} in two places")
        before = [
            each
            for each in known.promised
            if each.volunteer_id == known.candidates[place].member_id
        ]
        if limits.week_most and len(mine) + len(before) > limits.week_most:
            wrong.append(f"{place} too often in a week")
        for day in {one.first_day for one in mine}:
            count = sum(one.first_day == day for one in mine) + sum(
                each.day == day for each in before
            )
            if limits.day_most and count > limits.day_most:
                wrong.append(f"{place} too often on a day")
    return wrong
