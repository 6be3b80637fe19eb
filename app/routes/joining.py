"""Joining: asking for it oneself, confirming the telephone, or coming in with an invitation.

What these pages answer is the same whether a telephone number is somebody's already or nobody's.
"""

from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.exceptions import ServiceUnavailableException
from litestar.response import Redirect, Template

import community
import ledger
from app import member_form
from app.acts import act
from app.arriving import arrived, browser_of, desk_phone
from app.field_words import told as in_words
from app.forms import Form
from app.i18n import LANGUAGES, OWN_NAMES, current_language, is_language, speaking
from app.i18n import gettext as _
from app.joining import (
    RULES,
    agreed_words,
    invitation_digest,
    joining_digest,
    new_joining_code,
)
from app.notices import noticed
from app.phones import e164
from app.roster.cells import is_birth_date
from app.routes.typed import key_of, typed
from app.sessions import How
from app.sign_in import entering, passwords
from app.sign_in.hashing import TooBusy
from app.sign_in.people import person_of
from app.sign_in.weak_secrets import Person, password_weakness
from app.sign_in.words import password_words, tries_words
from app.templating import DEFAULT_ZONE
from app.throttle import allow
from community import Community, Registration
from community.applications import (
    Applicant,
    ApplicationOver,
    WrongJoiningCode,
    apply_to_join,
    confirm_phone,
)
from community.errors import InvalidMember, PhoneTaken, UnknownArea
from community.invitations import (
    Invitation,
    InvitationOver,
    accept_invitation,
    invitation_of_code,
)

AnyRequest = Request[Any, Any, Any]

REFUSED: Final = 422
SLOWER: Final = 429
PER_NUMBER: Final = (5, 3600)  # codes to one number at once, and then in so many seconds
CODE: Final = "/join/code"
SENT: Final = "/join/sent"
INVITED: Final = "/join/invited"


@get("/join", name="join", opt=act("member.join"))
async def join_page(request: AnyRequest) -> Template | Redirect:
    """Ask who wants to join, and in which neighbourhood."""
    if request.user is not None:
        told = _("You are a member already, and signed in.")
        return noticed(Redirect("/", status_code=303), told, "note")
    named = request.query_params.get("community", "")
    return await _join_page(request, Form.of({"key": str(ledger.new_id()), "community": named}))


@post("/join", opt=act("member.join"), status_code=303)
async def join(request: AnyRequest) -> Redirect | Template:
    """Take an application; a code goes to the telephone, where one can be sent."""
    form = await typed(request)
    home = await _home(form)
    applicant = await _applicant(form, home)
    if applicant is None or home is None:
        return await _join_page(request, form)
    if not await allow(f"joining for {applicant.phone}", *PER_NUMBER):
        form.refuse("phone", _("Several codes were asked for already. Ask again in an hour."))
        return await _join_page(request, form, status=SLOWER)
    key, code = key_of(form) or ledger.new_id(), await new_joining_code()
    try:
        await apply_to_join(
            key,
            applicant,
            community_id=home.id,
            words=agreed_words(),
            code=code,
            address=browser_of(request).address,
        )
    except UnknownArea:
        form.refuse("grid_id", _("Choose one of the grids in the list."))
        return await _join_page(request, form)
    except InvalidMember:
        form.refuse("name", _("Write the name in at most 80 characters."))
        return await _join_page(request, form)
    return Redirect(f"{CODE}?for={key}" if code else SENT, status_code=303)


async def _join_page(request: AnyRequest, form: Form, *, status: int = 0) -> Template:
    home, known = await _home(form), await community.communities()
    grids = await community.grids(home.id) if home else []
    context = {
        "form": form,
        "home": home,
        "communities": [(one.code, one.name) for one in known],
        "grids": [(str(grid.id), grid.name) for grid in grids],
        "kinds": [
            (one.value, in_words("registration", one.value, DEFAULT_ZONE)) for one in Registration
        ],
        "rules": [_(sentence) for sentence in RULES],
        "desk_phone": await desk_phone(request),
    }
    usual = 200 if form.ok else REFUSED
    return Template("joining/join.html", context=context, status_code=status or usual)


async def _home(form: Form) -> Community | None:
    """Return the community that is meant: the one that was named, or the only one there is."""
    known = await community.communities()
    if len(known) == 1:
        return known[0]
    return next((one for one in known if one.code == form.value("community")), None)


async def _applicant(form: Form, home: Community | None) -> Applicant | None:
    """Read who wants to join; None where a field cannot be read, which the form then says."""
    if home is None:
        form.refuse("community", _("Choose your neighbourhood."))
    name, phone = form.value("name"), e164(form.value("phone"))
    if not name:
        form.refuse("name", _("Write your name."))
    if phone is None:
        form.refuse(
            "phone", _("Type your telephone number, such as 138 1234 5678; with + for abroad.")
        )
    born = member_form.day(form.value("birth_date"))
    if born is None or not is_birth_date(born):
        form.refuse("birth_date", _("Write your birth date as year, month and day: 1943-05-06."))
    kinds = {one.value: one for one in Registration}
    if form.value("registration") not in kinds:
        form.refuse("registration", _("Choose one of the two."))
    grids = {str(one.id): one.id for one in await community.grids(home.id)} if home else {}
    if form.value("grid_id") and form.value("grid_id") not in grids:
        form.refuse("grid_id", _("Choose one of the grids in the list."))
    if not form.chosen("agree", "yes"):
        form.refuse("agree", _("Please read this and tick it: without it nobody can join."))
    if not form.ok or phone is None or born is None:
        return None
    return Applicant(
        name,
        phone,
        born,
        kinds[form.value("registration")],
        grids.get(form.value("grid_id")),
        form.value("address")[:200],
        current_language(),
    )


@get(CODE, name="join.code", opt=act("member.join"))
async def code_page(request: AnyRequest) -> Template:
    """Ask for the code that came to the telephone."""
    return await _code_page(request, Form.of({"for": request.query_params.get("for", "")}))


@post(CODE, opt=act("member.join"), status_code=303)
async def enter_code(request: AnyRequest) -> Redirect | Template:
    """Confirm the telephone with the code that came to it."""
    form = await typed(request)
    digits = "".join(one for one in form.value("code") if one.isdigit())
    if not digits:
        form.refuse("code", _("Type the digits of the code."))
        return await _code_page(request, form)
    try:
        await confirm_phone(UUID(form.value("for")), joining_digest(digits))
    except WrongJoiningCode as wrong:
        form.refuse("code", tries_words(wrong.tries_left))
    except (ApplicationOver, ValueError):
        form.refuse("code", _("That is not the code, or it works no longer. Begin once more."))
    if not form.ok:
        return await _code_page(request, form)
    return Redirect(SENT, status_code=303)


async def _code_page(request: AnyRequest, form: Form) -> Template:
    context = {"form": form, "desk_phone": await desk_phone(request)}
    return Template("joining/code.html", context=context, status_code=200 if form.ok else REFUSED)


@get(SENT, name="join.sent", opt=act("member.join"))
async def sent_page(request: AnyRequest) -> Template:
    """Say what happens now."""
    return Template("joining/sent.html", context={"desk_phone": await desk_phone(request)})


@get(INVITED, name="join.invited", opt=act("invitation.use"))
async def invited_page(request: AnyRequest) -> Template:
    """Ask for the code of an invitation; with a code that works, ask whether to join."""
    code = request.query_params.get("code", "").strip()
    form = Form.of({"code": code, "language": current_language()})
    found = await _invitation(form) if code else None
    return await _invited_page(request, form, found)


@post(INVITED, opt=act("invitation.use"), status_code=303)
async def come_in(request: AnyRequest) -> Redirect | Template:
    """Come in with an invitation, and sign in at once."""
    form = await typed(request)
    found = await _invitation(form)
    if found is None:
        return await _invited_page(request, form, None)
    phone = _read_coming_in(form, found)
    if not form.ok:
        return await _invited_page(request, form, found)
    if phone is not None and not await allow(f"numbers at invitation {found.id}", *PER_NUMBER):
        form.refuse("phone", _("Several numbers were tried already. Leave this empty."))
        return await _invited_page(request, form, found, status=SLOWER)
    browser, language = browser_of(request), form.value("language")
    assert is_language(language)  # noqa: S101 (it was just read so)
    with speaking(language):
        words = agreed_words()
    try:
        member = await accept_invitation(
            invitation_digest(form.value("code")),
            language=language,
            words=words,
            phone=phone,
            address=browser.address,
        )
    except InvitationOver:
        form.refuse("code", _over())
        return await _invited_page(request, form, None)
    except PhoneTaken:
        form.refuse("phone", _("This number cannot be used here. Ask the desk, or leave it empty."))
        return await _invited_page(request, form, found)
    begun = await entering.enter(member, How.CODE, browser=browser)
    if form.value("password"):
        try:
            await passwords.set_password(
                form.value("password"),
                old=None,
                session=begun.session,
                person=await person_of(member),
                by=entering.actor_in(member, browser),
            )
        except TooBusy as error:
            raise ServiceUnavailableException(headers={"Retry-After": "5"}) from error
    return noticed(arrived(request, begun, member, "/"), _("Welcome! You are a member now."))


async def _invitation(form: Form) -> Invitation | None:
    """Return the invitation of the typed code; None where it opens none, which the form says."""
    try:
        return await invitation_of_code(invitation_digest(form.value("code")))
    except InvitationOver:
        form.refuse("code", _over())
        return None


def _over() -> str:
    return _("This code opens no invitation: it was used, its time is over, or a sign is wrong.")


def _read_coming_in(form: Form, found: Invitation) -> str | None:
    """Check what the guest typed; return the telephone that they gave, where we have none."""
    if not is_language(form.value("language")):
        form.refuse("language", _("Choose one of the two."))
    phone = None
    if found.phone is None and form.value("phone"):
        phone = e164(form.value("phone"))
        if phone is None:
            form.refuse(
                "phone", _("Type your telephone number, such as 138 1234 5678; with + for abroad.")
            )
    password = form.value("password")
    if password != form.value("again"):
        form.refuse("again", _("The two are not the same. Type the new password twice."))
    elif password:
        weakness = password_weakness(password, Person((found.name,), phone or found.phone or ""))
        if weakness is not None:
            form.refuse("password", password_words(weakness))
    if not form.chosen("agree", "yes"):
        form.refuse("agree", _("Please read this and tick it: without it nobody can join."))
    return phone


async def _invited_page(
    request: AnyRequest, form: Form, found: Invitation | None, *, status: int = 0
) -> Template:
    name = "joining/come_in.html" if found else "joining/invited.html"
    context = {
        "form": form,
        "invitation": found,
        "home": await community.community(found.community_id) if found else None,
        "languages_offered": [(one, OWN_NAMES[one]) for one in LANGUAGES],
        "rules": [_(sentence) for sentence in RULES],
        "desk_phone": await desk_phone(request),
    }
    return Template(
        name,
        context=context,
        status_code=status or (200 if form.ok else REFUSED),
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )


handlers = [
    join_page,
    join,
    code_page,
    enter_code,
    sent_page,
    invited_page,
    come_in,
]
