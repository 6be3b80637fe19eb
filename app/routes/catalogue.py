"""The catalogue: what the community offers, for everybody; and the desk's pages that keep it."""

import dataclasses
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

import ledger
import timebank
from app.acts import ACTS, act
from app.care_words import kind_name, refusal_words, service_facts, wrong_field
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.routes.typed import key_of, typed
from app.visit_words import icon_of
from app.wording import duration
from community import Actor
from timebank import CareService, TimebankError, care
from timebank.care import CertificateKind

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
DESK = "/desk/services"
KINDS = "/desk/certificate-kinds"
NONE = "none"


@get("/time-bank/services", name="catalogue", opt=act("catalogue.read"))
async def catalogue(request: AnyRequest) -> Template:
    """Show everybody what the community offers, in plain words."""
    home, roles = await community_shown(request), await roles_shown(request)
    kinds = {one.id: one for one in await care.certificate_kinds(home.id, retired=True)}
    offered = [
        (one, icon_of(one.code), service_facts(one, kinds))
        for one in await timebank.care_services(home.id)
    ]
    context = {
        "home": home,
        "offered": offered,
        "keeps": bool(ACTS["catalogue.keep"].reach(roles)),
    }
    return Template("care/catalogue.html", context=context)


@get("/api/care-services", name="api.catalogue", opt=act("catalogue.read"))
async def catalogue_data(request: AnyRequest) -> Response[dict[str, Any]]:
    """Return the catalogue as JSON: times in minutes, names in both languages."""
    home = await community_shown(request)
    kinds = {one.id: one for one in await care.certificate_kinds(home.id, retired=True)}
    services = [
        {
            "id": str(one.id),
            "code": one.code,
            "name": {"zh": one.name_zh, "en": one.name_en},
            "words": {"zh": one.words_zh, "en": one.words_en},
            "usual_minutes": one.usual_minutes,
            "credit_per_hour": one.credit_per_hour,
            "certificate": kinds[one.certificate].code if one.certificate else None,
            "low_risk": one.low_risk,
            "minors": one.minors,
            "group": one.group,
        }
        for one in await timebank.care_services(home.id)
    ]
    return Response({"community": home.code, "care_services": services})


@get("/desk/services", name="services", opt=act("catalogue.keep"))
async def services(request: AnyRequest) -> Template:
    """Show the desk the whole catalogue, also what is offered no more."""
    by = await acting(request)
    kinds = {one.id: one for one in await care.certificate_kinds(by.community_id, retired=True)}
    found = await timebank.care_services(by.community_id, retired=True)
    context = {
        "offered": [
            (one, icon_of(one.code), service_facts(one, kinds)) for one in found if not one.retired
        ],
        "retired": [one for one in found if one.retired],
    }
    return Template("care/services.html", context=context)


@get("/desk/services/new", name="service.new", opt=act("catalogue.keep"))
async def new_form(request: AnyRequest) -> Template:
    """Show the form that adds a care service."""
    by = await acting(request)
    first = {
        "key": str(ledger.new_id()),
        "usual_minutes": "60",
        "credit_per_hour": "60",
        "certificate": NONE,
        "low_risk": "yes",
    }
    return await _form(by, Form.of(first))


@post("/desk/services", name="service.add", opt=act("catalogue.keep"), status_code=303)
async def add(request: AnyRequest) -> Template | Redirect:
    """Add a care service, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    draft = _draft(form, key_of(form) or ledger.new_id(), by)
    if draft is None:
        return await _form(by, form)
    try:
        added = await care.add_care_service(draft, by=by)
    except TimebankError as refusal:
        return await _refused(refusal, form, by)
    told = _("%(name)s is in the catalogue.") % {"name": added.name(current_language())}
    return noticed(Redirect(DESK, status_code=303), told)


@get(
    "/desk/services/{care_service_id:uuid}/change",
    name="service.change.form",
    opt=act("catalogue.keep"),
)
async def change_form(request: AnyRequest, care_service_id: FromPath[UUID]) -> Template:
    """Show the form that changes a care service."""
    by = await acting(request)
    found = await _own(by, care_service_id)
    version = await care.care_service_version(found.id, community_id=by.community_id)
    first: dict[str, object] = {
        "version": str(version),
        "name_zh": found.name_zh,
        "name_en": found.name_en,
        "words_zh": found.words_zh,
        "words_en": found.words_en,
        "usual_minutes": str(found.usual_minutes),
        "credit_per_hour": str(found.credit_per_hour),
        "certificate": str(found.certificate or NONE),
        "low_risk": "yes" if found.low_risk else "no",
        "more": [name for name in ("minors", "group") if getattr(found, name)],
        "place_in_list": str(found.place_in_list + 1),
    }
    return await _form(by, Form.of(first), found)


@post(
    "/desk/services/{care_service_id:uuid}/change",
    name="service.change",
    opt=act("catalogue.keep"),
    status_code=303,
)
async def change(request: AnyRequest, care_service_id: FromPath[UUID]) -> Template | Redirect:
    """Change a care service, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    found = await _own(by, care_service_id)
    draft = _draft(form, found.id, by)
    if draft is None:
        return await _form(by, form, found)
    try:
        await care.change_care_service(draft, version=_whole(form, "version"), by=by)
    except care.ChangedMeanwhile as refusal:
        answer = Redirect(f"{DESK}/{found.id}/change", status_code=303)
        return noticed(answer, refusal_words(refusal), "wrong")
    except TimebankError as refusal:
        return await _refused(refusal, form, by, found)
    return noticed(Redirect(DESK, status_code=303), _("The change is kept."))


@post(
    "/desk/services/{care_service_id:uuid}/retire",
    name="service.retire",
    opt=act("catalogue.keep"),
    status_code=303,
)
async def retire(request: AnyRequest, care_service_id: FromPath[UUID]) -> Redirect:
    """Offer a care service no more."""
    by = await acting(request)
    found = await _own(by, care_service_id)
    await care.retire_care_service(found.id, by=by)
    told = _("%(name)s is offered no more. Visits that are asked for stay.")
    name = {"name": found.name(current_language())}
    return noticed(Redirect(DESK, status_code=303), told % name)


@post(
    "/desk/services/{care_service_id:uuid}/resume",
    name="service.resume",
    opt=act("catalogue.keep"),
    status_code=303,
)
async def resume(request: AnyRequest, care_service_id: FromPath[UUID]) -> Redirect:
    """Offer a care service again."""
    by = await acting(request)
    found = await _own(by, care_service_id)
    answer = Redirect(DESK, status_code=303)
    try:
        await care.resume_care_service(found.id, by=by)
    except care.UnknownKind:
        told = _("The certificate that it needs is not in use. Change that first.")
        return noticed(answer, told, "wrong")
    told = _("%(name)s is in the catalogue.") % {"name": found.name(current_language())}
    return noticed(answer, told)


@get("/desk/certificate-kinds", name="certificate.kinds", opt=act("catalogue.keep"))
async def kinds_page(request: AnyRequest) -> Template:
    """Show the desk which kinds of certificate the community knows."""
    return await _kinds(await acting(request), Form.of({"key": str(ledger.new_id())}))


@post(
    "/desk/certificate-kinds",
    name="certificate.kind.add",
    opt=act("catalogue.keep"),
    status_code=303,
)
async def add_kind(request: AnyRequest) -> Template | Redirect:
    """Know one more kind of certificate."""
    by, form = await acting(request), await typed(request)
    kind = CertificateKind(
        key_of(form) or ledger.new_id(),
        by.community_id,
        "",
        form.value("name_zh"),
        form.value("name_en"),
    )
    try:
        await care.add_certificate_kind(kind, by=by)
    except TimebankError as refusal:
        field = wrong_field(refusal)
        if field is None:
            raise
        form.refuse(*field)
        return await _kinds(by, form)
    answer = Redirect(KINDS, status_code=303)
    return noticed(answer, _("Volunteers can enter it now: %(kind)s.") % {"kind": kind_name(kind)})


@post(
    "/desk/certificate-kinds/{kind_id:uuid}/retire",
    name="certificate.kind.retire",
    opt=act("catalogue.keep"),
    status_code=303,
)
async def retire_kind(request: AnyRequest, kind_id: FromPath[UUID]) -> Redirect:
    """Use a kind of certificate no more."""
    by = await acting(request)
    answer = Redirect(KINDS, status_code=303)
    try:
        await care.retire_certificate_kind(kind_id, by=by)
    except care.UnknownKind as error:
        raise NotFoundException from error
    except care.KindNeeded as refusal:
        return noticed(answer, refusal_words(refusal), "wrong")
    return noticed(answer, _("It is not in use any more."))


async def _own(by: Actor, care_service_id: UUID) -> CareService:
    found = await timebank.care_services(by.community_id, retired=True)
    one = next((one for one in found if one.id == care_service_id), None)
    if one is None:
        raise NotFoundException
    return one


def _draft(form: Form, care_service_id: UUID, by: Actor) -> CareService | None:
    """Read the form; None where the choice of a certificate is none."""
    certificate = None
    if form.value("certificate") not in {NONE, ""}:
        try:
            certificate = UUID(form.value("certificate"))
        except ValueError:
            form.refuse("certificate", _("Choose one of the certificates shown."))
            return None
    return dataclasses.replace(
        CareService(care_service_id, by.community_id, "", "", "", 0),
        name_zh=form.value("name_zh"),
        name_en=form.value("name_en"),
        words_zh=form.value("words_zh"),
        words_en=form.value("words_en"),
        usual_minutes=_whole(form, "usual_minutes"),
        credit_per_hour=_whole(form, "credit_per_hour"),
        certificate=certificate,
        low_risk=form.value("low_risk") == "yes",
        minors=form.chosen("more", "minors"),
        group=form.chosen("more", "group"),
        place_in_list=max(0, _whole(form, "place_in_list") - 1),
    )


def _whole(form: Form, name: str) -> int:
    """Return a typed whole number; 0, which no rule lets pass, for what is none."""
    text = form.value(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("9999") else 0


async def _refused(
    refusal: TimebankError, form: Form, by: Actor, found: CareService | None = None
) -> Template:
    field = wrong_field(refusal)
    if field is None:
        raise refusal
    name, words = field
    form.refuse("more" if name == "minors" else name, words)
    return await _form(by, form, found)


async def _form(by: Actor, form: Form, found: CareService | None = None) -> Template:
    kinds = await care.certificate_kinds(by.community_id)
    lengths = range(15, 241, 15)
    context = {
        "form": form,
        "service": found,
        "name": found.name(current_language()) if found else "",
        "lengths": [(str(minutes), duration(minutes)) for minutes in lengths],
        "certificates": [
            (NONE, _("No certificate")),
            *((str(one.id), kind_name(one)) for one in kinds),
        ],
    }
    status = 200 if form.ok else REFUSED
    return Template("care/service_form.html", context=context, status_code=status)


async def _kinds(by: Actor, form: Form) -> Template:
    found = await care.certificate_kinds(by.community_id, retired=True)
    context = {
        "form": form,
        "kinds": [one for one in found if not one.retired],
        "retired": [one for one in found if one.retired],
    }
    status = 200 if form.ok else REFUSED
    return Template("care/certificate_kinds.html", context=context, status_code=status)


handlers = [
    catalogue, catalogue_data, services, new_form, add, change_form, change, retire, resume,
    kinds_page, add_kind, retire_kind,
]  # fmt: skip
