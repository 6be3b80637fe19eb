"""What one gave and pledged: the list of it, a gift's receipt and scanned paper, taking it back."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup

import community
import ledger
from app import funding_page
from app.acts import act
from app.forms import Form
from app.funding_words import GIFT_STATES, PLEDGE_STATES, SOURCES, gift_more, refusal_words
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import NoticeKind, noticed
from app.plan_files import MEDIA
from app.templating import when, when_day
from app.watching import FILE_POLICY
from app.wording import duration, money
from community import Actor, Role
from marketplace import Project, ProjectId
from marketplace import reading as projects
from marketplace.errors import MarketplaceError
from marketplace.funding import contributing, pledging, reading
from marketplace.funding.errors import UnknownContribution, UnknownPledge, UnknownReceipt
from marketplace.funding.values import (
    Contribution,
    ContributionId,
    ContributionState,
    LiesIn,
    PledgeId,
    PledgeState,
    WentBack,
)

AnyRequest = Request[Any, Any, Any]
MINE: Final = "/me/contributions"
KEEPERS: Final = frozenset({Role.TREASURER, Role.AUDITOR})


def to_mine(sentence: str, kind: NoticeKind = "done") -> Redirect:
    """Lead to what one gave and pledged, and say what happened."""
    return noticed(Redirect(MINE, status_code=303), sentence, kind)


@get(MINE, name="funding.mine", opt=act("contribution.own"))
async def mine(request: AnyRequest) -> Template:
    """Show a member what they gave and pledged, where each stands, and their receipts."""
    by = await acting(request)
    here = by.community_id
    gifts = await reading.own_contributions(by.member_id, community_id=here)
    pledges = await reading.own_pledges(by.member_id, community_id=here)
    shown = {one.project_id for one in gifts} | {one.project_id for one in pledges}
    titles = await projects.titles(shown, community_id=here)
    open_drives = await reading.open_among({one.drive_id for one in pledges}, community_id=here)
    context = {
        "gifts": [
            {**gift_shown(one), "project": titles[one.project_id], "mine": True} for one in gifts
        ],
        "pledges": [
            {
                "id": one.id,
                "project_id": one.project_id,
                "project": titles[one.project_id],
                "amount": duration(one.minutes),
                "at": one.made_at,
                "state": _(PLEDGE_STATES[one.state]),
                "good": one.state is PledgeState.GIVEN,
                "may_withdraw": one.state is PledgeState.HELD and one.drive_id in open_drives,
                "more": _("%(time)s came back to you.") % {"time": duration(one.returned_minutes)}
                if one.returned_minutes
                else "",
            }
            for one in pledges
        ],
    }
    return Template("marketplace/funding/mine.html", context=context)


def gift_shown(one: Contribution) -> dict[str, Any]:
    """Return a gift in words, for its giver or for those who keep the money."""
    waits = one.state is ContributionState.STARTED
    return {
        "id": one.id,
        "project_id": one.project_id,
        "amount": money(one.amount_fen),
        "source": _(SOURCES[one.source]),
        "at": one.paid_at or one.made_at,
        "state": _(GIFT_STATES[one.state]),
        "good": one.state is ContributionState.PAID,
        "anonymous": one.anonymous,
        "more": gift_more(one),
        "pay": f"/contributions/{one.id}/pay" if waits and one.online else "",
        "may_cancel": waits,
    }


async def _seen(request: AnyRequest, contribution_id: UUID) -> tuple[Actor, Contribution]:
    """Return a gift to its giver, or to who keeps or checks the money. Raises 404 for others."""
    by = await acting(request)
    try:
        one = await reading.read_contribution(contribution_id, community_id=by.community_id)
    except UnknownContribution as error:
        raise NotFoundException from error
    if one.member_id != by.member_id and not by.roles & KEEPERS:
        raise NotFoundException
    return by, one


@get(
    "/contributions/{contribution_id:uuid}",
    name="contribution.receipt",
    opt=act("contribution.see"),
)
async def receipt(request: AnyRequest, contribution_id: FromPath[UUID]) -> Template:
    """Show a gift with all that happened to it."""
    by, one = await _seen(request, contribution_id)
    home = await community.community(by.community_id)
    project = await projects.read_project(ProjectId(one.project_id), community_id=home.id)
    own = one.member_id == by.member_id
    keeps = Role.TREASURER in by.roles
    context = {
        "one": gift_shown(one),
        "lines": await _lines(one, project),
        "project": project,
        "home": home,
        "paper": one.receipt is not None,
        "may_hand_back": keeps and await reading.goes_back_by_hand(one),
        "online": one.online,
        "form": Form.of({"key": str(ledger.new_id())}),
        "places": [
            (LiesIn.CASH_BOX.value, _("In cash")),
            (LiesIn.BANK.value, _("By bank")),
        ],
        "due": money(one.due_fen),
        "back_words": _("My gifts and pledges") if own else _("Gifts and receipts"),
        "back_href": MINE if own else "/funding/desk",
    }
    return Template("marketplace/funding/contribution.html", context=context)


async def _lines(one: Contribution, project: Project) -> list[tuple[str, Any]]:
    here = project.community_id
    names = await funding_page.givers_named([one], community_id=here)
    lines: list[tuple[str, Any]] = [
        (_("Giver"), funding_page.giver_words(one, names)),
        (_("In public"), _("without a name") if one.anonymous else _("with the name")),
        (_("How it came"), _(SOURCES[one.source])),
    ]
    if one.received_on is not None:
        lines.append((_("On which day"), when_day(one.received_on)))
    lines.append((_("Entered") if not one.online else _("Begun"), when(one.made_at)))
    if one.paid_at is not None and one.online:
        lines.append((_("Paid"), when(one.paid_at)))
    if one.ended_at is not None:
        lines.append((_(GIFT_STATES[one.state]), when(one.ended_at)))
    lines += [(_("Given back"), _way_back(gone)) for gone in await reading.went_back(one)]
    return lines


def _way_back(gone: WentBack) -> Markup:
    how = _("By the treasurer") if gone.by_hand else _("In the way it was paid")
    said = [money(gone.fen), when(gone.at), how, gone.words]
    return Markup(" · ").join(one for one in said if one)


@get(
    "/contributions/{contribution_id:uuid}/paper",
    name="contribution.paper",
    opt=act("contribution.see"),
)
async def paper(request: AnyRequest, contribution_id: FromPath[UUID]) -> Response[bytes]:
    """Give the scanned paper of a gift, to be kept and not to be shown within the site."""
    _by, one = await _seen(request, contribution_id)
    if one.receipt is None:
        raise NotFoundException
    try:
        kept = await reading.paper(one.receipt, community_id=one.community_id)
    except UnknownReceipt as error:
        raise NotFoundException from error
    return Response(
        kept.body,
        media_type=MEDIA[kept.kind],
        headers={
            "Content-Disposition": f'attachment; filename="receipt-{one.id}.{kept.kind}"',
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@post(
    "/contributions/{contribution_id:uuid}/cancel",
    name="contribution.cancel",
    opt=act("contribution.own"),
)
async def cancel(request: AnyRequest, contribution_id: FromPath[UUID]) -> Redirect:
    """Give up a gift whose payment has not come."""
    by = await acting(request)
    try:
        await contributing.give_up_contribution(ContributionId(contribution_id), by=by)
    except UnknownContribution as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return to_mine(refusal_words(refusal), "wrong")
    return to_mine(_("Cancelled. Nothing is taken from you."))


@post("/pledges/{pledge_id:uuid}/withdraw", name="pledge.withdraw", opt=act("pledge.own"))
async def withdraw(request: AnyRequest, pledge_id: FromPath[UUID]) -> Redirect:
    """Take a pledge back while its drive is open: the hours are free again at once."""
    by = await acting(request)
    try:
        await pledging.withdraw_pledge(PledgeId(pledge_id), by=by)
    except UnknownPledge as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return to_mine(refusal_words(refusal), "wrong")
    return to_mine(_("Taken back. The hours are free in your passbook again."))


handlers = [mine, receipt, paper, cancel, withdraw]
