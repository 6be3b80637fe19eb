"""Coordinators look after a talk: reported words, both sides in equal space, how to speak."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import act
from app.deliberation_words import REASONS, SIDES, refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.routes.typed import typed
from app.screening_form import revision
from app.screening_page import need_shown
from community import Actor, Role
from marketplace import deliberation, needs
from marketplace.deliberation import Case, UnknownArgument
from marketplace.errors import MarketplaceError, NotACoordinator
from marketplace.needs import Need

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@get("/arguments/reported", name="arguments.reported", opt=act("argument.moderate"))
async def queue(request: AnyRequest) -> Template:
    """List the words that wait for a coordinator, the longest waiting first."""
    by = await acting(request)
    cases = await deliberation.waiting_cases(by.community_id)
    titles = {
        one.argument.need_id: (
            await needs.read_need(one.argument.need_id, community_id=by.community_id)
        ).title
        for one in cases
    }
    context = {"cases": cases, "titles": titles}
    return Template("marketplace/deliberation/reported.html", context=context)


@get("/arguments/{argument_id:uuid}/rule", opt=act("argument.moderate"))
async def rule_form(request: AnyRequest, argument_id: FromPath[UUID]) -> Template | Redirect:
    """Show reported words with their reports, and the form that hides or keeps them."""
    by = await acting(request)
    return await _rule_form(await _case(argument_id, by), Form(), by)


@post("/arguments/{argument_id:uuid}/rule", opt=act("argument.moderate"), status_code=303)
async def rule_on(request: AnyRequest, argument_id: FromPath[UUID]) -> Template | Redirect:
    """Hide words or keep them, with a public reason."""
    by, form = await acting(request), await typed(request)
    case = await _case(argument_id, by)
    if form.value("hidden") not in {"yes", "no"}:
        form.refuse("hidden", _("Choose what becomes of the words."))
        return await _rule_form(case, form, by)
    back = Redirect("/arguments/reported", status_code=303)
    try:
        await deliberation.rule_on(
            argument_id,
            form.value("reason"),
            hidden=form.value("hidden") == "yes",
            number=revision(form, "number"),
            by=by,
        )
    except NotACoordinator as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _rule_form(case, form, by)
    return noticed(back, _("Decided. Everybody can read the reason."))


@get("/needs/{need_id:uuid}/arguments/summary", opt=act("argument.sum_up"))
async def summary_form(request: AnyRequest, need_id: FromPath[UUID]) -> Template:
    """Show the form that sums both sides up in equal space."""
    by = await acting(request)
    need = await need_shown(need_id, await community_shown(request), by)
    found = await deliberation.two_sides(need.id, community_id=by.community_id)
    values = {"number": str(found.number if found else 0)}
    if found:
        values |= {"in_favour": found.in_favour, "against": found.against}
    return await _summary_form(need, Form.of(values))


@post("/needs/{need_id:uuid}/arguments/summary", opt=act("argument.sum_up"), status_code=303)
async def sum_up(request: AnyRequest, need_id: FromPath[UUID]) -> Template | Redirect:
    """Sum both sides up; a refused form comes back as it was typed."""
    by, form = await acting(request), await typed(request)
    need = await need_shown(need_id, await community_shown(request), by)
    back = Redirect(f"/needs/{need.id}/arguments", status_code=303)
    try:
        await deliberation.sum_up(
            need.id,
            form.value("in_favour"),
            form.value("against"),
            number=revision(form, "number"),
            by=by,
        )
    except NotACoordinator as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _summary_form(need, form)
    return noticed(back, _("Both sides stand on top of the talk, and later on the ballot."))


@get("/neighbourly-rules", name="neighbourly_rules", opt=act("argument.read"))
async def rules_page(request: AnyRequest) -> Template:
    """Show how neighbours speak with each other here."""
    home = await community_shown(request)
    context = {
        "rules": await deliberation.neighbourly_rules(home.id),
        "policy": await deliberation.deliberation_policy(home.id),
        "edits": Role.COORDINATOR in await roles_shown(request),
    }
    return Template("marketplace/deliberation/rules.html", context=context)


@get("/neighbourly-rules/edit", opt=act("argument.change_rules"))
async def rules_form(request: AnyRequest) -> Template:
    """Show the form that changes how neighbours speak with each other."""
    by = await acting(request)
    now = await deliberation.neighbourly_rules(by.community_id)
    return _rules_form(Form.of({"words": now.words, "number": str(now.number)}))


@post("/neighbourly-rules/edit", opt=act("argument.change_rules"), status_code=303)
async def change_rules(request: AnyRequest) -> Template | Redirect:
    """Change how neighbours speak with each other."""
    by, form = await acting(request), await typed(request)
    back = Redirect("/neighbourly-rules", status_code=303)
    try:
        await deliberation.change_rules(form.value("words"), number=revision(form, "number"), by=by)
    except NotACoordinator as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return noticed(back, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return _rules_form(form)
    return noticed(back, _("The rules are saved. Everybody sees them before speaking first."))


async def _case(argument_id: UUID, by: Actor) -> Case:
    try:
        return await deliberation.case_of(argument_id, community_id=by.community_id)
    except UnknownArgument as error:
        raise NotFoundException from error


async def _rule_form(case: Case, form: Form, by: Actor) -> Template | Redirect:
    back = Redirect("/arguments/reported", status_code=303)
    if case.since is None or case.argument.taken_back_at is not None:
        return noticed(back, refusal_words(deliberation.NothingToRule()), "note")
    try:
        await deliberation.may_rule(case, by=by)
    except MarketplaceError as refusal:
        return noticed(back, refusal_words(refusal), "wrong")
    need = await needs.read_need(case.argument.need_id, community_id=by.community_id)
    names = await community.named_members(
        {one for one in (case.argument.said_by, *(one.ruled_by for one in case.rulings)) if one},
        community_id=by.community_id,
    )
    context = {
        "case": case,
        "form": form,
        "need": need,
        "names": names,
        "side": _(SIDES[case.argument.side]),
        "reasons": {one: _(words) for one, words in REASONS.items()},
        "answers": [
            ("no", _("Keep them"), _("They stay to be read.")),
            ("yes", _("Hide them"), _("Your reason stands in their place.")),
        ],
    }
    return Template(
        "marketplace/deliberation/rule.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


async def _summary_form(need: Need, form: Form) -> Template:
    policy = await deliberation.deliberation_policy(need.community_id)
    context = {
        "need": need,
        "form": form,
        "figures": await deliberation.figures_of(need.id, community_id=need.community_id),
        "policy": policy,
    }
    return Template(
        "marketplace/deliberation/summary.html",
        context=context,
        status_code=200 if form.ok else REFUSED,
    )


def _rules_form(form: Form) -> Template:
    return Template(
        "marketplace/deliberation/rules_form.html",
        context={"form": form},
        status_code=200 if form.ok else REFUSED,
    )


handlers = [
    queue, rule_form, rule_on, summary_form, sum_up, rules_page, rules_form, change_rules,
]  # fmt: skip
