"""Projects that begin anew as a need, and the whole story of a need or a project on one page."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import aftercare_page, need_form, need_page
from app.acts import act
from app.aftercare_page import REFUSED, Place, to
from app.aftercare_words import AGAIN, DELIVERIES, PROJECTS, refusal_words, wrong_field
from app.forms import Form
from app.guards import actor_of
from app.i18n import gettext as _
from app.need_words import STATES
from app.neighbourhood import community_shown
from app.notices import noticed
from app.results.gathering import shown_project
from app.routes.need_acts import PHOTO_FORM_BYTES_MAX, photo_in
from app.routes.typed import key_of, typed
from community import Actor, Community
from marketplace import ProjectId, RoundId, aftercare, needs, reading
from marketplace.aftercare import Chapter
from marketplace.aftercare.errors import BegunAgain, StandsAsPlan
from marketplace.errors import MarketplaceError
from marketplace.needs import LENGTHS_MAX, NeedId, NeedState

AnyRequest = Request[Any, Any, Any]
PAGE = "/projects/{project_id:uuid}"


@get(f"{PAGE}/again", opt=act("project.again"))
async def again_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that raises a need from a project, with what the project said."""
    found, _by = await aftercare_page.place_of(request, project_id)
    try:
        why = await aftercare.why_again(found.project)
    except MarketplaceError as refusal:
        return _elsewhere(found, refusal)
    project = found.project
    given = {
        "key": str(ledger.new_id()),
        "title": project.title[: LENGTHS_MAX["title"]],
        "story": project.purpose[: LENGTHS_MAX["story"]],
        "category": project.category,
        "area": str(project.area_id or ""),
        "place": project.place[: LENGTHS_MAX["place"]],
    }
    return await _form(found, why, Form.of(given))


async def _form(found: Place, why: aftercare.Again, form: Form) -> Template:
    context = {
        **aftercare_page.base(found),
        "form": form,
        "why": why.value,
        "categories": await need_form.category_options(found.home.id),
        "places": await need_form.place_options(found.home.id),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/aftercare/again.html", context=context, status_code=status)


@post(
    f"{PAGE}/again",
    opt=act("project.again"),
    status_code=303,
    request_max_body_size=PHOTO_FORM_BYTES_MAX,
)
async def again(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Raise a need that refers to the project."""
    found, by = await aftercare_page.place_of(request, project_id)
    form = await typed(request)
    try:
        why = await aftercare.why_again(found.project)
        draft, image = need_form.read(form), await photo_in(request, form)
        if draft is None or not form.ok:
            return await _form(found, why, form)
        raised = await aftercare.raise_again(
            found.project.id, draft, form.value("why"), by=by, id=key_of(form), photo=image
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return _elsewhere(found, refusal)
        form.refuse(*field)
        return await _form(found, why, form)
    return noticed(
        Redirect(f"/needs/{raised.id}", status_code=303),
        _("The need is raised, with the project's story. Tell your neighbours."),
    )


def _elsewhere(found: Place, refusal: MarketplaceError) -> Redirect:
    """Lead to the need that stands already, or back to the project."""
    if isinstance(refusal, BegunAgain | StandsAsPlan):
        back = Redirect(f"/needs/{refusal.need_id}", status_code=303)
        return noticed(back, refusal_words(refusal), "note")
    return to(found, refusal_words(refusal), "wrong", "")


# The whole story


@get(f"{PAGE}/story", name="project.story", opt=act("aftercare.read"))
async def of_project(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show each time that a project was raised, voted on and carried out."""
    found = await aftercare_page.place_shown(request, project_id)
    story = await aftercare.story_of_project(found.project.id, community_id=found.home.id)
    return await _story(
        found.home, found.by, title=found.project.title, back=found.address, story=story
    )


@get("/needs/{need_id:uuid}/story", name="need.story", opt=act("aftercare.read"))
async def of_need(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show each time that a need was raised, voted on and carried out."""
    home, by = await community_shown(request), await actor_of(request)
    try:
        need = await needs.read_need(need_id, community_id=home.id)
    except needs.UnknownNeed as error:
        raise NotFoundException from error
    title = need_page.title_of(need, readable=await needs.sees_words(need, by))
    story = await aftercare.story_of_need(need.id, community_id=home.id)
    return await _story(home, by, title=title, back=f"/needs/{need.id}", story=story)


async def _story(
    home: Community, by: Actor | None, *, title: str, back: str, story: list[Chapter]
) -> Template:
    context = {
        "title": title,
        "back_href": back,
        "chapters": [await _chapter(one, home, by) for one in story],
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("marketplace/aftercare/story.html", context=context)


async def _chapter(one: Chapter, home: Community, by: Actor | None) -> dict[str, Any]:
    if one.kind == "need":
        need = await needs.read_need(NeedId(one.id), community_id=home.id)
        readable = await needs.sees_words(need, by)
        return {
            "kind": "need",
            "at": one.at,
            "title": need_page.title_of(need, readable=readable),
            "href": f"/needs/{one.id}",
            "state": _(STATES[NeedState(one.state)]),
            "why": _(AGAIN[one.again]) if one.again else "",
            "words": one.words,
            "from_href": f"/projects/{one.from_project}" if one.from_project else "",
            "round": "",
            "verdicts": [],
        }
    state = PROJECTS[one.state] if one.state != "chosen" else DELIVERIES[one.delivery]
    return {
        "kind": "project",
        "at": one.at,
        "title": one.title,
        "href": f"/projects/{one.id}",
        "state": _(state),
        "round": one.round_name,
        "round_href": f"/rounds/{one.round_id}",
        "why": "",
        "words": "",
        "verdicts": await _verdicts(one, home),
    }


async def _verdicts(one: Chapter, home: Community) -> list[tuple[str, str]]:
    """Return how the vote went for a project, and what it lacked, as its round's count has it."""
    if one.round_id is None or one.state not in {"chosen", "not_chosen"}:
        return []
    current = await reading.read_round(RoundId(one.round_id), community_id=home.id)
    project = await reading.read_project(ProjectId(one.id), community_id=home.id)
    shown = await shown_project(current, project)
    return [(_("The vote"), shown.support), *shown.verdicts] if shown else []


handlers = [again_form, again, of_project, of_need]
