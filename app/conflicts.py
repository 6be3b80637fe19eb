"""Conflicts of interest of whoever is about to approve or to inspect: shown, or refused by policy.

A flag goes beside an act in public. Where the community's rules let nobody act who has one, the
same flags refuse it, within the act's own transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from app.i18n import gettext as _
from app.money_trail_words import PARTS, TIES
from community import Actor
from marketplace.delivery import Disbursement, Verdict
from marketplace.delivery.errors import Conflicted
from marketplace.open_books import flag_rules, flagging
from marketplace.open_books.flag_rules import Flag, Part


async def of_approval(
    found: Disbursement, member_id: UUID, at: datetime | None = None
) -> tuple[Flag, ...]:
    """Return the flags that an approval of a request carried at a moment, or would carry now."""
    return await flagging.flags(
        found.project_id,
        member_id,
        Part.APPROVER,
        community_id=found.community_id,
        beside=[one for one in found.approvers if one != member_id],
        at=at,
    )


async def watch(found: Disbursement, by: Actor, /) -> None:
    """Refuse an approval that would carry a flag, as `marketplace.delivery.Watch` asks."""
    if await of_approval(found, by.member_id):
        raise Conflicted


async def told_of(found: Disbursement) -> dict[UUID, str]:
    """Return for each who approved a request what everybody may know of their conflicts."""
    told = {
        one.by: in_words(await of_approval(found, one.by, one.at))
        for one in found.decisions
        if one.verdict is Verdict.APPROVED
    }
    return {one: words for one, words in told.items() if words}


def in_words(flags: Iterable[Flag]) -> str:
    """Return flags in one sentence for everybody: what else somebody does, or that there is a tie.

    Whom they are tied to, and how, is for the auditor.
    """
    said = {
        (
            _("also %(part)s") % {"part": _(PARTS[one.other])}
            if one.relation is flag_rules.Relation.SAME
            else _("%(tie)s to somebody who %(part)s")
            % {"tie": _(TIES[one.relation]), "part": _(PARTS[one.other])}
        ): None
        for one in flag_rules.public(flags)
    }
    return "; ".join(said)
