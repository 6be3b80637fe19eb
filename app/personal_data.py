"""All that is held of a person, from every corner of the house, to be read and taken away."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
import marketplace
import timebank
from app.audit_words import name_of, sentence
from app.field_words import label, told
from app.i18n import current_language, mark
from app.i18n import gettext as _
from app.messages.words import speak
from app.wording import amount
from community import Actor, AuditEvent, Kept, Record
from ledger import AccountId

LINES_ON_A_PAGE: Final = 20
ENTRIES_AT_A_TIME: Final = 500

SIGN_IN: Final[Sequence[Kept]] = (
    Kept(
        "sessions",
        ("web_session.member_id",),
        """
        SELECT how, begun_at, seen_at, ends_at, second_factor_at, host(address) AS address, device
        FROM me JOIN web_session ON member_id = me.id ORDER BY begun_at
        """,
    ),
    Kept(
        "passwords",
        ("member_password.member_id",),
        "SELECT changed_at FROM me JOIN member_password ON member_id = me.id",
    ),
    Kept(
        "second_factors",
        ("second_factor.member_id", "recovery_code.member_id"),
        """
        SELECT confirmed_at, (SELECT count(*) FROM recovery_code WHERE member_id = me.id)
            AS recovery_codes
        FROM me JOIN second_factor ON member_id = me.id
        """,
    ),
    Kept(
        "sign_in_codes",
        ("one_time_code.member_id",),
        "SELECT kind, ends_at FROM me JOIN one_time_code ON member_id = me.id ORDER BY ends_at",
    ),
    Kept(
        "cards",
        ("sign_in_card.member_id",),
        """
        SELECT number AS card_number, issued_at, revoked_at FROM me
        JOIN sign_in_card ON member_id = me.id ORDER BY issued_at
        """,
    ),
    Kept(
        "message_choices",
        ("message_preference.member_id",),
        """
        SELECT ways, quiet_from, quiet_until, daily, changed_at FROM me
        JOIN message_preference ON member_id = me.id
        """,
    ),
    Kept(
        "devices",
        ("push_device.member_id",),
        "SELECT name, made_at FROM me JOIN push_device ON member_id = me.id ORDER BY made_at",
    ),
    Kept(
        "deliveries",
        ("message_delivery.member_id",),
        """
        SELECT way, state, made_at, ended_at, trouble FROM me
        JOIN message_delivery ON member_id = me.id ORDER BY made_at
        """,
    ),
)
"""What the web shell keeps of a member, in the order in which a page tells it."""

KINDS: Final[Sequence[Kept]] = (
    *community.REGISTER,
    *timebank.KEPT,
    *marketplace.KEPT,
    *SIGN_IN,
)

# Each section of the page: its heading, and the kinds of record under it.
SECTIONS: Final = (
    (mark("Who you are"), ("register", "housemates", "roles", "organisations")),
    (mark("Family and people who act for you"), (
        "kin", "delegates", "acting_for", "consents", "consents_witnessed",
        "words_given",
    )),
    (mark("Your visits"), (
        "visits_received", "visits_given", "visit_steps", "quarters", "repeats",
        "repeats_of_others", "safety", "ratings", "photos",
    )),
    (mark("Your calls at the desk"), ("calls", "matters", "prompts")),
    (mark("You as a volunteer"), (
        "volunteering", "volunteer_times", "certificates", "calendar_feeds", "suggested",
    )),
    (mark("Your classes and teams"), ("classes", "sessions_given", "sign_ups", "teams")),
    (mark("Your hours and money"), (
        "passbook", "earned", "moves", "gifts_given", "gifts_received", "donations", "grants",
        "estate", "needs", "contributions", "pledges", "treasury_entries",
    )),
    (mark("Your projects and votes"), (
        "needs_raised", "needs_seconded", "need_reports", "need_merges",
        "screenings", "screening_appeals", "arguments", "argument_marks", "argument_reports",
        "moderated", "neighbourly_consent",
        "plan_versions", "plan_files", "calls_opened", "offers_to_undertake", "undertakings",
        "amendments", "amendments_supported", "proposals", "voter_rolls", "ballots_at_desk",
        "paper_ballots", "paper_work", "rounds_opened", "elections_uploaded",
        "round_changes",
    )),
    (mark("Your work on projects"), (
        "drives_led", "deliveries_moved", "milestones_reported", "project_news", "project_photos",
        "money_asked_for", "money_decided",
        "evaluation_ratings", "evaluation_invitations", "inspections", "evaluation_replies",
        "comment_reports",
    )),
    (mark("Your help for projects"), (
        "work_turns", "work_offered", "project_changes", "change_objections",
    )),
    (mark("Meetings and councils"), (
        "council_seats", "councils_entered", "meetings_run", "meeting_answers",
        "meetings_attended", "agenda_items", "minutes_written", "meeting_votes",
        "meeting_decisions_entered",
    )),
    (mark("Finished projects that you look after"), (
        "covenants_written", "covenants_signed", "custodian_terms", "checks_done",
        "attention_raised", "attention_answered",
    )),
    (mark("Messages to you"), ("messages", "message_choices", "devices", "deliveries")),
    (mark("How you sign in"), (
        "sessions", "passwords", "second_factors", "sign_in_codes", "cards",
    )),
    (mark("How you came to us"), (
        "applications", "invitations", "roster_rows", "not_duplicates", "erasures",
    )),
    (mark("What was written down about you"), ("trail",)),
)  # fmt: skip

TITLES: Final = {
    "register": mark("The register"),
    "housemates": mark("Who lives with you"),
    "roles": mark("What you are here"),
    "organisations": mark("Your groups"),
    "kin": mark("Your family"),
    "delegates": mark("Who may act for you"),
    "acting_for": mark("For whom you may act"),
    "consents": mark("What you agreed to"),
    "consents_witnessed": mark("What others agreed to before you"),
    "words_given": mark("What was said on the telephone"),
    "visits_received": mark("Visits to you"),
    "visits_given": mark("Visits by you"),
    "visit_steps": mark("What you did about visits"),
    "quarters": mark("Times you have promised"),
    "repeats": mark("What you ask for regularly"),
    "repeats_of_others": mark("What others ask for regularly, with you"),
    "moves": mark("Moving between communities"),
    "classes": mark("Classes that you lead or began"),
    "sessions_given": mark("Sessions of classes that you gave"),
    "sign_ups": mark("Sessions that you or you for others signed up for"),
    "teams": mark("Your teams"),
    "earned": mark("What you saved, by day"),
    "safety": mark("Safety notes"),
    "ratings": mark("How visits were"),
    "photos": mark("Photographs of visits"),
    "calls": mark("Calls"),
    "matters": mark("What was handed over to a coordinator"),
    "prompts": mark("Reminders that you declined"),
    "volunteering": mark("What you like to give"),
    "volunteer_times": mark("When you are free"),
    "certificates": mark("Your certificates"),
    "suggested": mark("Visits that you were proposed for, and what you decided of proposals"),
    "calendar_feeds": mark("The address of your calendar"),
    "gifts_given": mark("Gifts that you gave"),
    "gifts_received": mark("Gifts to you"),
    "donations": mark("Your donations"),
    "grants": mark("Hours proposed for you"),
    "estate": mark("Hours that you left behind"),
    "needs": mark("Your needs on record"),
    "passbook": mark("Passbook"),
    "needs_raised": mark("Needs that you raised"),
    "screenings": mark("Needs that you screened"),
    "screening_appeals": mark("Appeals about needs"),
    "arguments": mark("What you said about needs"),
    "argument_marks": mark("Words that you found helpful"),
    "argument_reports": mark("Words that you reported, or asked to look at again"),
    "moderated": mark("What you decided about words"),
    "neighbourly_consent": mark("That you keep to the neighbourly rules"),
    "plan_versions": mark("Plans that you wrote"),
    "plan_files": mark("Files that you added to plans"),
    "calls_opened": mark("Calls for undertakers that you opened"),
    "offers_to_undertake": mark("Your offers to carry out a plan"),
    "undertakings": mark("Plans that you carry out, or whose undertaker you chose"),
    "amendments": mark("Changes that you proposed to plans, or answered"),
    "amendments_supported": mark("Changes of plans that you support"),
    "need_merges": mark("Needs that were to become one with another"),
    "needs_seconded": mark("Needs that you stand behind"),
    "need_reports": mark("Needs that you reported"),
    "contributions": mark("Money that you gave, or entered for others"),
    "pledges": mark("Hours that you pledged"),
    "drives_led": mark("Drives that you opened or ended"),
    "treasury_entries": mark("What you entered as the treasurer"),
    "deliveries_moved": mark("Projects that you began, finished or stopped"),
    "milestones_reported": mark("Milestones that you reported"),
    "project_news": mark("News of projects that you wrote"),
    "project_photos": mark("Photographs of projects that you added"),
    "money_asked_for": mark("Money for projects that you asked for"),
    "money_decided": mark("Requests for money that you decided"),
    "proposals": mark("What you proposed"),
    "ballots_at_desk": mark("When and how you came to the desk to vote, while you voted there"),
    "voter_rolls": mark("Whether you voted; nobody knows how"),
    "paper_ballots": mark("Rounds in which you were given a paper ballot; nobody knows which"),
    "paper_work": mark("What you did with paper ballots for the community"),
    "rounds_opened": mark("Rounds that you opened"),
    "elections_uploaded": mark("Elections whose file you handed in"),
    "round_changes": mark("Changes to open ballots that you announced"),
    "work_turns": mark("Help for projects: yours, and what you wrote down of others"),
    "work_offered": mark("Help for projects that you looked for, and hours that you gave them"),
    "project_changes": mark("Changes of projects that you asked for or decided"),
    "change_objections": mark("What you had against changes of projects"),
    "council_seats": mark("Seats on councils"),
    "councils_entered": mark("Councils entered"),
    "meetings_run": mark("Meetings run"),
    "meeting_answers": mark("Answers to meetings"),
    "meetings_attended": mark("Meetings attended"),
    "agenda_items": mark("Items for meetings"),
    "minutes_written": mark("Minutes and remarks"),
    "meeting_votes": mark("Votes at meetings"),
    "meeting_decisions_entered": mark("Decisions of meetings entered"),
    "evaluation_ratings": mark("How you rated projects"),
    "evaluation_invitations": mark("Projects that you were asked to rate"),
    "inspections": mark("Projects that you inspected"),
    "evaluation_replies": mark("What you replied and summed up"),
    "comment_reports": mark("Comments that you reported or ruled on"),
    "covenants_written": mark("Covenants that you wrote"),
    "covenants_signed": mark("Covenants that you signed"),
    "custodian_terms": mark("Projects that you look after, or asked others to"),
    "checks_done": mark("Checks that are yours, or that you did"),
    "attention_raised": mark("What you said is broken"),
    "attention_answered": mark("What you answered or mended"),
    "messages": mark("Messages"),
    "message_choices": mark("How you wish to be told"),
    "devices": mark("Devices for messages"),
    "deliveries": mark("Messages sent outside"),
    "sessions": mark("Where you are signed in"),
    "passwords": mark("Your password"),
    "second_factors": mark("Your second factor"),
    "sign_in_codes": mark("Codes for signing in"),
    "cards": mark("Your card"),
    "applications": mark("Your application"),
    "invitations": mark("Your invitation"),
    "roster_rows": mark("You on an uploaded roster"),
    "not_duplicates": mark("With whom you are not confused"),
    "erasures": mark("Your wish to be erased"),
    "trail": mark("The audit trail"),
}


Facts = tuple[tuple[str, str], ...]
"""A record in words: each field and its value."""

_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})
_AMOUNTS: Final = ("change", "balance")
_TOLD_OTHERWISE: Final = ("name_zh", "name_en", "act", "fill", "link")


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of record on the page: its newest few, and how many there are in all."""

    title: str
    records: tuple[Facts, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page with its heading."""

    title: str
    parts: tuple[Part, ...]


async def gathered(by: Actor) -> dict[str, list[Record]]:
    """Return everything that is held of whoever asks, by kind; other people by name alone."""
    who = await community.memberships(by.member_id, community_id=by.community_id)
    held = await community.read_kept(KINDS, who)
    return {
        **held,
        "passbook": [line for one in who for line in await _passbook(one, by.community_id)],
        "trail": await _trail(who),
    }


async def _passbook(owner: UUID, community_id: UUID) -> list[Record]:
    """Return every line of every account that a member owns, oldest first."""
    book = ledger.CommunityId(community_id)
    lines: list[Record] = []
    for account in await ledger.accounts_of(owner, community_id=book):
        found: list[Record] = []
        page = None
        while True:
            statement = await ledger.statement(
                AccountId(account.id), page=page, size=ENTRIES_AT_A_TIME
            )
            found += [
                {
                    "at": entry.transfer.effective_at,
                    "event": entry.transfer.event.kind,
                    "change": entry.change,
                    "balance": entry.posted,
                    "unit": account.unit,
                    "note": entry.transfer.note,
                }
                for entry in statement.entries
            ]
            page = statement.older
            if page is None:
                break
        lines += reversed(found)
    return lines


async def _trail(who: Sequence[UUID]) -> list[Record]:
    """Return the events that somebody did, that were done for them, or that are about them."""
    events = await community.own_trail(who)
    names = await community.trail_names(events)
    return [_told(event, names, set(who)) for event in events]


def _told(event: AuditEvent, names: dict[UUID, str], me: set[UUID]) -> Record:
    told: Record = {
        "at": event.at,
        "act": event.act,
        "sentence": sentence(event, names),
        "actor": name_of(event.actor, names),
        "on_behalf_of": name_of(event.on_behalf_of, names) if event.on_behalf_of else None,
        "details": dict(event.details),
    }
    if event.subject_id in me:
        told |= {"before": event.before, "after": event.after}
    if event.actor in me:
        told["address"] = event.address  # where others were is theirs
    return told


def sections(held: dict[str, list[Record]], zone: ZoneInfo) -> Iterator[Section]:
    """Yield the page's sections; a kind of which nothing is held is left out."""
    for title, names in SECTIONS:
        parts = tuple(
            Part(
                _(TITLES[name]),
                tuple(_facts(one, zone) for one in held[name][-LINES_ON_A_PAGE:][::-1]),
                len(held[name]),
            )
            for name in names
            if held.get(name)
        )
        if parts:
            yield Section(_(title), parts)


def _facts(record: Record, zone: ZoneInfo) -> Facts:
    """Return a record as its page tells it: fields with something in them, in words."""
    if "fill" in record:
        record = {**_message(record, zone), **record}
    shown = {name: value for name, value in record.items() if value not in _NOTHING}
    unit = shown.pop("unit", "MINUTE")
    spoken = "name_zh" if current_language() == "zh" else "name_en"
    if spoken in shown:
        shown = {"care_service": shown[spoken], **shown}
    return tuple(
        (label(name), amount(value, unit) if name in _AMOUNTS else told(name, value, zone))
        for name, value in shown.items()
        if name not in _TOLD_OTHERWISE and not (name == "kind" and "fill" in record)
    )


def _message(record: Record, zone: ZoneInfo) -> Record:
    """Return a message in the words in which its inbox says it."""
    spoken = speak(record["kind"], record["fill"], language=current_language(), zone=zone)
    return {"title": spoken.title, "sentence": spoken.sentence}


def as_json(held: dict[str, list[Record]], *, home: community.Community) -> bytes:
    """Return everything as JSON (RFC 8259); moments are ISO 8601 in the community's time zone."""
    zone = ZoneInfo(home.time_zone)
    whole = {
        "written_at": datetime.now(UTC).astimezone(zone).isoformat(timespec="seconds"),
        "community": home.name,
        "units": {"minutes": "whole minutes", "CNY": "fen, hundredths of a yuan"},
        "held": held,
    }

    def plain(value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(zone).isoformat()
        return value.isoformat() if hasattr(value, "isoformat") else str(value)

    return json.dumps(whole, ensure_ascii=False, indent=2, default=plain).encode()
