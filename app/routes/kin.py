"""Who is kin to whom: the member's own page, and the register's, where a coordinator records it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app.acts import ACTS, act
from app.delegation_words import (
    KIN_HINTS,
    KIN_KINDS,
    OTHER,
    WHYS_OF_KIN,
    why_words,
    whys,
    wrong_field,
)
from app.forms import Form
from app.i18n import gettext as _
from app.kin_field import read_relative
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import typed
from community import Actor, CommunityError, KinKind, Kinship, Member

AnyRequest = Request[Any, Any, Any]
REFUSED = 422


@get("/me/kin", name="kin.mine", opt=act("kin.read_own"))
async def mine(request: AnyRequest) -> Template:
    """Show members who is on record as their kin."""
    by = await acting(request)
    return await _page(by, await community.member(by.member_id), Form(), own=True)


@get("/members/{member_id:uuid}/kin", name="member.kin", opt=act("kin.read"))
async def theirs(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the staff a member's kin; a coordinator can record and end them here."""
    by = await acting(request)
    return await _page(by, await community.member(member_id), Form())


@post("/members/{member_id:uuid}/kin", name="member.kin.record", opt=act("kin.record"))
async def record(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Put a kinship on record, on the evidence that was seen."""
    by, form = await acting(request), await typed(request)
    member = await community.member(member_id)
    kinds = {one.value: one for one in KinKind}
    kind = kinds.get(form.value("kind"))
    if kind is None:
        form.refuse("kind", _("Choose how they are kin."))
    relative, candidates = await read_relative(form, member)
    if relative is None or kind is None:
        return await _page(by, member, form, candidates=candidates)
    try:
        await community.record_kinship(
            member.id, relative.id, kind, evidence=form.value("evidence"), by=by
        )
    except CommunityError as refusal:
        field = wrong_field(refusal)
        if field is None:
            raise
        at, words = field
        form.refuse("name" if at == "person" and not candidates else at, words)
        return await _page(by, member, form, candidates=candidates)
    told = _("%(member)s and %(relative)s are on record as kin.") % {
        "member": member.name,
        "relative": relative.name,
    }
    return noticed(Redirect(f"/members/{member_id}/kin", status_code=303), told)


@get(
    "/members/{member_id:uuid}/kin/{kinship_id:uuid}/end",
    name="member.kin.end.ask",
    opt=act("kin.end"),
)
async def end_page(
    request: AnyRequest, member_id: FromPath[UUID], kinship_id: FromPath[UUID]
) -> Template | Redirect:
    """Ask for the reason before a kinship ends."""
    by = await acting(request)
    return await _end_page(by, member_id, await _one(by, member_id, kinship_id), Form())


@post(
    "/members/{member_id:uuid}/kin/{kinship_id:uuid}/end",
    name="member.kin.end",
    opt=act("kin.end"),
)
async def end(
    request: AnyRequest, member_id: FromPath[UUID], kinship_id: FromPath[UUID]
) -> Template | Redirect:
    """End a kinship, with the reason; whether one acts for the other is another matter."""
    by, form = await acting(request), await typed(request)
    one = await _one(by, member_id, kinship_id)
    chosen = form.value("reason")
    if chosen not in {name for name, _words in whys(WHYS_OF_KIN)}:
        form.refuse("reason", _("Choose one of the reasons shown."))
        return await _end_page(by, member_id, one, form)
    try:
        await community.end_kinship(
            one.id, why=form.value("why") if chosen == OTHER else chosen, by=by
        )
    except CommunityError as refusal:
        field = wrong_field(refusal)
        if field is None:
            raise
        form.refuse(*(field if field[0] == "why" else ("reason", field[1])))
        return await _end_page(by, member_id, one, form)
    told = _("They are no longer on record as kin.")
    if await _act_for_each_other(by, one):
        told = _(
            "They are no longer on record as kin. One of them may still act for the other: ask "
            "whether that shall end too."
        )
    return noticed(Redirect(f"/members/{member_id}/kin", status_code=303), told, "note")


async def _act_for_each_other(by: Actor, one: Kinship) -> bool:
    now = datetime.now(UTC)
    two = {one.member_id, one.relative_id}
    for side in two:
        for found in await community.delegations_of(side, by):
            if found.delegate_id in two and found.in_force(now):
                return True
    return False


async def _one(by: Actor, member_id: UUID, kinship_id: UUID) -> Kinship:
    try:
        found = await community.kinship(kinship_id, by)
    except community.UnknownKinship as error:
        raise NotFoundException from error
    if member_id not in {found.member_id, found.relative_id}:
        raise NotFoundException
    return found


async def _page(
    by: Actor,
    member: Member,
    form: Form,
    *,
    own: bool = False,
    candidates: list[tuple[str, str, str]] | None = None,
) -> Template:
    home = await community.community(member.community_id)
    found = await community.kin_of(member.id, by, ended=True)
    people = {one.other(member.id) for one in found} | {one.verified_by for one in found}
    people |= {one.ended_by for one in found if one.ended_by}
    names = await community.named_members(people, community_id=member.community_id)
    context = {
        "member": member,
        "own": own,
        "form": form,
        "candidates": candidates or [],
        "may_record": not own
        and member.id != by.member_id
        and bool(ACTS["kin.record"].reach(by.roles)),
        "kinds": [(one.value, _(words), _(KIN_HINTS[one])) for one, words in KIN_KINDS.items()],
        "lines": [_line(one, member.id, names) for one in found],
        "zone": ZoneInfo(home.time_zone),
    }
    status = 200 if form.ok else REFUSED
    return Template("community/kin.html", context=context, status_code=status)


def _line(one: Kinship, member_id: UUID, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": names.get(one.other(member_id), ""),
        "kind": _(KIN_KINDS[one.kind]),
        "evidence": one.evidence,
        "verified_by": names.get(one.verified_by, ""),
        "verified_at": one.verified_at,
        "ended_at": one.ended_at,
        "ended_by": names.get(one.ended_by, "") if one.ended_by else "",
        "why": why_words(one.ended_why),
    }


async def _end_page(by: Actor, member_id: UUID, one: Kinship, form: Form) -> Template | Redirect:
    back = f"/members/{member_id}/kin"
    if one.ended_at is not None:
        return Redirect(back, status_code=303)
    member = await community.member(member_id)
    names = await community.named_members({one.other(member_id)}, community_id=by.community_id)
    context = {
        "member": member,
        "form": form,
        "back": back,
        "action": f"{back}/{one.id}/end",
        "line": _line(one, member_id, names),
        "whys": whys(WHYS_OF_KIN),
    }
    status = 200 if form.ok else REFUSED
    return Template("community/kin_end.html", context=context, status_code=status)


handlers = [mine, theirs, record, end_page, end]
