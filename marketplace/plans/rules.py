"""What plans, calls and amendments allow, as pure functions; each policy stands in words above."""

import dataclasses
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final

from community import Actor, Role
from marketplace.plans.errors import (
    AmendmentMoved,
    CallMoved,
    FileUnfit,
    InvalidPlan,
    NotForYou,
    NotWanted,
    PlanFrozen,
    StaleVersion,
)
from marketplace.plans.values import (
    Amendment,
    AmendmentState,
    Attachment,
    BudgetLine,
    Call,
    CallState,
    Maintenance,
    Milestone,
    OfferDraft,
    PlanContent,
    PlanPolicy,
)

TITLE_MAX: Final = 80
SUMMARY_MAX: Final = 3000
LABEL_MAX: Final = 80
PLACE_MAX: Final = 120
WHO_MAX: Final = 200
NOTE_MAX: Final = 300
REASON_MAX: Final = 1000
WORDS_MAX: Final = 2000
LINES_MAX: Final = 40
MILESTONES_MAX: Final = 20
MONTHS_MAX: Final = 600
FILE_BYTES_MAX: Final = 5 * 1024 * 1024
FILE_KINDS: Final = ("pdf", "jpg", "xlsx", "docx")

WANTED: Final = frozenset({"accepted", "planned"})
"""The states of a need in which its plan is looked for and written; see `NeedState`."""
WRITTEN: Final = WANTED | {"entered"}
"""The states of a need in which its plan may get a new version; a frozen one never does."""


def tidied(content: PlanContent) -> PlanContent:
    """Return the content without spaces around its words."""
    return dataclasses.replace(
        content,
        title=content.title.strip(),
        summary=content.summary.strip().replace("\r\n", "\n"),
        lines=tuple(dataclasses.replace(one, label=one.label.strip()) for one in content.lines),
        milestones=tuple(
            dataclasses.replace(one, title=one.title.strip()) for one in content.milestones
        ),
        maintenance=dataclasses.replace(content.maintenance, who=content.maintenance.who.strip()),
        place=content.place.strip(),
    )


# A plan says what it is, what for and where, what each thing costs, and what is done by when. A
# line costs money or takes help, or it says nothing. Every line and milestone has words of its own,
# so that a change of it can be told from a new one. The whole stays within what the community lets
# one project ask for.
def content(given: PlanContent, policy: PlanPolicy) -> None:
    """Refuse content that no plan can have with `InvalidPlan`, or `FileUnfit` for its files."""
    _text("title", given.title, TITLE_MAX)
    _text("summary", given.summary, SUMMARY_MAX)
    _text("place", given.place, PLACE_MAX)
    _lines(given.lines, policy)
    _milestones(given.milestones)
    _maintenance(given.maintenance, policy)
    _attachments(given.attachments, policy)
    if given.cost_fen > policy.cost_fen_max:
        raise InvalidPlan("lines", "too much", most=policy.cost_fen_max)
    if given.minutes > policy.minutes_max:
        raise InvalidPlan("lines", "too long", most=policy.minutes_max)


def _text(field: str, words: str, most: int) -> None:
    if not words.strip():
        raise InvalidPlan(field, "missing")
    if len(words) > most:
        raise InvalidPlan(field, "too long", most=most)


def _lines(lines: tuple[BudgetLine, ...], policy: PlanPolicy) -> None:
    if not lines:
        raise InvalidPlan("line-1-label", "missing")
    if len(lines) > LINES_MAX:
        raise InvalidPlan("lines", "too many", most=LINES_MAX)
    seen: set[str] = set()
    for place, line in enumerate(lines, start=1):
        _text(f"line-{place}-label", line.label, LABEL_MAX)
        if line.label in seen:
            raise InvalidPlan(f"line-{place}-label", "twice")
        seen.add(line.label)
        if line.amount_fen < 0 or line.minutes < 0:
            raise InvalidPlan(f"line-{place}-yuan", "negative")
        if not line.amount_fen and not line.minutes:
            raise InvalidPlan(f"line-{place}-yuan", "nothing")
        if line.amount_fen > policy.cost_fen_max:
            raise InvalidPlan(f"line-{place}-yuan", "too much", most=policy.cost_fen_max)


def _milestones(milestones: tuple[Milestone, ...]) -> None:
    if len(milestones) > MILESTONES_MAX:
        raise InvalidPlan("milestones", "too many", most=MILESTONES_MAX)
    seen: set[str] = set()
    for place, milestone in enumerate(milestones, start=1):
        _text(f"milestone-{place}-title", milestone.title, LABEL_MAX)
        if milestone.title in seen:
            raise InvalidPlan(f"milestone-{place}-title", "twice")
        seen.add(milestone.title)


def _maintenance(kept: Maintenance, policy: PlanPolicy) -> None:
    if len(kept.who) > WHO_MAX:
        raise InvalidPlan("who", "too long", most=WHO_MAX)
    if not 0 <= kept.months <= MONTHS_MAX:
        raise InvalidPlan("months", "too much", most=MONTHS_MAX)
    if not 0 <= kept.yearly_fen <= policy.cost_fen_max:
        raise InvalidPlan("yearly", "too much", most=policy.cost_fen_max)
    if not kept.who.strip() and (kept.months or kept.yearly_fen):
        raise InvalidPlan("who", "missing")


def _attachments(attachments: tuple[Attachment, ...], policy: PlanPolicy) -> None:
    if len(attachments) > policy.attachments_max:
        raise FileUnfit("too many", most=policy.attachments_max)
    if len({one.sha256 for one in attachments}) < len(attachments):
        raise FileUnfit("twice")


# A version is written against the one that it started from. Whoever comes second is told, and loses
# nothing: their words are still in their form.
def next_number(*, latest: int, base: int) -> int:
    """Return the number of a version that started from `base`. Raises `StaleVersion`."""
    if base != latest:
        raise StaleVersion(latest)
    return latest + 1


# A plan is written once its need is accepted, and until the ballot on which it stands opens.
def writing(need_state: str, *, frozen: bool) -> None:
    """Refuse a version where none is wanted (`NotWanted`) or any longer (`PlanFrozen`)."""
    if frozen:
        raise PlanFrozen
    if need_state not in WRITTEN:
        raise NotWanted(need_state)


# A file is small enough for a telephone to fetch, and of a kind that people can open.
def file(kind: str, body: bytes) -> None:
    """Refuse a file that is empty, too large or of another kind with `FileUnfit`."""
    if kind not in FILE_KINDS:
        raise FileUnfit("kind")
    if not body:
        raise FileUnfit("empty")
    if len(body) > FILE_BYTES_MAX:
        raise FileUnfit("too large", most=FILE_BYTES_MAX)


# A call stays open for some days, as the community's rules say: long enough for a group to meet and
# answer, not so long that the need is forgotten.
def call(seeking: str, opened_at: datetime, closes_at: datetime, policy: PlanPolicy) -> None:
    """Refuse a call without words or with a closing day out of bounds with `InvalidPlan`."""
    _text("seeking", seeking, WORDS_MAX)
    # A day's grace: who says "in three days" means the end of that day or its morning.
    if closes_at < opened_at + timedelta(days=policy.call_days_min - 1):
        raise InvalidPlan("closes_on", "past", most=policy.call_days_min)
    if closes_at > opened_at + timedelta(days=policy.call_days_max + 1):
        raise InvalidPlan("closes_on", "too much", most=policy.call_days_max)


# Offers come in while a call is open; its day counts even where no job has closed it yet.
def offering(found: Call, draft: OfferDraft, at: datetime, policy: PlanPolicy) -> None:
    """Refuse an offer that comes too late (`CallMoved`) or says too little (`InvalidPlan`)."""
    if found.state is not CallState.OPEN:
        raise CallMoved(found.state)
    if at >= found.closes_at:
        raise CallMoved(CallState.CLOSED)
    _text("words", draft.words, WORDS_MAX)
    _text("brings", draft.brings, REASON_MAX)
    for field, text in (("reference", draft.reference), ("conflict", draft.conflict)):
        if len(text) > REASON_MAX:
            raise InvalidPlan(field, "too long", most=REASON_MAX)
    if not 0 <= draft.cost_fen <= policy.cost_fen_max:
        raise InvalidPlan("cost", "too much", most=policy.cost_fen_max)
    if not 0 <= draft.minutes <= policy.minutes_max:
        raise InvalidPlan("hours", "too much", most=policy.minutes_max)


# Who chooses sees all offers first, so nobody chooses before the call is closed.
def choosing(found: Call, reason: str) -> None:
    """Refuse a choice before the closing, or a second one, with `CallMoved`; one without words."""
    if found.state is not CallState.CLOSED:
        raise CallMoved(found.state)
    why("reason", reason)


# The coordinator chooses; where the community's rules leave it to who raised the need, they do, and
# the coordinator as well, for a need whose authors have left.
def may_choose(by: Actor, *, authors: Collection[object], policy: PlanPolicy) -> bool:
    """Say whether somebody chooses an undertaker here."""
    if by.on_behalf_of is not None:
        return False
    if Role.COORDINATOR in by.roles:
        return True
    return policy.chosen_by_authors and by.member_id in authors


# What is said in public for a decision is never left out.
def why(field: str, words: str, most: int = REASON_MAX) -> None:
    """Refuse a reason that is missing or too long with `InvalidPlan`."""
    _text(field, words, most)


# Only residents amend and support, each in their own name.
def resident(by: Actor, act: str) -> None:
    """Refuse whoever is no resident, or acts for another, with `NotForYou`."""
    if by.on_behalf_of is not None or Role.RESIDENT not in by.roles:
        raise NotForYou(act)


def coordinator(by: Actor, act: str) -> None:
    """Refuse whoever is no coordinator, or acts for another, with `NotForYou`."""
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotForYou(act)


def own_hand(by: Actor, act: str) -> None:
    """Refuse whoever acts for another with `NotForYou`: nobody promises work in another's name."""
    if by.on_behalf_of is not None:
        raise NotForYou(act)


# An amendment is answered once.
def answering(found: Amendment) -> None:
    """Refuse to answer, support or withdraw what is not open any more with `AmendmentMoved`."""
    if found.state is not AmendmentState.OPEN:
        raise AmendmentMoved(found.state)


def last_day(days: Iterable[Milestone]) -> date | None:
    """Return the day by which all of it is done; None without milestones."""
    return max((one.due_on for one in days), default=None)
