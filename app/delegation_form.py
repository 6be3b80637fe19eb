"""The form that lets somebody act for a member: what it offers, and what it reads back.

It has two steps. The first says who, what and until when. The second shows the sentence that is
agreed to, made from the first; whoever goes on has read it, or read it out and heard a yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from app.days import last_moment
from app.delegation_words import (
    ACT_HINTS,
    ACTS,
    CHANNELS,
    RECORDS,
    consent_sentence,
    named_with_phone,
)
from app.forms import Form
from app.i18n import LANGUAGES, OWN_NAMES, Language, is_language, ngettext
from app.i18n import gettext as _
from app.person_field import ANOTHER, read_person
from app.wording import printed_day
from community import Actor, Agreement, Channel, DelegatedAct, Member, Terms

MONTHS_OFFERED: Final = (1, 6, 12)
STAFF_OFFERED: Final = 50
CARRIED: Final = (
    "key", "person", "name", "phone", "acts", "until", "channel", "language", "witness", "given_at",
)  # fmt: skip
"""The answers of the first step, which the second carries along."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A delegation that is about to be agreed to: the two people, its terms, and the sentence."""

    member: Member
    delegate: Member
    terms: Terms
    agreed: Agreement
    last_day: date


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form offers: people to choose, acts, last days; for the desk also who heard it."""

    people: list[tuple[str, str, str]]
    acts: list[tuple[str, str, str]]
    days: list[tuple[str, str, str]]
    channels: list[tuple[str, str]]
    witnesses: list[tuple[str, str]]
    languages: list[tuple[str, str]]


async def offered(member: Member, by: Actor, zone: ZoneInfo) -> Offered:
    """Return what can be answered for this member; the witnesses only for the desk."""
    kin = await community.kin_of(member.id, by)
    others = {one.other(member.id) for one in kin}
    names = await community.named_members(others, community_id=member.community_id)
    people = [(str(one), names[one], "") for one in sorted(others, key=lambda one: names[one])]
    if people:
        people.append((ANOTHER, _("Somebody else"), _("Type the name and the number below.")))
    desk = by.member_id != member.id
    return Offered(
        people,
        [(act.value, _(words), _(ACT_HINTS[act])) for act, words in ACTS.items()],
        await _days(member.community_id, zone),
        [(one.value, _(words)) for one, words in CHANNELS.items() if one is not Channel.ONLINE],
        await _witnesses(member, by) if desk else [],
        [(one, OWN_NAMES[one]) for one in LANGUAGES],
    )


async def read(form: Form, member: Member, by: Actor, zone: ZoneInfo) -> Draft | None:
    """Return what the form says, None with every wrong answer refused.

    What the community's rules refuse beyond that, the verb says.
    """
    offered_kin = {one.other(member.id) for one in await community.kin_of(member.id, by)}
    delegate = await read_person(form, offered_kin, community_id=member.community_id)
    acts = frozenset(act for act in DelegatedAct if form.chosen("acts", act.value))
    if not acts:
        form.refuse("acts", _("Choose at least one thing that they may do."))
    until = last_moment(form, "until", zone)
    if until is None:
        form.refuse("until", _("Choose until when."))
    heard = _heard(form, zone) if by.member_id != member.id else _online(form)
    if delegate is None or until is None or heard is None or not form.ok:
        return None
    terms = Terms(member.id, delegate.id, acts, until)
    phone = await community.phone_of(delegate.id, community_id=member.community_id)
    language = heard.language if is_language(heard.language) else "zh"
    last_day = date.fromisoformat(form.value("until"))
    words = consent_sentence(
        member=member.name,
        delegate=named_with_phone(delegate.name, phone, language),
        acts=acts,
        last_day=last_day,
        language=language,
    )
    agreed = Agreement(words, language, heard.channel, heard.witness_id, heard.given_at)
    return Draft(member, delegate, terms, agreed, last_day)


def carried(form: Form) -> list[tuple[str, str]]:
    """Return the answers of the first step as hidden fields of the second."""
    return [(name, value) for name in CARRIED for value in form.values.get(name, ()) if value]


def first_answers(language: Language, key: UUID, member: Member, by: Actor) -> Mapping[str, object]:
    """Return what the form holds when it is first shown."""
    spoken = language if by.member_id == member.id else member.language
    return {"key": str(key), "language": spoken, "witness": str(by.member_id)}


@dataclass(frozen=True, slots=True)
class _Heard:
    channel: Channel
    language: str
    witness_id: UUID | None
    given_at: datetime | None


def _online(form: Form) -> _Heard | None:
    language = form.value("language")
    if not is_language(language):
        form.refuse("language", _("Choose one of the two."))
        return None
    return _Heard(Channel.ONLINE, language, None, None)


def _heard(form: Form, zone: ZoneInfo) -> _Heard | None:
    """Return how the desk was told, None with what is wrong refused."""
    channels = {one.value: one for one in Channel if one is not Channel.ONLINE}
    channel = channels.get(form.value("channel"))
    if channel is None:
        form.refuse("channel", _("Choose how they said it to you."))
    language = form.value("language")
    if not is_language(language):
        form.refuse("language", _("Choose one of the two."))
    try:
        witness = UUID(form.value("witness"))
    except ValueError:
        form.refuse("witness", _("Choose who heard it."))
        return None
    given_at = _given_at(form, zone)
    return _Heard(channel, language, witness, given_at) if channel and form.ok else None


def _given_at(form: Form, zone: ZoneInfo) -> datetime | None:
    """Return when it was said or signed: now, or noon of the earlier day that was typed."""
    end = last_moment(form, "given_at", zone)
    if end is None:
        return None
    day, today = date.fromisoformat(form.value("given_at")), datetime.now(UTC).astimezone(zone)
    if day > today.date():
        form.refuse("given_at", _("That day has not come yet."))
    return None if day >= today.date() else datetime(day.year, day.month, day.day, 12, tzinfo=zone)


async def _days(community_id: UUID, zone: ZoneInfo) -> list[tuple[str, str, str]]:
    """Return last days to choose from, up to the longest that the community's policy allows."""
    today = datetime.now(UTC).astimezone(zone).date()
    longest = await community.delegation_years_max(community_id)
    lengths = sorted({*MONTHS_OFFERED, 12 * longest})
    days = [(months, _months_after(today, months)) for months in lengths]
    return [
        (day.isoformat(), _length(months), _("until %(day)s") % {"day": printed_day(day)})
        for months, day in days
    ]


def _months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, day.day - 4, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(f"{months} months after {day} is no day")


def _length(months: int) -> str:
    if months % 12:
        return ngettext("%(num)s month", "%(num)s months", months) % {"num": months}
    return ngettext("%(num)s year", "%(num)s years", months // 12) % {"num": months // 12}


async def _witnesses(member: Member, by: Actor) -> list[tuple[str, str]]:
    """Return who may have heard it: whoever records it first, then their colleagues."""
    found: dict[UUID, str] = {}
    for role in RECORDS:
        for one in await community.some_members(member.community_id, role=role, size=STAFF_OFFERED):
            found[one.id] = one.name
    me = await community.member(by.member_id)
    found.pop(member.id, None)
    colleagues = sorted((name, one) for one, name in found.items() if one != me.id)
    return [
        (str(me.id), _("%(name)s (you)") % {"name": me.name}),
        *((str(one), name) for name, one in colleagues),
    ]
