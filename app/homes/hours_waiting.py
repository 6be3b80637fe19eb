"""What of saved hours waits for somebody of the community's own people: lines for the inbox."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import community
from app.hours_words import KINDS, people_words
from app.i18n import gettext as _
from app.wording import duration, printed_day
from community import Actor
from timebank import hours


class HoursLine(NamedTuple):
    """A line of the inbox: its icon, who, why, since when, and where it is settled."""

    icon: str
    who: str
    why: str
    since: datetime | None
    href: str


async def proposals(by: Actor, _now: datetime) -> list[HoursLine]:
    """Return the proposals that wait for this member's own word."""
    lines = []
    for one in await hours.proposals_for(by):
        proposal = one.proposal
        whom = [one.names.get(who, "") for who in sorted(proposal.concerned)]
        why = _("%(kind)s of %(minutes)s: waits for your word") % {
            "kind": _(KINDS[proposal.kind]),
            "minutes": duration(proposal.minutes),
        }
        who = whom[0] if len(whom) == 1 else people_words(len(whom))
        href = f"/time-bank/grants/{proposal.id}"
        lines.append(HoursLine("hand-helping", who, why, proposal.proposed_at, href))
    return lines


async def estates(by: Actor, now: datetime) -> list[HoursLine]:
    """Return the estates that nobody has proposed anything for yet."""
    return [
        HoursLine(
            "book-open",
            one.name,
            (
                _("Left %(minutes)s that nobody claimed: the fund may have them")
                if one.claim_until <= now
                else _("Left %(minutes)s: who shall have them?")
            )
            % {"minutes": duration(one.left)},
            one.estate.opened_at,
            f"/time-bank/estates/{one.estate.member_id}",
        )
        for one in await hours.estates(by, at=now)
        if one.left and not one.waits
    ]


async def reviews(by: Actor, now: datetime) -> list[HoursLine]:
    """Return the elders whose needs somebody has to look at again soon."""
    zone = ZoneInfo((await community.community(by.community_id)).time_zone)
    found = await hours.reviews_due(by, on=now.astimezone(zone).date())
    names = await community.named_members(
        {one.member_id for one in found}, community_id=by.community_id
    )
    return [
        HoursLine(
            "heart-pulse",
            names.get(one.member_id, ""),
            _("Look again at their needs by %(day)s") % {"day": printed_day(one.needs.review_on)},
            None,
            f"/members/{one.member_id}/needs",
        )
        for one in found
    ]
