"""The rules of a community: what holds, what will change, and how an administrator changes it."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

import community
from app import packs, policies
from app.acts import act
from app.forms import Form
from app.i18n import gettext as _
from app.i18n import mark
from app.neighbourhood import acting, community_shown, roles_shown
from app.notices import noticed
from app.policy_words import GROUPS, fault_words
from app.routes.policy_examples import draft
from app.time_bank_rules import topics
from app.uploads import Kind, Unfit, chosen, taken
from community import AdoptedPack, Community, Pack, Policy
from community.policy import BadPackFile
from community.policy.file import PACK_BYTES_MAX

AnyRequest = Request[Any, Any, Any]
TOML = "application/toml; charset=utf-8"
REFUSED = 422
TAKEN = mark("Another pack holds from that moment. Nothing was adopted. Choose another moment.")


@get("/policy", name="policy", opt=act("policy.read"))
async def policy_page(request: AnyRequest) -> Template:
    """Tell the rules in force in plain words, what comes, and what was."""
    home = await community_shown(request)
    told = policies.rules(await community.adopted_packs(home.id), datetime.now(UTC))
    return Template(
        "community/policy.html",
        context={
            "home": home,
            "groups": GROUPS,
            "rules": told,
            "topics": topics([rule for _group, of_group in told.groups for rule in of_group]),
            "zone": ZoneInfo(home.time_zone),
            "roles": await roles_shown(request),
        },
    )


@get("/policy/packs/{pack_id:uuid}/pack.toml", name="policy.pack", opt=act("policy.read"))
async def pack_file(request: AnyRequest, pack_id: FromPath[UUID]) -> Response[bytes]:
    """Give a pack's file as it was adopted."""
    home = await community_shown(request)
    found = await community.adopted_pack(pack_id, community_id=home.id)
    if found is None:
        raise NotFoundException
    return _download(found.file, f"{home.code}-{found.holds_from:%Y-%m-%d}.toml")


@get("/policy/draft.toml", name="policy.draft", opt=act("policy.read"))
async def draft_file(request: AnyRequest) -> Response[bytes]:
    """Give the rules as they hold now as a file to change and hand in again."""
    home = await community_shown(request)
    return _download(await _draft(home), f"{home.code}-draft.toml")


@get("/policy/new", name="policy.new", opt=act("policy.adopt"))
async def new_page(request: AnyRequest) -> Template:
    """Show where an administrator hands in a pack: as a file, or written here.

    `begin` in the address names one of the packs that come with Linli to begin with.
    """
    home = await _home(request)
    begun = packs.example(request.query_params.get("begin", ""))
    text = await _draft(home)
    if begun is not None:
        text = draft(begun, await community.policy_in_force(home.id))
    return _form(home, Form.of({"text": text}))


@post("/policy/new", name="policy.check", opt=act("policy.adopt"))
async def check(request: AnyRequest) -> Template:
    """Show what a pack would change, or every fault of it; nothing is adopted yet."""
    home = await _home(request)
    try:
        content = await _handed_in(request)
    except Unfit as unfit:
        return await _not_handed_in(home, unfit.why)
    if not content.strip():
        return await _not_handed_in(home, _("Choose a file, or write the rules below."))
    return await _checked(home, content)


@post("/policy", name="policy.adopt", opt=act("policy.adopt"), status_code=303)
async def adopt(request: AnyRequest) -> Template | Redirect:
    """Adopt the pack that was looked at, if nobody adopted another one in between."""
    by, home = await acting(request), await _home(request)
    submitted = await request.form()
    content = _decoded(submitted.get("pack"))
    now = datetime.now(UTC)
    try:
        pack = await policies.read_for(home, content, now)
        before = await _before(home, pack, now)
        again = before is not None and before.file == pack.file  # the same form, sent twice
        if submitted.get("basis") != _mark(before) and not again:
            told = _("The rules have changed since you looked. This is what would change now.")
            return await _checked(home, content, told)
        adopted = await community.adopt_policy(pack, by=by)
    except BadPackFile:
        return await _checked(home, content)
    except community.MomentTaken:
        return _refused(home, content, _(TAKEN))
    except community.NotRetroactive:
        told = _("That moment is over by now. Nothing was adopted. Choose a later one.")
        return _refused(home, content, told)
    told = _("%(name)s is adopted. Everybody can read here what changes and when.")
    return noticed(Redirect("/policy", status_code=303), told % {"name": adopted.name})


async def _home(request: AnyRequest) -> Community:
    by = await acting(request)
    return await community.community(by.community_id)


async def _draft(home: Community) -> str:
    policy = await community.policy_in_force(home.id)
    return policies.as_file(
        policy,
        name=_("Rules of %(place)s") % {"place": home.name},
        source="",  # to be filled in: a pack without its source is refused
        preface=_(
            "To let it hold from a later day, write that day here, without the #:\n"
            "holds_from = 2030-01-01"
        ),
    )


async def _handed_in(request: AnyRequest) -> bytes:
    """Return the file that was chosen, else what was written into the page. Raises `Unfit`."""
    submitted = await request.form()
    if chosen(submitted, "file") is not None:
        pack = taken(submitted, "file", kinds={Kind.TEXT}, bytes_max=PACK_BYTES_MAX)
        return pack.file.read()
    text = submitted.get("text")
    # Browsers send each line with two marks at its end; a file has one.
    return text.replace("\r\n", "\n").encode() if isinstance(text, str) else b""


async def _not_handed_in(home: Community, why: str) -> Template:
    form = Form.of({"text": await _draft(home)})
    form.refuse("file", why)
    return _form(home, form)


def _decoded(packed: Any) -> bytes:
    try:
        return base64.b64decode(packed if isinstance(packed, str) else "", validate=True)
    except binascii.Error:
        return b""


async def _before(home: Community, pack: Pack, now: datetime) -> AdoptedPack | None:
    """Return what a pack's changes are told against: the pack in force when it comes to hold."""
    known = await community.adopted_packs(home.id)
    return next((one for one in known if one.holds_from <= (pack.holds_from or now)), None)


def _mark(before: AdoptedPack | None) -> str:
    """Return what the form keeps of it, to see whether another came in between."""
    return str(before.id) if before else ""


async def _checked(home: Community, content: bytes, told: str = "") -> Template:
    """Show what a pack would change; or, where it cannot be adopted, why, with its text kept."""
    now = datetime.now(UTC)
    try:
        pack = await policies.read_for(home, content, now)
    except BadPackFile as bad:
        return _faulty(home, content, bad)
    holds_from = pack.holds_from or now
    packs = await community.adopted_packs(home.id)
    there = next((one for one in packs if one.holds_from == pack.holds_from), None)
    if there is not None and there.file != pack.file:
        return _refused(home, content, _(TAKEN))
    before = await _before(home, pack, now)
    policy = before.policy if before else Policy()
    return Template(
        "community/policy_check.html",
        context={
            "home": home,
            "zone": ZoneInfo(home.time_zone),
            "pack": pack,
            "packed": base64.b64encode(content).decode(),
            "basis": _mark(before),
            "changes": policies.changed(policy, Policy(pack.settings)),
            "later": [one for one in reversed(packs) if one.holds_from > holds_from],
            "known": there is not None,
            "told": told,
        },
    )


def _faulty(home: Community, content: bytes, bad: BadPackFile) -> Template:
    lines = content.decode(errors="replace").split("\n")
    faults = [
        (fault.line, lines[fault.line - 1].strip() if fault.line <= len(lines) else "", told)
        for fault in bad.faults
        for told in [fault_words(fault)]
    ]
    form = Form.of({"text": content.decode(errors="replace")})
    form.refuse("text", _("Mend the lines that are named above, and look again."))
    return _form(home, form, {"faults": faults, "more": bad.more})


def _refused(home: Community, content: bytes, told: str) -> Template:
    form = Form.of({"text": content.decode(errors="replace")})
    form.refuse("text", told)
    return _form(home, form)


def _form(home: Community, form: Form, more: dict[str, Any] | None = None) -> Template:
    context = {"home": home, "form": form, "faults": [], "more": False, **(more or {})}
    return Template(
        "community/policy_new.html", context=context, status_code=200 if form.ok else REFUSED
    )


def _download(text: str, name: str) -> Response[bytes]:
    return Response(
        text.encode(),
        media_type=TOML,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


handlers = [policy_page, pack_file, draft_file, new_page, check, adopt]
