"""Covenants of finished projects: read, written, compared, signed, printed; signatures on paper."""

from typing import Any
from uuid import UUID

import segno
from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app import aftercare_page
from app.acts import act
from app.aftercare_page import REFUSED, Place, to
from app.aftercare_words import WAYS, refusal_words, wrong_field
from app.forms import Form
from app.i18n import gettext as _
from app.meeting_form import read_member
from app.routes.typed import typed, whole_number
from app.settings import settings
from community import Role
from marketplace import aftercare
from marketplace.aftercare import CovenantVersion, Signature
from marketplace.aftercare.errors import CovenantChanged, UnknownCovenant
from marketplace.errors import MarketplaceError
from marketplace.plans.comparing import words as compared

AnyRequest = Request[Any, Any, Any]
PAGE = "/projects/{project_id:uuid}/covenant"
VERSION = f"{PAGE}/versions/{{number:int}}"
HERE = "/covenant"
QR_SCALE = 6
NAMES_SHOWN = 200


@get(PAGE, name="covenant", opt=act("aftercare.read"))
async def page(request: AnyRequest, project_id: FromPath[UUID]) -> Template:
    """Show the covenant in force, the latest version if it is another, and who signed."""
    found = await aftercare_page.place_shown(request, project_id)
    versions = await _versions(found)
    forced = aftercare.in_force(versions)
    shown = forced or (versions[0] if versions else None)
    newer = versions[0] if versions and shown is not None and versions[0] != shown else None
    context = {
        **await _shown(found, versions, shown),
        "forced": forced,
        "newer": newer,
        "may_write": found.finished and bool({Role.RESIDENT, Role.COORDINATOR} & found.roles),
        "may_enter": found.finished and bool({Role.PHONE_OPERATOR, Role.COORDINATOR} & found.roles),
    }
    return Template("marketplace/aftercare/covenant.html", context=context)


async def _versions(found: Place) -> list[CovenantVersion]:
    return await aftercare.covenant_versions(found.project.id, community_id=found.home.id)


async def _shown(
    found: Place, versions: list[CovenantVersion], shown: CovenantVersion | None
) -> dict[str, Any]:
    """Return a version for whoever looks: how many signed, and to members who they are."""
    forced = aftercare.in_force(versions)
    signed = await aftercare.signatures(found.project.id, community_id=found.home.id)
    own = {one.number for one in signed if found.by and one.member_id == found.by.member_id}
    under = [one for one in signed if shown is not None and one.number == shown.number]
    names = await aftercare_page.names_of(
        found, [*(one.member_id for one in under), *(one.written_by for one in versions)]
    )
    takes = {one.number for one in (versions[:1] + ([forced] if forced else []))}
    policy = await aftercare.aftercare_policy_at(found.home.id)
    return {
        **aftercare_page.base(found),
        "versions": versions,
        "shown": shown,
        "own": own if found.here else set(),
        "signable": takes if found.finished and Role.RESIDENT in found.roles else set(),
        "open_numbers": takes,
        "needed": policy.signatures,
        "names": names,
        "signers": _signers(under, names)[:NAMES_SHOWN],
    }


def _signers(under: list[Signature], names: dict[UUID, str]) -> list[tuple[str, str]]:
    return [(names[one.member_id], _(WAYS[one.way])) for one in under if one.member_id in names]


@get(VERSION, name="covenant.version", opt=act("aftercare.read"))
async def version(
    request: AnyRequest, project_id: FromPath[UUID], number: FromPath[int]
) -> Template:
    """Show one version of a covenant."""
    found = await aftercare_page.place_shown(request, project_id)
    versions = await _versions(found)
    context = await _shown(found, versions, _numbered(versions, number))
    return Template("marketplace/aftercare/version.html", context=context)


def _numbered(versions: list[CovenantVersion], number: int) -> CovenantVersion:
    for one in versions:
        if one.number == number:
            return one
    raise NotFoundException


@get(f"{PAGE}/compare", name="covenant.compare", opt=act("aftercare.read"))
async def compare(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show how one version became another: what came, and what went."""
    found = await aftercare_page.place_shown(request, project_id)
    versions = await _versions(found)
    if len(versions) < 2:  # noqa: PLR2004 (two to compare)
        return to(found, _("There is one version only, so there is nothing to compare."), "note",
                  HERE)  # fmt: skip
    asked = request.query_params
    new = _numbered(versions, whole_number(asked.get("to", ""), versions[0].number))
    old = _numbered(versions, whole_number(asked.get("from", ""), max(new.number - 1, 1)))
    context = {
        **aftercare_page.base(found),
        "old": old,
        "new": new,
        "spans": compared(old.words, new.words),
        "chosen": Form.of({"from": str(old.number), "to": str(new.number)}),
        "options": [
            (str(one.number), _("Version %(number)s") % {"number": one.number})
            for one in reversed(versions)
        ],
    }
    return Template("marketplace/aftercare/compare.html", context=context)


@get(f"{PAGE}/write", opt=act("covenant.write"))
async def write_form(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Show the form that writes a version, with the words of the latest."""
    found, _by = await aftercare_page.place_of(request, project_id)
    if not found.finished:
        return to(found, _("The project is not finished, so there is nothing to do here yet."),
                  "wrong")  # fmt: skip
    versions = await _versions(found)
    latest = versions[0] if versions else None
    given = {
        "covenant": latest.words if latest else "",
        "base": str(latest.number if latest else 0),
    }
    return _write_form(found, Form.of(given), None)


def _write_form(found: Place, form: Form, theirs: CovenantVersion | None) -> Template:
    context = {**aftercare_page.base(found), "form": form, "theirs": theirs}
    status = 200 if form.ok else REFUSED
    return Template("marketplace/aftercare/write.html", context=context, status_code=status)


@post(f"{PAGE}/write", opt=act("covenant.write"), status_code=303)
async def write(request: AnyRequest, project_id: FromPath[UUID]) -> Template | Redirect:
    """Write a version, or show the form again; of two at once the second reads the first's."""
    found, by = await aftercare_page.place_of(request, project_id)
    form = await typed(request)
    try:
        await aftercare.write_covenant(
            found.project.id,
            form.value("covenant").replace("\r\n", "\n"),
            base=whole_number(form.value("base"), 0),
            by=by,
            note=form.value("note"),
        )
    except MarketplaceError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return to(found, refusal_words(refusal), "wrong")
        form.refuse(*field)
        theirs = None
        if isinstance(refusal, CovenantChanged):
            theirs = (await _versions(found))[0]
            form = Form({**form.values, "base": (str(theirs.number),)}, form.errors)
        return _write_form(found, form, theirs)
    return to(found, _("Written. Now neighbours sign it, you too."), page=HERE)


@post(f"{VERSION}/sign", opt=act("covenant.sign"), status_code=303)
async def sign(request: AnyRequest, project_id: FromPath[UUID], number: FromPath[int]) -> Redirect:
    """Sign a version."""
    found, by = await aftercare_page.place_of(request, project_id)
    try:
        await aftercare.sign_covenant(found.project.id, number, by=by)
    except UnknownCovenant as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong", HERE)
    return to(found, _("You have signed. You can take that back whenever you like."), page=HERE)


@post(f"{VERSION}/unsign", opt=act("covenant.unsign"), status_code=303)
async def unsign(
    request: AnyRequest, project_id: FromPath[UUID], number: FromPath[int]
) -> Redirect:
    """Take one's signature back."""
    found, by = await aftercare_page.place_of(request, project_id)
    try:
        await aftercare.take_back_signature(found.project.id, number, by=by)
    except UnknownCovenant as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        return to(found, refusal_words(refusal), "wrong", HERE)
    return to(found, _("Your signature is taken back."), page=HERE)


@get(f"{VERSION}/paper", opt=act("covenant.enter"))
async def paper_form(
    request: AnyRequest, project_id: FromPath[UUID], number: FromPath[int]
) -> Template:
    """Show the form that writes down who signed on paper."""
    found, _by = await aftercare_page.place_of(request, project_id)
    return await _paper_form(found, number, Form(), [])


async def _paper_form(
    found: Place, number: int, form: Form, people: list[tuple[str, str, str]]
) -> Template:
    one = _numbered(await _versions(found), number)
    context = {
        **aftercare_page.base(found), "form": form, "shown": one, "candidates": people,
    }  # fmt: skip
    status = 200 if form.ok else REFUSED
    return Template("marketplace/aftercare/paper.html", context=context, status_code=status)


@post(f"{VERSION}/paper", opt=act("covenant.enter"), status_code=303)
async def enter(
    request: AnyRequest, project_id: FromPath[UUID], number: FromPath[int]
) -> Template | Redirect:
    """Write down that a resident signed on paper."""
    found, by = await aftercare_page.place_of(request, project_id)
    form = await typed(request)
    member_id, people = await read_member(form, "name", by)
    if member_id is None:
        return await _paper_form(found, number, form, people)
    try:
        await aftercare.enter_signature(found.project.id, number, member_id, by=by)
    except UnknownCovenant as error:
        raise NotFoundException from error
    except MarketplaceError as refusal:
        form.refuse("name", refusal_words(refusal))
        return await _paper_form(found, number, form, people)
    told = _("Written down: %(name)s has signed, and is told so.") % {"name": form.value("name")}
    return to(found, told, page=f"/covenant/versions/{number}/paper")


@get(f"{VERSION}/print", name="covenant.print", opt=act("aftercare.read"))
async def printed(
    request: AnyRequest, project_id: FromPath[UUID], number: FromPath[int]
) -> Template:
    """Show a version to be hung up: large, with room for signatures and a code to its page."""
    found = await aftercare_page.place_shown(request, project_id)
    site = settings().public_address or str(request.base_url).rstrip("/")
    address = f"{site}{found.address}/covenant"
    made = segno.make(address, error="m")
    context = {
        **aftercare_page.base(found),
        "shown": _numbered(await _versions(found), number),
        "qr": made.svg_data_uri(scale=QR_SCALE, border=4, light="#fff"),
        "whole_address": address,
    }
    return Template("marketplace/aftercare/print.html", context=context)


handlers = [
    page, version, compare, write_form, write, sign, unsign, paper_form, enter, printed,
]  # fmt: skip
