"""Reads the visits that want somebody's attention: the desk's, or a delegate's. Never writes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor, DelegatedAct
from timebank import rules, visit_rows
from timebank.errors import NotYours
from timebank.reading import Seen, names_of, seen_by
from timebank.values import Visit

VISITS_MAX: Final = 100

# Along the partial index of visits that are not over. Who decides is `rules.wants_attention_from`;
# this leaves out what cannot want any yet, so that a busy week is not read for nothing.
_CANDIDATES: Final = """
visit.state IN ('requested', 'offered', 'booked', 'under_way', 'finished', 'disputed')
    AND starts_at < {}
ORDER BY starts_at, visit.id LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class Wanting:
    """A visit that wants the desk's attention, since when, with both names; its state says why."""

    visit: Visit
    since: datetime
    elder_name: str
    volunteer_name: str


async def wanting_attention(by: Actor, *, at: datetime | None = None) -> list[Wanting]:
    """Return a community's visits that somebody should look after, the longest waiting first.

    `rules.wants_attention_from` says which. At most a hundred, the oldest visits. Raises `NotYours`
    for whoever is no coordinator and no phone operator.
    """
    if rules.MAY_ATTEND.isdisjoint(by.roles):
        raise NotYours("attend")
    now = at or datetime.now(UTC)
    found = await visit_rows.find(
        _CANDIDATES, now + rules.WITHOUT_VOLUNTEER, VISITS_MAX, community_id=by.community_id
    )
    waiting = [
        (since, visit)
        for visit in found
        if (since := rules.wants_attention_from(visit)) is not None and since <= now
    ]
    names = await names_of((visit for _, visit in waiting), by)
    return [
        Wanting(
            visit,
            since,
            names[visit.elder_id],
            names[visit.volunteer_id] if visit.volunteer_id else "",
        )
        for since, visit in sorted(waiting, key=lambda one: (one[0], one[1].id))
    ]


async def visits_acted_for(by: Actor, *, at: datetime | None = None) -> dict[UUID, list[Seen]]:
    """Return by member the visits that a delegate may look after now, the latest first.

    Of every member whose delegation in force names asking or confirming; who has no visits yet has
    an empty list. The codes are left out: a visit's own page has them.
    """
    now = at or datetime.now(UTC)
    acts = {DelegatedAct.REQUEST, DelegatedAct.CONFIRM}
    whom: dict[UUID, list[Seen]] = {
        one.member_id: []
        for one in await community.delegations_to(by)
        if one.in_force(now) and one.acts & acts
    }
    if not whom:
        return {}
    visits = await visit_rows.find(
        "elder_id = ANY({}) ORDER BY starts_at DESC, visit.id DESC LIMIT {}",
        list(whom),
        VISITS_MAX,
        community_id=by.community_id,
    )
    names = await names_of(visits, by)
    for visit in visits:
        whom[visit.elder_id].append(seen_by(visit, names, by))
    return whom
