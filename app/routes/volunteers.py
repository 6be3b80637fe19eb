"""The desk's pages of volunteers: who asks to help, who helps, their certificates, a guardian."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

import community
import timebank
from app import certificate_form, times_form
from app.acts import ACTS, act
from app.care_words import SPEECHES, STANDINGS, WEEKDAYS, kind_name, refusal_words, wrong_field
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.kin_field import read_relative
from app.neighbourhood import acting
from app.notices import noticed
from app.routes.typed import key_of, typed
from community import Actor, CommunityError, Member, Role
from timebank import TimebankError, care
from timebank.care import Times, Volunteer, VolunteerStanding

AnyRequest = Request[Any, Any, Any]
REFUSED = 422
PLACE = "/desk/volunteers"
OF_AGE = 18


@get("/desk/volunteers", name="volunteers", opt=act("volunteer.read"))
async def volunteers(request: AnyRequest) -> Template:
    """Show the desk its volunteers by where they stand, and certificates that wait."""
    by = await acting(request)
    asked = request.query_params.get("standing", "")
    counts = await care.count_volunteers(by.community_id)
    first = (
        VolunteerStanding.APPLIED if counts[VolunteerStanding.APPLIED] else VolunteerStanding.ACTIVE
    )
    standing = VolunteerStanding(asked) if asked in set(VolunteerStanding) else first
    pages = max(1, -(-counts[standing] // care.VOLUNTEERS_ON_A_PAGE))
    page = min(max(1, times_form.whole(request.query_params.get("page", "")) or 1), pages)
    context = {
        "standing": standing,
        "standings": [(one, _(words), counts[one]) for one, words in STANDINGS.items()],
        "found": await care.volunteers_listed(by.community_id, standing, page=page),
        "claims": [
            (one, kind_name(one.certificate.kind))
            for one in await care.claims_waiting(by.community_id)
        ],
        "page": page,
        "pages": pages,
    }
    return Template("care/volunteers.html", context=context)


@get("/desk/volunteers/{member_id:uuid}", name="volunteer", opt=act("volunteer.read"))
async def volunteer(request: AnyRequest, member_id: FromPath[UUID]) -> Template:
    """Show the desk a volunteer with all that they said, and what can be decided."""
    return await _page(await acting(request), member_id, Form())


@post(
    "/desk/volunteers/{member_id:uuid}/approve",
    name="volunteer.approve",
    opt=act("volunteer.vet"),
    status_code=303,
)
async def approve(request: AnyRequest, member_id: FromPath[UUID]) -> Redirect:
    """Let somebody help, or go on after a pause."""
    by = await acting(request)
    answer = Redirect(f"{PLACE}/{member_id}", status_code=303)
    try:
        found = await care.approve_volunteer(member_id, by=by)
    except care.UnknownVolunteer as error:
        raise NotFoundException from error
    except TimebankError as refusal:
        return noticed(answer, refusal_words(refusal), "wrong")
    except CommunityError:
        told = _("You cannot make this member a volunteer. An administrator can, under roles.")
        return noticed(answer, told, "wrong")
    return noticed(answer, _("%(name)s can accept visits now.") % {"name": found.name})


@post(
    "/desk/volunteers/{member_id:uuid}/decline",
    name="volunteer.decline",
    opt=act("volunteer.vet"),
    status_code=303,
)
async def decline(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Turn down somebody who asked to help, with the reason."""
    by, form = await acting(request), await typed(request)
    verb = care.decline_volunteer(member_id, why=form.value("why"), by=by)
    return await _decided(verb, by, member_id, form, _("They are told, with your reason."))


@post(
    "/desk/volunteers/{member_id:uuid}/pause",
    name="volunteer.pause",
    opt=act("volunteer.vet"),
    status_code=303,
)
async def pause(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Let a volunteer accept no more visits for now, with the reason."""
    by, form = await acting(request), await typed(request)
    verb = care.pause_volunteer(member_id, why=form.value("why"), by=by)
    told = _("They accept no visits for now, and are told. Visits that are booked stay.")
    return await _decided(verb, by, member_id, form, told)


@post(
    "/desk/volunteers/{member_id:uuid}/guardian",
    name="volunteer.guardian",
    opt=act("volunteer.vet"),
    status_code=303,
)
async def guardian(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Put on record who goes along with a volunteer under age."""
    by, form = await acting(request), await typed(request)
    found, candidates = await read_relative(form, await community.member(member_id))
    if found is None:
        return await _page(by, member_id, form, candidates)
    evidence = form.value("evidence")
    verb = care.set_guardian(member_id, found.id, evidence=evidence, by=by)
    told = _("%(name)s is on record as their guardian.") % {"name": found.name}
    return await _decided(verb, by, member_id, form, told)


@post(
    "/desk/volunteers/{member_id:uuid}/certificates",
    name="volunteer.certificate.enter",
    opt=act("volunteer.vet"),
    status_code=303,
)
async def enter(request: AnyRequest, member_id: FromPath[UUID]) -> Template | Redirect:
    """Enter a certificate for a member who shows it at the desk."""
    by, form = await acting(request), await typed(request)
    given = certificate_form.read(form, key_of(form))
    if given is None:
        return await _page(by, member_id, form)
    try:
        await care.claim_certificate(given, of=member_id, by=by)
    except TimebankError as refusal:
        certificate_form.refuse(form, refusal)
        return await _page(by, member_id, form)
    answer = Redirect(f"{PLACE}/{member_id}", status_code=303)
    return noticed(answer, _("It is entered. Now say what you saw, and it counts."))


@post(
    "/desk/volunteers/{member_id:uuid}/certificates/{certificate_id:uuid}/verify",
    name="volunteer.certificate.verify",
    opt=act("volunteer.vet"),
    status_code=303,
)
async def verify(
    request: AnyRequest, member_id: FromPath[UUID], certificate_id: FromPath[UUID]
) -> Template | Redirect:
    """Say that one has seen a certificate, and what."""
    by, form = await acting(request), await typed(request)
    evidence = form.value(f"evidence-{certificate_id}")
    verb = care.verify_certificate(certificate_id, of=member_id, evidence=evidence, by=by)
    told = _("The certificate counts from now on.")
    return await _decided(verb, by, member_id, form, told, certificate_id)


@post(
    "/desk/volunteers/{member_id:uuid}/certificates/{certificate_id:uuid}/end",
    name="volunteer.certificate.end",
    opt=act("volunteer.vet"),
    status_code=303,
)
async def end(
    request: AnyRequest, member_id: FromPath[UUID], certificate_id: FromPath[UUID]
) -> Template | Redirect:
    """Decline a certificate, or take away one that counted, with the reason."""
    by, form = await acting(request), await typed(request)
    why = form.value(f"why-{certificate_id}")
    verb = care.end_certificate(certificate_id, of=member_id, why=why, by=by)
    told = _(
        "The certificate does not count, and they are told. See whether visits that they promised"
        " need it."
    )
    return await _decided(verb, by, member_id, form, told, certificate_id)


async def _decided(  # noqa: PLR0917 (what was done, about whom, and the words of both)
    verb: Any, by: Actor, member_id: UUID, form: Form, told: str, certificate: UUID | None = None
) -> Template | Redirect:
    """Do what was decided; a refusal stands at its field, or above the page."""
    answer = Redirect(f"{PLACE}/{member_id}", status_code=303)
    try:
        await verb
    except (care.UnknownVolunteer, care.UnknownCertificate) as error:
        raise NotFoundException from error
    except TimebankError as refusal:
        field = wrong_field(refusal)
        if field is None:
            return noticed(answer, refusal_words(refusal), "wrong")
        name, words = field
        form.refuse(f"{name}-{certificate}" if certificate else name, words)
        return await _page(by, member_id, form)
    return noticed(answer, told)


async def _page(
    by: Actor,
    member_id: UUID,
    form: Form,
    candidates: list[tuple[str, str, str]] | None = None,
) -> Template:
    member = await community.member(member_id)
    found = await care.find_volunteer(member_id, community_id=by.community_id)
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    today = datetime.now(UTC).astimezone(zone).date()
    certificates = await care.certificates_of(member_id, community_id=by.community_id)
    known = await community.details_of(member_id, community_id=by.community_id)
    age = care.age_on(known.birth_date, today) if known.birth_date else None
    helps = Role.VOLUNTEER in member.roles
    context = {
        "member": member,
        "volunteer": found,
        "helps": helps,
        "standing": found.standing if found else VolunteerStanding.ACTIVE,
        "vets": bool(ACTS["volunteer.vet"].reach(by.roles)) and by.member_id != member_id,
        "form": form if form.value("key") else _keyed(form),
        "candidates": candidates or [],
        "young": age is not None and age < OF_AGE,
        "age": age,
        "facts": await _facts(found, member, by),
        "times": _week(await care.times_of(member_id, since=today)),
        "lines": certificate_form.lines(certificates, today),
        "kinds": await certificate_form.kinds(by.community_id),
        "honour": await care.honour_of(member_id, community_id=by.community_id),
        "zone": zone,
    }
    status = 200 if form.ok else REFUSED
    return Template("care/volunteer.html", context=context, status_code=status)


def _keyed(form: Form) -> Form:
    """Return the form with an id for the certificate that may be entered on the page."""
    return Form({**form.values, **certificate_form.fresh().values}, form.errors)


async def _facts(found: Volunteer | None, member: Member, by: Actor) -> list[tuple[str, str]]:
    """Return what a volunteer said of themselves, in words."""
    if found is None:
        return []
    services = await timebank.care_services(by.community_id, retired=True)
    skills = [one.name(current_language()) for one in services if one.id in found.profile.skills]
    places = [
        one.name for one in await community.grids(by.community_id) if one.id in found.profile.grids
    ]
    languages = [_(words) for one, words in SPEECHES.items() if one in found.profile.languages]
    people = {one for one in (found.guardian_id, found.decided_by) if one is not None}
    names = await community.named_members(people, community_id=member.community_id)
    facts = [
        (_("Likes to give"), _(", ").join(skills) or _("anything")),
        (_("Goes to"), _(", ").join(places) or _("anywhere here")),
        (_("Speaks"), _(", ").join(languages)),
        (_("In their own words"), found.profile.words or "–"),
    ]
    if found.guardian_id is not None:
        told = f"{names.get(found.guardian_id, '')} · {found.guardian_evidence}"
        facts.append((_("Guardian"), told))
    if found.why:
        facts.append((_("The desk's reason"), found.why))
    return facts


def _week(times: Times) -> list[tuple[str, str]]:
    """Return a volunteer's usual week, a day and its hours each; days without are left out."""
    week = []
    for number, words in enumerate(WEEKDAYS, start=1):
        hours = [
            _("%(first)s to %(last)s")
            % {
                "first": times_form.clock_words(one.from_minute),
                "last": times_form.clock_words(one.until_minute),
            }
            for one in times.weekly
            if one.weekday == number
        ]
        if hours:
            week.append((_(words), _(", ").join(hours)))
    return week


handlers = [volunteers, volunteer, approve, decline, pause, guardian, enter, verify, end]
