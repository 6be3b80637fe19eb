"""What is kept, in words for people: the name of each field, and its value as a person says it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.field_values import WORDS
from app.i18n import gettext as _
from app.i18n import mark
from app.wording import duration, money, number, printed_day, spoken_time

LABELS: Final[Mapping[str, str]] = {
    "about": mark("In your own words"),
    "accepted_at": mark("Accepted"),
    "act": mark("What was done"),
    "actor": mark("By"),
    "actors": mark("Done by"),
    "acts": mark("What for"),
    "address": mark("Address"),
    "after": mark("After"),
    "applied_at": mark("Asked to join"),
    "area": mark("Area"),
    "asked_at": mark("Asked"),
    "at": mark("When"),
    "attended_at": mark("Came"),
    "away": mark("Away"),
    "balance": mark("Balance after it"),
    "ballot_hash": mark("Fingerprint of the frozen ballot"),
    "before": mark("Before"),
    "begun_at": mark("Begun"),
    "birth_date": mark("Birth date"),
    "call": mark("Call"),
    "caller": mark("Caller"),
    "came": mark("How many came"),
    "card": mark("Card"),
    "card_number": mark("Number of the card"),
    "cards": mark("Cards"),
    "care_service": mark("Help"),
    "carried_out_at": mark("Carried out"),
    "category": mark("Kind of project"),
    "certificate": mark("Certificate"),
    "change": mark("Came in or went out"),
    "changed_at": mark("Changed on"),
    "channel": mark("How"),
    "checked": mark("How it was made sure"),
    "checked_in_at": mark("Checked in"),
    "checked_out_at": mark("Checked out"),
    "claimed_at": mark("Entered"),
    "closed_at": mark("Closed on"),
    "closes": mark("Closes"),
    "code": mark("Short name"),
    "columns": mark("Columns"),
    "confirmed_at": mark("Confirmed"),
    "consent": mark("Resting on the consent"),
    "contact_name": mark("Whom to call"),
    "contact_phone": mark("Their telephone"),
    "cost_fen": mark("Cost"),
    "created_at": mark("When"),
    "credit_per_hour": mark("Minutes that pass for an hour"),
    "daily": mark("Once a day"),
    "day": mark("Day"),
    "decided_at": mark("Decided"),
    "decision": mark("Decision"),
    "declined_at": mark("Declined"),
    "delegate": mark("Who may act"),
    "delegation": mark("Delegation"),
    "delegations": mark("Delegations"),
    "details": mark("Details"),
    "device": mark("Device"),
    "disability": mark("Needs help in daily life"),
    "donated_at": mark("Donated"),
    "donation": mark("Donation"),
    "done": mark("What was done"),
    "elder": mark("To whom"),
    "email": mark("E-mail"),
    "ended": mark("How many ended"),
    "ended_at": mark("Ended"),
    "ended_why": mark("Why it ended"),
    "ends_at": mark("Ends"),
    "entered_at": mark("Entered"),
    "estate": mark("Left by"),
    "event": mark("What"),
    "evidence": mark("Document seen"),
    "expires_on": mark("Good until"),
    "fields": mark("Fields"),
    "file": mark("File"),
    "file_name": mark("File"),
    "fill": mark("What it says"),
    "first": mark("For the first time"),
    "first_day": mark("First day"),
    "former_membership": mark("A former membership"),
    "from": mark("From where"),
    "from_community": mark("From"),
    "from_minute": mark("From, in minutes after midnight"),
    "gave_up_at": mark("Place given up"),
    "gift_minutes": mark("Gifts"),
    "given_at": mark("Agreed"),
    "given_by": mark("Said by"),
    "giver": mark("From"),
    "grid": mark("Grid"),
    "grid_id": mark("Grid"),
    "grids": mark("Goes to"),
    "group": mark("For several at once"),
    "groups": mark("Projects that exclude one another"),
    "guardian": mark("Guardian"),
    "guardian_evidence": mark("What was seen of the guardian"),
    "handed_at": mark("Handed over"),
    "hardship": mark("Special hardship"),
    "holds_from": mark("Holds from"),
    "honours_public": mark("Named on the page of honours"),
    "household": mark("Household"),
    "household_address": mark("Address of the household"),
    "how": mark("How"),
    "identity": mark("Identity number"),
    "identity_kept": mark("Identity number kept, sealed"),
    "in_a_row": mark("Failed in a row"),
    "into": mark("Into"),
    "invited_at": mark("Invited"),
    "issued_at": mark("Given out"),
    "issued_on": mark("Given out on"),
    "joined_at": mark("Joined"),
    "kind": mark("Kind"),
    "kinship": mark("Family tie"),
    "kinships": mark("Family ties"),
    "language": mark("Language"),
    "languages": mark("Languages"),
    "lapses_at": mark("Waits until"),
    "last_day": mark("Last day"),
    "leader": mark("Led by"),
    "leads": mark("Leads it"),
    "led": mark("Led by somebody"),
    "left_at": mark("Left"),
    "level": mark("Kind of area"),
    "limit_before": mark("Limit before"),
    "limit_minutes": mark("Limit"),
    "lines": mark("Lines"),
    "link": mark("Leads to"),
    "living": mark("Lives"),
    "low_income": mark("Low income"),
    "low_risk": mark("Low risk"),
    "made_at": mark("Made"),
    "member": mark("Member"),
    "members": mark("Members"),
    "memberships": mark("Memberships"),
    "merged": mark("The other membership"),
    "messages": mark("Messages"),
    "minors": mark("Young people may help"),
    "minutes": mark("Length"),
    "minutes_booked": mark("Minutes asked for"),
    "minutes_confirmed": mark("Minutes confirmed"),
    "minutes_each": mark("Minutes for each who gave it"),
    "minutes_held": mark("Minutes it took"),
    "minutes_measured": mark("Minutes measured"),
    "month": mark("Month"),
    "move": mark("Move"),
    "name": mark("Name"),
    "name_en": mark("Name in English"),
    "name_zh": mark("Name in Chinese"),
    "new_grids": mark("New grids"),
    "note": mark("Note"),
    "number": mark("Number"),
    "offered_at": mark("Put forward on"),
    "on_behalf_of": mark("On behalf of"),
    "on_roll": mark("On the voter roll"),
    "opened_at": mark("Opened"),
    "opened_by": mark("Opened by"),
    "opens": mark("Opens"),
    "organisation": mark("Organisation"),
    "other": mark("The other"),
    "outcome": mark("Outcome"),
    "outcome_note": mark("What became of it"),
    "outgoing": mark("Called by the desk"),
    "period": mark("Period"),
    "phone": mark("Phone"),
    "phone_verified_at": mark("Phone checked"),
    "photo": mark("Photograph"),
    "photograph": mark("Photograph"),
    "photos": mark("Photographs"),
    "place": mark("Place"),
    "place_in_list": mark("Place in the list"),
    "placed": mark("With a place"),
    "placed_at": mark("Place given"),
    "post": mark("Post"),
    "posts": mark("Posts"),
    "preferred": mark("Whom you would like to come"),
    "principals": mark("On behalf of"),
    "proposal": mark("Proposal"),
    "proposed_at": mark("Proposed"),
    "purpose": mark("What for"),
    "quiet": mark("Quiet time"),
    "quiet_from": mark("Quiet from, in minutes after midnight"),
    "quiet_until": mark("Quiet until, in minutes after midnight"),
    "quorum": mark("Votes needed for a result"),
    "raised_at": mark("Raised"),
    "rated_at": mark("Rated"),
    "read_at": mark("Read"),
    "reason": mark("Why"),
    "received_at": mark("Taken in"),
    "receiver": mark("To whom"),
    "recorded_at": mark("Written down"),
    "recovery_codes": mark("Unused recovery codes"),
    "registration": mark("Household register"),
    "relative": mark("Relative"),
    "released_at": mark("Let go"),
    "reported_at": mark("Reported"),
    "retired": mark("No longer chosen"),
    "reversed_at": mark("Given back"),
    "reversed_why": mark("Why it was given back"),
    "review_on": mark("To be reviewed by"),
    "revoked_at": mark("Revoked"),
    "revoked_why": mark("Why it was revoked"),
    "role": mark("Role"),
    "roles": mark("Roles"),
    "roster_number": mark("Number on the roster"),
    "round": mark("Round"),
    "said_at": mark("Said"),
    "second_factor_at": mark("Second factor given"),
    "second_factor_wanted": mark("Second factor wanted"),
    "seconded_at": mark("Stood behind it"),
    "seen_at": mark("Last seen"),
    "sentence": mark("What was done"),
    "sessions_ended": mark("Sign-ins ended"),
    "settled_at": mark("Settled"),
    "sha256": mark("Fingerprint of the file"),
    "share_minutes": mark("Minutes given for it"),
    "signed_up_at": mark("Signed up"),
    "since": mark("Since"),
    "skills": mark("Likes to give"),
    "source": mark("Source"),
    "standing": mark("Standing"),
    "stars": mark("Stars"),
    "rule": mark("How often, as a rule (RRULE)"),
    "same_person": mark("Whoever came last is asked first"),
    "skip_holidays": mark("Not on public holidays"),
    "starts_at": mark("Begins"),
    "state": mark("Its state"),
    "story": mark("What is missing"),
    "subjects": mark("Done to"),
    "taken_at": mark("Photographed"),
    "taken_over": mark("Taken over"),
    "terms_hash": mark("Fingerprint of the rules"),
    "text_size": mark("Text size"),
    "time_zone": mark("Time zone"),
    "title": mark("Title"),
    "to": mark("To where"),
    "to_community": mark("To where"),
    "told": mark("Told"),
    "topic": mark("What it is about"),
    "trouble": mark("Trouble"),
    "until": mark("Until"),
    "until_minute": mark("Until, in minutes after midnight"),
    "uploaded_at": mark("Uploaded"),
    "urgent": mark("Urgent"),
    "usual_minutes": mark("Usual length"),
    "verified_at": mark("Verified"),
    "verified_how": mark("How it was verified"),
    "version": mark("Version"),
    "volunteer": mark("By whom"),
    "volunteer_standing": mark("Standing as a volunteer"),
    "voted": mark("Voted"),
    "votes": mark("Ballots"),
    "way": mark("Way"),
    "ways": mark("Ways"),
    "weekday": mark("Day of the week, from Monday"),
    "why": mark("Why"),
    "winners": mark("Projects chosen"),
    "wishes": mark("Wishes"),
    "withdrawn_at": mark("Taken back"),
    "witness": mark("Witness"),
    "words": mark("In these words"),
    "words_en": mark("Words in English"),
    "words_zh": mark("Words in Chinese"),
    "granted": mark("Granted"),
    "saved_at": mark("Saved"),
    "side": mark("Side"),
    "wording": mark("Kind of words"),
    "taken_back_at": mark("Taken back"),
    "marked_at": mark("Marked"),
    "report_reason": mark("Why it was reported"),
    "hidden": mark("Hidden"),
    "agreed_at": mark("Agreed"),
    "appealed_at": mark("Appealed"),
    "written_at": mark("Written"),
}

# Fields whose values are said as those of another.
_SAID_AS: Final = {"roles": "role", "ways": "way", "verified_how": "how"}

_MINUTES: Final = {
    "gift_minutes",
    "limit_before",
    "limit_minutes",
    "minutes",
    "minutes_booked",
    "minutes_measured",
    "minutes_confirmed",
}


def label(name: str) -> str:
    """Return a field's name in words; one without words is told as it is."""
    return _(LABELS[name]) if name in LABELS else name


def told(name: str, value: Any, zone: ZoneInfo) -> str:  # noqa: PLR0911 (one for each kind)
    """Return a field's value as a person says it; nothing at all is a dash."""
    match value:
        case None | "" | [] | {}:
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case int():
            return _figure(name, value)
        case datetime():
            return spoken_time(value, zone)
        case date():
            return printed_day(value)
        case list() | tuple():
            return _(", ").join(told(name, one, zone) for one in value)
        case dict():
            return "; ".join(f"{label(key)}: {told(key, one, zone)}" for key, one in value.items())
    return _text(name, str(value), zone)


def _figure(name: str, value: int) -> str:
    if name in _MINUTES:
        return duration(value)
    return money(value) if name.endswith("_fen") else number(value)


def _text(name: str, value: str, zone: ZoneInfo) -> str:
    words = WORDS.get(_SAID_AS.get(name, name), {}).get(value)
    if words is not None:
        return _(words)
    moment = _moment(value)
    return spoken_time(moment, zone) if moment else value


def _moment(text: str) -> datetime | None:
    """Return the moment that a text from JSON is; None where it is any other text."""
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
