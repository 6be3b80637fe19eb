"""Inspectors sign a project off, coordinators name them, and comments are looked after."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import ledger
from app import conflicts
from app.acts import act
from app.delivery_form import PHOTOS_BYTES_MAX, photos_of
from app.evaluation_page import Place, may_sign, place_judged, place_shown
from app.evaluation_words import ANSWERS, CHECKS, REASONS, refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.member_form import day
from app.named_field import Asked, Candidates, read_named
from app.neighbourhood import acting
from app.routes.evaluations import REFUSED, to
from app.routes.typed import key_of, typed, whole_number
from app.uploads import Unfit
from community import Actor
from marketplace import evaluation
from marketplace.deliberation import ReportReason
from marketplace.errors import MarketplaceError, NotACoordinator
from marketplace.evaluation import (
    CheckAnswer,
    CommentCase,
    Evaluation,
    EvaluationState,
    Finding,
    SignOffDraft,
    UnknownEvaluation,
)
from marketplace.evaluation.rules import PHOTOS_MAX
from marketplace.open_books import flagging
from marketplace.open_books.flag_rules import Flag, Part

AnyRequest = Request[Any, Any, Any]


@get("/projects/{project_id:uuid}/evaluation/sign", opt=act("evaluation.inspect"))
async def sign_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the checklist to whoever inspects; for others there is no such page."""
    found, judged = await _inspected(request, project_id)
    if judged.state is not EvaluationState.OPEN:
        return to(found, refusal_words(evaluation.EvaluationOver()), "note")
    return await _sign_form(found, judged, Form.of({"key": str(ledger.new_id())}))


async def _inspected(request: AnyRequest, project_id: UUID) -> tuple[Place, Evaluation]:
    found, judged = await place_judged(request, project_id)
    if not await may_sign(found, await acting(request)):
        raise NotFoundException
    return found, judged


async def _sign_form(found: Place, judged: Evaluation, form: Form) -> Template:
    policy = await evaluation.evaluation_policy_at(found.home.id)
    flags: tuple[Flag, ...] = ()
    if found.by is not None:
        flags = await flagging.flags(
            found.project.id, found.by.member_id, Part.INSPECTOR, community_id=found.home.id
        )
    context = {
        "flagged": conflicts.in_words(flags),
        "project": found.project,
        "href": found.address,
        "form": form,
        "checks": [(one.value, *(_(words) for words in CHECKS[one])) for one in judged.checks],
        "answers": [(one.value, _(words)) for one, words in ANSWERS.items()],
        "photos_max": PHOTOS_MAX,
        "days_max": policy.mend_days_max,
        "today": datetime.now(found.zone).date().isoformat(),
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/evaluation_sign.html", context=context, status_code=status)


@post(
    "/projects/{project_id:uuid}/evaluation/sign",
    opt=act("evaluation.inspect"),
    status_code=303,
    request_max_body_size=PHOTOS_BYTES_MAX,
)
async def sign(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Sign a project off; with a point that is not so, it goes back with a term."""
    found, judged = await _inspected(request, project_id)
    by, form = await acting(request), await typed(request)
    draft = await _draft(request, form, judged)
    if draft is None:
        return await _sign_form(found, judged, form)
    try:
        signed = await evaluation.sign(found.project.id, draft, by=by, id=key_of(form))
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _sign_form(found, judged, form)
    if signed.passed:
        return to(found, _("Signed. Everybody can read what you found."))
    return to(found, _("The project goes back, with your reason and the term."))


async def _draft(request: AnyRequest, form: Form, judged: Evaluation) -> SignOffDraft | None:
    """Read a sign-off; None where something cannot be read, which the form then says."""
    findings = []
    for check in judged.checks:
        answer = form.value(check.value)
        if answer not in set(CheckAnswer):
            form.refuse(check.value, _("Choose an answer."))
            continue
        findings.append(Finding(check, CheckAnswer(answer), form.value(f"{check.value}_words")))
    term = day(form.value("mend_by")) if form.value("mend_by") else None
    if form.value("mend_by") and term is None:
        form.refuse("mend_by", _("Write year, month and day, as 2027-05-06."))
    photos = await _photos(await request.form(), form)
    if not form.ok:
        return None
    beside = form.value("photo_words")
    return SignOffDraft(
        tuple(findings), form.value("words"), term, tuple((one, beside) for one in photos)
    )


async def _photos(sent: FormMultiDict, form: Form) -> list[bytes]:
    """Return the photographs that were handed in, written anew; a refused one is said."""
    try:
        return await photos_of(sent, "photos")
    except Unfit as refusal:
        form.refuse("photos", refusal.why)
        return []


# Naming inspectors


@get("/projects/{project_id:uuid}/evaluation/inspectors", opt=act("evaluation.name_inspector"))
async def inspectors_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show the form that names a resident as an inspector."""
    found = await place_shown(request, project_id)
    return _inspectors_form(found, Form(), [])


def _inspectors_form(found: Place, form: Form, candidates: Candidates) -> Template:
    context = {
        "project": found.project,
        "href": found.address,
        "form": form,
        "candidates": candidates,
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/evaluation_inspectors.html", context=context, status_code=status)


@post(
    "/projects/{project_id:uuid}/evaluation/inspectors",
    opt=act("evaluation.name_inspector"),
    status_code=303,
)
async def name_inspector(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Name a resident as an inspector, with a public reason."""
    found = await place_shown(request, project_id)
    by, form = await acting(request), await typed(request)
    asked = Asked(
        missing=_("Type the full name."),
        nobody=_("Nobody here has exactly this name."),
        several=_("Several residents have this name. Choose which one."),
    )
    member, candidates = await read_named(form, asked, community_id=by.community_id)
    if member is None:
        return _inspectors_form(found, form, candidates)
    try:
        await evaluation.name_inspector(found.project.id, member, form.value("why"), by=by)
    except NotACoordinator as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        form.refuse(*(wrong_field(refusal) or ("name", refusal_words(refusal))))
        return _inspectors_form(found, form, candidates)
    return to(found, _("They are named, and told."))


# Comments


@get(
    "/projects/{project_id:uuid}/evaluation/comments/{rating_id:uuid}/report",
    opt=act("evaluation.report"),
)
async def report_form(
    request: AnyRequest, project_id: FromPath[UUID], rating_id: FromPath[UUID]
) -> Template:
    """Show the form that reports a comment."""
    found, case = await _case(request, project_id, rating_id)
    return _report_form(found, case, Form())


def _report_form(found: Place, case: CommentCase, form: Form) -> Template:
    context = {
        "project": found.project,
        "href": found.address,
        "case": case,
        "form": form,
        "reasons": [(one.value, _(words)) for one, words in REASONS.items()],
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/evaluation_report.html", context=context, status_code=status)


@post(
    "/projects/{project_id:uuid}/evaluation/comments/{rating_id:uuid}/report",
    opt=act("evaluation.report"),
    status_code=303,
)
async def report(
    request: AnyRequest, project_id: FromPath[UUID], rating_id: FromPath[UUID]
) -> Template | Redirect:
    """Report a comment to the coordinators."""
    found, case = await _case(request, project_id, rating_id)
    by, form = await acting(request), await typed(request)
    if form.value("reason") not in set(ReportReason):
        form.refuse("reason", _("Choose what is wrong."))
        return _report_form(found, case, form)
    reason = ReportReason(form.value("reason"))
    try:
        await evaluation.report_comment(case.id, reason, form.value("words"), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return _report_form(found, case, form)
    return to(found, _("Reported. A coordinator looks at it and decides in public."))


async def _case(
    request: AnyRequest, project_id: UUID, rating_id: UUID
) -> tuple[Place, CommentCase]:
    found = await place_shown(request, project_id)
    try:
        case = await evaluation.comment_case(rating_id, community_id=found.home.id)
    except (UnknownEvaluation, evaluation.NotYetClosed) as error:
        raise NotFoundException from error
    if case.project_id != found.project.id:
        raise NotFoundException
    return found, case


@get(
    "/projects/{project_id:uuid}/evaluation/comments/{rating_id:uuid}/rule",
    opt=act("evaluation.moderate"),
)
async def rule_form(
    request: AnyRequest, project_id: FromPath[UUID], rating_id: FromPath[UUID]
) -> Template | Redirect:
    """Show a reported comment, without a name, and the form that hides or keeps it."""
    found, case = await _case(request, project_id, rating_id)
    return await _rule_form(found, case, Form(), await acting(request))


async def _rule_form(found: Place, case: CommentCase, form: Form, by: Actor) -> Template | Redirect:
    if case.since is None:
        return to(found, refusal_words(evaluation.NothingToRule()), "note")
    try:
        await evaluation.may_rule_on_comment(case, by=by)
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong")
    context = {
        "project": found.project,
        "href": found.address,
        "case": case,
        "form": form,
        "reasons": {one: _(words) for one, words in REASONS.items()},
        "answers": [
            ("no", _("Keep them"), _("They stay to be read.")),
            ("yes", _("Hide them"), _("Your reason stands in their place.")),
        ],
    }
    status = 200 if form.ok else REFUSED
    return Template("marketplace/evaluation_rule.html", context=context, status_code=status)


@post(
    "/projects/{project_id:uuid}/evaluation/comments/{rating_id:uuid}/rule",
    opt=act("evaluation.moderate"),
    status_code=303,
)
async def rule_on(
    request: AnyRequest, project_id: FromPath[UUID], rating_id: FromPath[UUID]
) -> Template | Redirect:
    """Hide a comment or keep it, with a public reason."""
    found, case = await _case(request, project_id, rating_id)
    by, form = await acting(request), await typed(request)
    if form.value("hidden") not in {"yes", "no"}:
        form.refuse("hidden", _("Choose what becomes of the words."))
        return await _rule_form(found, case, form, by)
    try:
        await evaluation.rule_on_comment(
            case.id,
            form.value("reason"),
            hidden=form.value("hidden") == "yes",
            number=whole_number(form.value("number"), 0),
            by=by,
        )
    except NotACoordinator as error:
        raise PermissionDeniedException from error
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return await _rule_form(found, case, form, by)
    return to(found, _("Decided. Everybody can read the reason."))


@get(
    "/projects/{project_id:uuid}/evaluation/comments/{rating_id:uuid}/again",
    opt=act("evaluation.rate"),
)
async def again_form(
    request: AnyRequest, project_id: FromPath[UUID], rating_id: FromPath[UUID]
) -> Template | Redirect:
    """Show the form that asks for a second look, to the author alone."""
    found, case = await _own_case(request, project_id, rating_id)
    if not case.hidden or case.second_look is not None:
        return to(found, refusal_words(evaluation.LookAsked()), "note")
    return _again_form(found, case, Form())


async def _own_case(
    request: AnyRequest, project_id: UUID, rating_id: UUID
) -> tuple[Place, CommentCase]:
    found, case = await _case(request, project_id, rating_id)
    if not await evaluation.is_author(case.id, by=await acting(request)):
        raise NotFoundException
    return found, case


def _again_form(found: Place, case: CommentCase, form: Form) -> Template:
    context = {"project": found.project, "href": found.address, "case": case, "form": form}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/evaluation_again.html", context=context, status_code=status)


@post(
    "/projects/{project_id:uuid}/evaluation/comments/{rating_id:uuid}/again",
    opt=act("evaluation.rate"),
    status_code=303,
)
async def ask_again(
    request: AnyRequest, project_id: FromPath[UUID], rating_id: FromPath[UUID]
) -> Template | Redirect:
    """Ask another coordinator to look again at one's own hidden comment."""
    found, case = await _own_case(request, project_id, rating_id)
    by, form = await acting(request), await typed(request)
    try:
        await evaluation.ask_look_at_comment(case.id, form.value("words"), by=by)
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        return _again_form(found, case, form)
    return to(found, _("Another coordinator takes a second look. You are told what they decide."))


handlers = [
    sign_form, sign, inspectors_form, name_inspector, report_form, report, rule_form, rule_on,
    again_form, ask_again,
]  # fmt: skip
