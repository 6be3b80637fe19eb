"""A coordinator corrects what was written down wrongly about somebody's help for a project."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app import work_form
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting
from app.notices import noticed
from app.project_hours import within_the_caps
from app.project_work_words import TURN_STATES, refusal_words, wrong_field
from app.routes.typed import typed
from app.wording import duration
from community import Actor
from marketplace import work
from marketplace.errors import MarketplaceError
from marketplace.work import SeenSlot, Turn, TurnState

AnyRequest = Request[Any, Any, Any]
REFUSED: Final = 422
PAGE: Final = "/projects/{project_id:uuid}/work/{work_slot_id:uuid}/correct/{member_id:uuid}"


@get(PAGE, name="work.correct", opt=act("work.correct"))
async def correct_form(
    request: AnyRequest,
    project_id: FromPath[UUID],
    work_slot_id: FromPath[UUID],
    member_id: FromPath[UUID],
) -> Template:
    """Show what was written down, and the form that corrects it."""
    by = await acting(request)
    seen, turn, name = await _settled(project_id, work_slot_id, member_id, by)
    return _form(seen, turn, name, Form.of({"minutes": str(turn.minutes or seen.slot.minutes)}))


@post(PAGE, name="work.correct.do", opt=act("work.correct"), status_code=303)
async def correct(
    request: AnyRequest,
    project_id: FromPath[UUID],
    work_slot_id: FromPath[UUID],
    member_id: FromPath[UUID],
) -> Template | Redirect:
    """Correct it, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    seen, turn, name = await _settled(project_id, work_slot_id, member_id, by)
    minutes = None
    if form.value("answer") != "missed":
        minutes = work_form.whole(form, "minutes", _("Write the minutes as a whole number."))
    if not form.ok:
        return _form(seen, turn, name, form)
    address = f"/projects/{project_id}/work/{work_slot_id}"
    try:
        after = await work.correct(
            work_slot_id, member_id, minutes, form.value("reason"), by=by, beyond=within_the_caps
        )
    except work.NotYourWork as refusal:
        raise PermissionDeniedException from refusal
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is not None:
            form.refuse(*field)
            return _form(seen, turn, name, form)
        home = await community.community(by.community_id)
        words = refusal_words(refusal, ZoneInfo(home.time_zone))
        return noticed(Redirect(address, status_code=303), words, "wrong")
    told = _("Corrected: %(minutes)s are theirs now. They were told why.")
    told %= {"minutes": duration(after.paid or 0)}
    return noticed(Redirect(address, status_code=303), told)


async def _settled(
    project_id: UUID, slot_id: UUID, member_id: UUID, by: Actor
) -> tuple[SeenSlot, Turn, str]:
    """Return what was written down of a member; for who has no say about it there is no page."""
    try:
        seen = await work.slot_page(
            slot_id, project_id=project_id, community_id=by.community_id, by=by
        )
    except work.UnknownSlot as error:
        raise NotFoundException from error
    for turn, name in seen.turns:
        if turn.member_id == member_id and turn.state is not TurnState.SIGNED:
            return seen, turn, name
    raise NotFoundException


def _form(seen: SeenSlot, turn: Turn, name: str, form: Form) -> Template:
    context = {
        "seen": seen,
        "one": seen.slot,
        "turn": turn,
        "name": name,
        "state": _(TURN_STATES[turn.state]),
        "form": form,
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/work/correct.html", context=context, status_code=status)


handlers = [correct_form, correct]
