"""Two memberships of one person: the list of likely pairs, both side by side, and the merge."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
from app import member_form, member_page, merging
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.member_words import refusal_words
from app.neighbourhood import acting
from app.notices import noticed
from app.phones import e164
from app.routes.typed import typed
from app.wording import duration
from community import Actor, CommunityError
from marketplace.errors import MarketplaceError
from timebank import TimebankError

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
LIST = "/members/duplicates"


@get(LIST, name="duplicates", opt=act("member.merge"))
async def duplicates(request: AnyRequest) -> Template:
    """List pairs of members who may be one person."""
    by = await acting(request)
    pairs = await community.alike(by.community_id)
    people = await community.listed(
        list({one for pair in pairs for one in (pair.one, pair.two)}),
        community_id=by.community_id,
    )
    context = {
        "pairs": [
            (
                pair,
                member_page.line(people[pair.one], by.roles),
                member_page.line(people[pair.two], by.roles),
            )
            for pair in pairs
            if pair.one in people and pair.two in people
        ],
        "more": len(pairs) == community.PAIRS_ON_A_PAGE,
    }
    return Template("community/duplicates.html", context=context)


@get("/members/{member_id:uuid}/merge", name="member.merge", opt=act("member.merge"))
async def choose_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Offer namesakes to compare a member with, or anybody by a whole telephone number."""
    return await _choose_page(member_id, await acting(request), Form())


@post("/members/{member_id:uuid}/merge", name="member.merge.find", opt=act("member.merge"))
async def choose(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Find the other membership by its telephone number."""
    by, form = await acting(request), await typed(request)
    phone = e164(form.value("phone"))
    found = await community.found_by_phone(phone, community_id=by.community_id) if phone else None
    if found is None:
        form.refuse("phone", _("Nobody here has this number. Type the whole of it."))
    elif found == member_id:
        form.refuse("phone", _("This is the number of the membership that you came from."))
    else:
        return Redirect(_address(member_id, found), status_code=303)
    return await _choose_page(member_id, by, form)


async def _choose_page(member_id: UUID, by: Actor, form: Form) -> Template:
    ids = await community.namesakes(member_id, community_id=by.community_id)
    people = await community.listed([*ids, member_id], community_id=by.community_id)
    context = {
        "form": form,
        "member": people[member_id],
        "namesakes": [member_page.line(people[one], by.roles) for one in ids if one in people],
    }
    return Template(
        "community/merge_choose.html", context=context, status_code=200 if form.ok else REFUSED
    )


@get("/members/{member_id:uuid}/merge/{other_id:uuid}", name="merge", opt=act("member.merge"))
async def compare(
    request: AnyRequest, member_id: FromPath[UUID], other_id: FromPath[UUID]
) -> Template:
    """Show two memberships side by side, and ask which one stays."""
    return await _compare(member_id, other_id, await acting(request), Form())


@post("/members/{member_id:uuid}/merge/{other_id:uuid}", name="merge.send", opt=act("member.merge"))
async def merge(
    request: AnyRequest, member_id: FromPath[UUID], other_id: FromPath[UUID]
) -> Template | Redirect:
    """Merge the two: the chosen one stays."""
    by, form = await acting(request), await typed(request)
    survivor = member_form.uuid_or_none(form.value("survivor"))
    if survivor not in (member_id, other_id):
        form.refuse("survivor", _("Choose which membership stays."))
        return await _compare(member_id, other_id, by, form)
    other = other_id if survivor == member_id else member_id
    try:
        done = await merging.merge(survivor, other, by=by)
    except community.UnknownMember as error:
        raise NotFoundException from error
    except (CommunityError, TimebankError, MarketplaceError) as refusal:
        form.refuse("survivor", refusal_words(refusal))
        return await _compare(member_id, other_id, by, form)
    answer = Redirect(f"/members/{survivor}", status_code=303)
    if done.minutes:
        told = _("The two are one now. %(hours)s passed to this passbook.")
        return noticed(answer, told % {"hours": duration(done.minutes)})
    return noticed(answer, _("The two are one now."))


@post(
    "/members/{member_id:uuid}/not-the-same/{other_id:uuid}",
    name="merge.not-the-same",
    opt=act("member.merge"),
)
async def not_the_same(
    request: AnyRequest, member_id: FromPath[UUID], other_id: FromPath[UUID]
) -> Redirect:
    """Remember that these are two people."""
    by = await acting(request)
    try:
        await community.not_the_same(member_id, other_id, by=by)
    except community.UnknownMember as error:
        raise NotFoundException from error
    answer = Redirect(LIST, status_code=303)
    return noticed(answer, _("Remembered: these are two people. They stay as they are."))


def _address(member_id: UUID, other_id: UUID) -> str:
    return f"/members/{member_id}/merge/{other_id}"


async def _compare(member_id: UUID, other_id: UUID, by: Actor, form: Form) -> Template:
    if member_id == other_id:
        raise NotFoundException
    try:
        found = await member_page.side_by_side(member_id, other_id, by)
    except community.UnknownMember as error:
        raise NotFoundException from error
    one, two = found["pages"]
    context = {
        **found,
        "form": form,
        "one": one.member,
        "two": two.member,
        "target": _address(member_id, other_id),
        "apart": f"/members/{member_id}/not-the-same/{other_id}",
        "settled": one.member.standing is community.Standing.MERGED
        or two.member.standing is community.Standing.MERGED,
    }
    return Template(
        "community/merge.html", context=context, status_code=200 if form.ok else REFUSED
    )


handlers = [duplicates, choose_page, choose, compare, merge, not_the_same]
