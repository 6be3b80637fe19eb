"""The register's pages: the directory, one member, adding, amending, verifying, leaving."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import identity, member_form, member_page, merging
from app.acts import act
from app.field_words import told as in_words
from app.forms import Form
from app.i18n import gettext as _
from app.masks import HIDDEN, sight
from app.member_words import refusal_words, wrong_field
from app.neighbourhood import acting
from app.notices import noticed
from app.phones import e164
from app.routes.typed import typed
from app.templating import DEFAULT_ZONE
from app.wording import duration
from community import Actor, AfterName, CommunityError, Registration, Role, Standing, Verified
from timebank import TimebankError
from timebank.hours import Leaving

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
STANDINGS = (Standing.ACTIVE, Standing.APPLIED, Standing.INVITED, Standing.LEFT, Standing.MERGED)
NAME_LENGTH_MAX = 80


@get("/members", name="members", opt=act("member.read"))
async def members(request: AnyRequest) -> Template:
    """Show a page of the directory; the filters stand in the address, but no phone and no date."""
    by = await acting(request)
    form = Form.of({name: request.query_params.get(name, "") for name in _FILTERS})
    return await _list(by, form)


@post("/members/find", name="member.find", opt=act("member.find"))
async def find(request: AnyRequest) -> Template | Redirect:
    """Find a member by a whole number or date: in the form, so that it stands in no address."""
    by, form = await acting(request), await typed(request)
    wanted = form.value("whole")
    found: tuple[community.Listed, ...] = ()
    one: UUID | None = None
    born, phone = member_form.day(wanted), e164(wanted)
    number = identity.compact(wanted) if identity.kept() else None
    if number is not None and sight("identity", by.roles) is not HIDDEN:
        one = await community.found_by_identity(
            identity.lookups(number), community_id=by.community_id
        )
    elif born is not None:
        found = await community.found_by_birth(born, community_id=by.community_id)
        one = found[0].id if len(found) == 1 else None
    elif phone is not None:
        one = await community.found_by_phone(phone, community_id=by.community_id)
    else:
        form.refuse("whole", _("Type a whole telephone number, or a birth date as 1943-05-06."))
        return await _list(by, form, found=())
    if one is not None:
        return Redirect(f"/members/{one}", status_code=303)
    return await _list(by, form, found=found)


def _in_words(field: str, value: str) -> str:
    """Return one of a field's few values in words."""
    return in_words(field, value, DEFAULT_ZONE)


_FILTERS = ("name", "role", "grid", "standing", "after")


async def _list(
    by: Actor, form: Form, found: tuple[community.Listed, ...] | None = None
) -> Template:
    """Show the directory, or what was found by a whole number or date."""
    grids = await community.grids(by.community_id)
    following = None
    searched = found is not None
    if found is None:
        page = await _page(by, form)
        found, following = page.members, page.next
    kept = {name: form.value(name) for name in _FILTERS if form.value(name) and name != "after"}
    context = {
        "form": form,
        "lines": [member_page.line(one, by.roles) for one in found],
        "searched": searched,
        "filters": kept,
        "after": following.id if following else None,
        "first": not form.value("after"),
        "roles": [(one.value, _in_words("role", one)) for one in Role],
        "grids": [(str(one.id), one.name) for one in grids],
        "standings": [(one.value, _in_words("standing", one)) for one in STANDINGS],
        "by": by,
    }
    return Template(
        "community/members.html", context=context, status_code=200 if form.ok else REFUSED
    )


async def _page(by: Actor, form: Form) -> community.DirectoryPage:
    role, standing = form.value("role"), form.value("standing")
    after = None
    last = member_form.uuid_or_none(form.value("after"))
    if last is not None:
        names = await community.named_members({last}, community_id=by.community_id)
        after = AfterName(names[last], last) if last in names else None
    return await community.directory_page(
        by.community_id,
        name=form.value("name")[:NAME_LENGTH_MAX],
        role=Role(role) if role in set(Role) else None,
        grid_id=member_form.uuid_or_none(form.value("grid")),
        standing=Standing(standing) if standing in set(STANDINGS) else Standing.ACTIVE,
        after=after,
    )


@get("/members/{member_id:uuid}", name="member", opt=act("member.read"))
async def member(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show one member, as far as the reader's work needs it."""
    by = await acting(request)
    page = await member_page.shown(member_id, by)
    home = await community.community(by.community_id)
    mates = []
    if page.known.household_id and page.fact("household"):
        mates = await community.people_of(page.known.household_id, community_id=by.community_id)
    did = await timebank.tally([member_id], community_id=by.community_id)
    context = {
        "page": page,
        "member": page.member,
        "roles": member_page.role_words(page.member.roles),
        "standing": _in_words("standing", page.member.standing),
        "how": _in_words("how", page.known.verified_how or ""),
        "mates": [one for one in mates if one.id != member_id],
        "former": await community.former_memberships(member_id, community_id=by.community_id),
        "did": did[member_id],
        "coordinator": Role.COORDINATOR in by.roles,
        "oneself": by.member_id == member_id,
        "by": by,
        "zone": ZoneInfo(home.time_zone),
    }
    return Template("community/member.html", context=context)


@get("/members/new", name="member.new", opt=act("member.add"))
async def new_page(request: AnyRequest) -> Template:
    """Show the empty form of a member."""
    by = await acting(request)
    return await _form_page(by, Form.of({"language": "zh", "roles": ["resident"]}))


@post("/members/new", name="member.add", opt=act("member.add"))
async def add(request: AnyRequest) -> Template | Redirect:
    """Add a member, or show the form again with what is wrong."""
    by, form = await acting(request), await typed(request)
    said = member_form.read(form)
    if said is None:
        return await _form_page(by, form)
    try:
        added = await community.add_member(
            community_id=by.community_id, **said, roles=member_form.roles_of(form), by=by
        )
    except CommunityError as refusal:
        return await _refused_form(by, form, refusal)
    answer = Redirect(f"/members/{added.id}", status_code=303)
    return noticed(answer, _("%(name)s is on the register now.") % {"name": added.name})


@get("/members/{member_id:uuid}/edit", name="member.edit", opt=act("member.amend"))
async def edit_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the form with what is known."""
    by = await acting(request)
    known = await community.details_of(member_id, community_id=by.community_id)
    home = (
        await community.household(known.household_id, community_id=by.community_id)
        if known.household_id
        else None
    )
    form = member_form.filled(await community.member(member_id), known, home)
    return await _form_page(by, form, member_id)


@post("/members/{member_id:uuid}/edit", name="member.amend", opt=act("member.amend"))
async def amend(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Change what is known, or show the form again: a fault, or what others changed meanwhile."""
    by, form = await acting(request), await typed(request)
    said = member_form.read(form)
    if said is None:
        return await _form_page(by, form, member_id)
    try:
        changed = await community.amend_member(
            member_id, said, shown=member_form.shown(form), by=by
        )
    except community.ChangedMeanwhile as moved:
        grids = {str(one.id): one.name for one in await community.grids(by.community_id)}
        return await _form_page(by, member_form.tell_changed(form, moved.now, grids), member_id)
    except CommunityError as refusal:
        return await _refused_form(by, form, refusal, member_id)
    answer = Redirect(f"/members/{member_id}", status_code=303)
    told = _("Saved.") if changed else _("Nothing was different, so nothing was changed.")
    return noticed(answer, told, "done" if changed else "note")


async def _refused_form(
    by: Actor, form: Form, refusal: CommunityError, member_id: UUID | None = None
) -> Template:
    form.refuse(*(wrong_field(refusal) or ("name", refusal_words(refusal))))
    holder = refusal.holder if isinstance(refusal, community.Taken) else None
    return await _form_page(by, form, member_id, holder=holder)


async def _form_page(
    by: Actor, form: Form, member_id: UUID | None = None, holder: UUID | None = None
) -> Template:
    named = await community.named_members(
        {one for one in (member_id, holder) if one}, community_id=by.community_id
    )
    known = (
        await community.details_of(member_id, community_id=by.community_id) if member_id else None
    )
    context = {
        "form": form,
        "member_id": member_id,
        "name": named.get(member_id, "") if member_id else "",
        "holder": (holder, named[holder]) if holder in named else None,
        "grids": [(str(one.id), one.name) for one in await community.grids(by.community_id)],
        "registrations": [(one.value, _in_words("registration", one)) for one in Registration],
        "at_home": [(one.value, _in_words("role", one)) for one in member_form.AT_HOME],
        "identity_kept": identity.kept(),
        "identity_known": bool(known and known.identity_sealed),
        "was": [(name, form.value(name)) for name in form.values if name.startswith("was-")],
    }
    return Template(
        "community/member_form.html", context=context, status_code=200 if form.ok else REFUSED
    )


@get("/members/{member_id:uuid}/verify", name="member.verify", opt=act("member.verify"))
async def verify_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Ask how the coordinator knows who this is."""
    return await _verify_page(member_id, await acting(request), Form())


@post("/members/{member_id:uuid}/verify", name="member.verify.send", opt=act("member.verify"))
async def verify(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Write down that a member is who they say."""
    by, form = await acting(request), await typed(request)
    if form.value("how") not in set(Verified):
        form.refuse("how", _("Say how you know who this is."))
        return await _verify_page(member_id, by, form)
    how = Verified(form.value("how"))
    return await _done(
        member_id, lambda: community.verify_member(member_id, how, by=by), _("Verified.")
    )


async def _verify_page(member_id: UUID, by: Actor, form: Form) -> Template:
    context = {
        "form": form,
        "page": await member_page.shown(member_id, by),
        "ways": [(one.value, _in_words("how", one)) for one in Verified],
    }
    return Template(
        "community/member_verify.html", context=context, status_code=200 if form.ok else REFUSED
    )


@get("/members/{member_id:uuid}/leave", name="member.leave", opt=act("member.leave"))
async def leave_page(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Say what leaving means, before it is written down."""
    return await _leave_page(member_id, await acting(request), Form())


@post("/members/{member_id:uuid}/leave", name="member.leave.send", opt=act("member.leave"))
async def leave(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Write down that a member has left, and why: what they saved is their estate."""
    by, form = await acting(request), await typed(request)
    if form.value("why") not in {one.value for one in Leaving}:
        form.refuse("why", _("Choose one of the two."))
        return await _leave_page(member_id, by, form)
    left = 0

    async def leaving() -> None:
        nonlocal left
        left = await merging.leave(member_id, by=by, why=Leaving(form.value("why")))

    answer = await _done(member_id, leaving, _("Written down. What they did stays in the books."))
    if left:
        told = _("Written down. They left %(hours)s; here you say who has them now.")
        answer = Redirect(f"/time-bank/estates/{member_id}", status_code=303)
        return noticed(answer, told % {"hours": duration(left)})
    return answer


async def _leave_page(member_id: UUID, by: Actor, form: Form) -> Template:
    context = {
        "form": form,
        "page": await member_page.shown(member_id, by),
        "whys": [
            (Leaving.MOVED.value, _("Moved away")),
            (Leaving.DIED.value, _("Has died")),
        ],
    }
    return Template(
        "community/member_leave.html", context=context, status_code=200 if form.ok else REFUSED
    )


@post("/members/{member_id:uuid}/back", name="member.back", opt=act("member.leave"))
async def back(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Write down that a member who left is back."""
    by = await acting(request)
    told = _("Welcome back. Roles are given anew, and hours that nobody has yet are theirs again.")

    async def coming_back() -> None:
        await merging.come_back(member_id, by=by)

    return await _done(member_id, coming_back, told)


async def _done(member_id: UUID, verb: Callable[[], Awaitable[None]], told: str) -> Redirect:
    """Run a verb, and lead back to the member with what happened or why not."""
    answer = Redirect(f"/members/{member_id}", status_code=303)
    try:
        await verb()
    except community.UnknownMember as error:
        raise NotFoundException from error
    except (CommunityError, TimebankError) as refusal:
        return noticed(answer, refusal_words(refusal), "wrong")
    return noticed(answer, told)


handlers = [
    members,
    find,
    new_page,
    add,
    member,
    edit_page,
    amend,
    verify_page,
    verify,
    leave_page,
    leave,
    back,
]
