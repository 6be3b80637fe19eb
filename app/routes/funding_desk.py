"""The treasurer's desk: what came in by hand is entered, what goes back is ticked off, funds."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup

import community
import ledger
from app import funding_page, receipt_form
from app.acts import act
from app.forms import Form
from app.funding_page import Place, Shown
from app.funding_words import GIFT_STATES, SOURCES, refusal_words, wrong_field
from app.i18n import gettext as _
from app.named_field import Candidates
from app.neighbourhood import acting
from app.notices import noticed
from app.receipt_form import FORM_BYTES_MAX, MEMBER, NO, NOBODY, ORGANISATION, OTHER, YES
from app.routes.funding_drives import to
from app.routes.typed import key_of, typed
from app.templating import when
from app.wording import money
from community import Actor, CommunityError, Role
from marketplace import reading as projects
from marketplace.errors import MarketplaceError
from marketplace.funding import contributing, reading, sums
from marketplace.funding.errors import UnknownContribution
from marketplace.funding.values import (
    BY_HAND,
    Contribution,
    ContributionId,
    DriveState,
    LiesIn,
    Source,
)

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
DESK: Final = "/funding/desk"
LATEST: Final = 40
DRIVES_LOOKED_AT: Final = 20


@get(DESK, name="funding.desk", opt=act("funding.desk"))
async def desk(request: AnyRequest) -> Template:
    """Show what waits to be handed back, what collects now, and the latest gifts with names."""
    by = await acting(request)
    home = await community.community(by.community_id)
    drives = await reading.drives(home.id, states=(DriveState.OPEN,), size=DRIVES_LOOKED_AT)
    due = await reading.to_hand_back(home.id)
    latest = await reading.latest_contributions(home.id, limit=LATEST)
    touched = {one.project_id for one in drives} | {one.project_id for one in (*due, *latest)}
    titles = await projects.titles(touched, community_id=home.id)
    names = await funding_page.givers_named([*due, *latest], community_id=home.id)
    raised, zone = await sums.raised(drives), ZoneInfo(home.time_zone)
    context = {
        "enters": Role.TREASURER in by.roles,
        "due": [_due_row(one, names, titles) for one in due],
        "drives": [
            Shown(one, titles[one.project_id], raised[one.id].progress, zone) for one in drives
        ],
        "gifts": [_gift_row(one, names, titles) for one in latest],
    }
    return Template("marketplace/funding/desk.html", context=context)


def _giver_link(one: Contribution, names: dict[UUID, str]) -> Markup:
    return Markup('<a href="/contributions/{}">{}</a>').format(
        one.id, funding_page.giver_words(one, names)
    )


def _due_row(one: Contribution, names: dict[UUID, str], titles: dict[UUID, str]) -> list[Any]:
    return [
        _giver_link(one, names),
        titles[one.project_id],
        _(SOURCES[one.source]),
        money(one.due_fen),
        when(one.ended_at or one.made_at),
    ]


def _gift_row(one: Contribution, names: dict[UUID, str], titles: dict[UUID, str]) -> list[Any]:
    return [
        _giver_link(one, names),
        titles[one.project_id],
        _(SOURCES[one.source]),
        money(one.amount_fen),
        _(GIFT_STATES[one.state]),
        when(one.made_at),
    ]


# Entering what came in


@get(
    "/projects/{project_id:uuid}/funding/receipts",
    name="contribution.enter.form",
    opt=act("contribution.enter"),
)
async def entry_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that enters money received in cash, by bank or from an organisation."""
    found, _by, drive = await funding_page.driven_place(request, project_id)
    if not funding_page.takes_more(drive):
        return to(project_id, _("This drive takes nothing more."), "note")
    today = datetime.now(UTC).astimezone(found.zone).date().isoformat()
    usual = {"key": str(ledger.new_id()), "received_on": today}
    return await _entry_form(found, Form.of(usual))


async def _entry_form(found: Place, form: Form, namesakes: Candidates | None = None) -> Template:
    known = await community.organisations_of(found.home.id)
    context = {
        "project": found.project,
        "shown": await funding_page.shown_of(found),
        "form": form,
        "namesakes": namesakes or [],
        "sources": [
            (one.value, _(SOURCES[one]))
            for one in (Source.CASH, Source.BANK, Source.ORGANISATION)
            if one in BY_HAND
        ],
        "givers": [
            (MEMBER, _("A member of this community")),
            (ORGANISATION, _("An organisation")),
            (OTHER, _("Somebody who is no member")),
            (NOBODY, _("Nobody knows: it lay in the box")),
        ],
        "organisations": [(str(one.id), one.name) for one in known if not one.closed],
        "places": [
            (LiesIn.BANK.value, _("At the bank")),
            (LiesIn.CASH_BOX.value, _("In the cash box")),
        ],
        "named_options": [(YES, _("Yes")), (NO, _("No, or nobody asked"))],
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/funding/receipts.html", context=context, status_code=status)


@post(
    "/projects/{project_id:uuid}/funding/receipts",
    name="contribution.enter",
    opt=act("contribution.enter"),
    request_max_body_size=FORM_BYTES_MAX,
)
async def enter(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Enter money received, or show the form again; the paper is kept at once."""
    found, by, drive = await funding_page.driven_place(request, project_id)
    form = await _with_paper(request, await typed(request), by)
    key = key_of(form) or ledger.new_id()
    gift, namesakes = await receipt_form.read(
        form, key, community_id=found.home.id, zone=found.zone
    )
    if gift is None:
        return await _entry_form(found, form, namesakes)
    try:
        entered = await contributing.receive_gift(drive.id, gift, by=by)
    except CommunityError:
        form.refuse("organisation", _("Choose the organisation."))
        return await _entry_form(found, form, namesakes)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(project_id, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _entry_form(found, form, namesakes)
    told = _("Entered: %(money)s. It stands on the project's page now.")
    back = Redirect(f"/contributions/{entered.id}", status_code=303)
    return noticed(back, told % {"money": money(entered.amount_fen)})


async def _with_paper(request: AnyRequest, form: Form, by: Actor) -> Form:
    """Return the form with the hash of the paper that was handed in, kept so that none is lost."""
    given = await receipt_form.paper(await request.form(), form)
    if given is None:
        return form
    kind, body = given
    try:
        kept = await contributing.keep_paper(body, kind, by=by)
    except MarketplaceError as refusal:
        form.refuse(*(wrong_field(refusal) or ("paper", refusal_words(refusal))))
        return form
    return Form({**form.values, "kept": (kept,)}, form.errors)


# Handing back


@post(
    "/contributions/{contribution_id:uuid}/returned",
    name="contribution.hand_back",
    opt=act("contribution.enter"),
)
async def returned(request: AnyRequest, contribution_id: FromPath[UUID]) -> Redirect:
    """Write down that a gift was handed back to its giver."""
    by, form = await acting(request), await typed(request)
    through = form.value("through")
    page = Redirect(f"/contributions/{contribution_id}", status_code=303)
    if through not in {"", LiesIn.BANK, LiesIn.CASH_BOX}:
        return noticed(page, _("Choose one of these."), "wrong")
    try:
        await contributing.hand_back(
            ContributionId(contribution_id),
            by=by,
            words=form.value("words"),
            through=LiesIn(through) if through else None,
            id=key_of(form),
        )
    except UnknownContribution as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return noticed(page, refusal_words(refusal), "wrong")
    return noticed(page, _("Written down: the money is back with its giver."))


handlers = [desk, entry_form, enter, returned]
