"""What a deliberation allows, as pure functions; each policy stands in words above its code."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from marketplace.deliberation.errors import (
    AmendOver,
    GoneWords,
    Lopsided,
    NotImpartial,
    NotOpen,
    NotYourWords,
    SameModerator,
    TooFast,
    TooManyAdded,
)
from marketplace.deliberation.values import (
    Argument,
    DeliberationPolicy,
    Figures,
    Reply,
    Side,
    Talk,
    Thread,
)
from marketplace.errors import TooLong, WordsMissing
from marketplace.needs import NeedState

REASON_MAX: Final = 500
REPORT_MAX: Final = 300
RULES_MAX: Final = 3000
ADDED_MAX: Final = 5
SUMMARY_LEAST: Final = 20
HOUR: Final = timedelta(hours=1)

TALKED_OF: Final = frozenset({NeedState.ACCEPTED, NeedState.PLANNED, NeedState.ENTERED})
"""Where a need stands while it is talked over: accepted, with a plan, or waiting for its ballot."""


# A need is talked over once it has passed its screening, and while its plan is made. When its
# ballot opens the talk is closed, so that nobody has the last word at the ballot box: everything
# stays readable, and nothing is added, marked or summed up anew. If it is not chosen and goes back
# to its plan, the talk goes on.
def may_talk(state: NeedState, round_state: str | None) -> None:
    """Refuse to say anything outside that time with `NotOpen`.

    `round_state` is that of the latest round that the need's plan stands in, None for none.
    """
    if state not in TALKED_OF:
        raise NotOpen(state.value)
    if round_state == "voting":
        raise NotOpen("voting")
    if state is NeedState.ENTERED and round_state == "closed":
        raise NotOpen("counted")


# Words are short enough for everybody to read all of them.
def text(field: str, words: str, *, most: int) -> str:
    """Return words without spaces around them. Raises `WordsMissing`, `TooLong`."""
    trimmed = words.strip()
    if not trimmed:
        raise WordsMissing(field)
    if len(trimmed) > most:
        raise TooLong(field, most=most)
    return trimmed


# Nobody talks the others down: within one hour everybody says at most so many things.
def pace(said_at: Sequence[datetime], policy: DeliberationPolicy, at: datetime) -> None:
    """Refuse one thing too many within the last hour with `TooFast`."""
    recent = sorted(one for one in said_at if one > at - HOUR)
    if len(recent) >= policy.each_hour:
        raise TooFast(policy.each_hour, recent[-policy.each_hour] + HOUR)


# Everybody may put their own words right for some minutes; what they said before stays to be read.
# Later, others have answered: from then on words are only added, a few times.
def amending(argument: Argument, member_id: UUID, *, minutes: int, at: datetime) -> None:
    """Refuse another's words, gone ones, or an amendment too late."""
    own(argument, member_id)
    until = argument.said_at + timedelta(minutes=minutes)
    if at > until:
        raise AmendOver(until)


def adding(argument: Argument, member_id: UUID) -> None:
    """Refuse to add to another's words, to gone ones, or once too often."""
    own(argument, member_id)
    if len(argument.added) >= ADDED_MAX:
        raise TooManyAdded(ADDED_MAX)


def own(argument: Argument, member_id: UUID) -> None:
    """Refuse whoever did not say it with `NotYourWords`, and words that are gone."""
    if argument.speaker != member_id:
        raise NotYourWords
    if not argument.shown:
        raise GoneWords


# Nobody judges words that concern them: their own, what answers them, about a need of theirs, what
# they reported, or what names them. Only where no other coordinator is left do they have to.
def concerned(argument: Argument, *, others: Iterable[UUID | None]) -> frozenset[UUID]:
    """Return whom words concern: who said them, and the `others` that the caller knows of."""
    return frozenset({argument.said_by, *others} - {None})  # type: ignore[arg-type]  # None is taken out


def named_in(words: str, names: Iterable[tuple[UUID, str]]) -> frozenset[UUID]:
    """Return those whose whole name stands in the words."""
    plain = "".join(words.split()).casefold()
    return frozenset(who for who, name in names if "".join(name.split()).casefold() in plain)


def moderating(
    member_id: UUID,
    *,
    concerned: Collection[UUID],
    coordinators: Collection[UUID],
    hid_by: UUID | None,
) -> None:
    """Refuse whoever the words concern, and for a second look (`hid_by`) who looked first.

    Raises `NotImpartial` or `SameModerator`, as long as another coordinator can.
    """
    if hid_by == member_id and set(coordinators) - {member_id} - set(concerned):
        raise SameModerator
    barred = {*concerned, hid_by}
    if member_id in concerned and set(coordinators) - barred - {member_id}:
        raise NotImpartial


# Both sides have equal space: the same bound for both, and neither is shorter than two thirds of
# the other. What is counted is what is read: spaces and line ends are not.
def equal_space(in_favour: str, against: str, *, most: int) -> None:
    """Refuse a summary whose sides are not of like length with `Lopsided`, `TooLong`."""
    sizes = {"in_favour": _length(in_favour), "against": _length(against)}
    longest = max(sizes.values())
    for field, size in sizes.items():
        if not size:
            raise WordsMissing(field)
        if size > most:
            raise TooLong(field, most=most)
    for field, size in sizes.items():
        least = max(SUMMARY_LEAST, -(-2 * longest // 3))
        if size < least:
            raise Lopsided(field, least=least)


def _length(words: str) -> int:
    return sum(not one.isspace() for one in words)


# What stands first is read most, so neither the many nor the loud decide it. Questions that nobody
# has answered come first, the newest on top. Then the sides take turns, one for and one against,
# beginning with the side that fewer spoke for; within a side, what more neighbours found helpful
# comes first, and of two alike the earlier one. Questions that were answered close the page. What
# was taken back or hidden stands last on its side.
def arranged(arguments: Iterable[Argument]) -> Talk:
    """Return all that was said in the order in which it is read; each exactly once."""
    known = {one.id: one for one in arguments}
    below: dict[UUID, list[Argument]] = defaultdict(list)
    for one in known.values():
        if one.parent_id is not None:
            below[one.parent_id].append(one)
    threads = {
        side: [_thread(one, below) for one in known.values() if one.side is side]
        for side in (Side.FOR, Side.AGAINST, Side.QUESTION)
    }
    questions = sorted(threads[Side.QUESTION], key=_oldest_first)
    waiting = [one for one in questions if not one.answered and one.argument.shown]
    settled = [one for one in questions if one not in waiting]
    first, second = threads[Side.FOR], threads[Side.AGAINST]
    if _readable(second) < _readable(first):
        first, second = second, first
    return Talk(
        tuple(reversed(waiting)),
        tuple(_in_turn(sorted(first, key=_helpful_first), sorted(second, key=_helpful_first))),
        tuple(settled),
    )


def _thread(root: Argument, below: dict[UUID, list[Argument]]) -> Thread:
    replies = []
    for answer in sorted(below[root.id], key=_when):
        deeper, found = [answer], []
        while deeper:
            children = below[deeper.pop().id]
            found += children
            deeper += children
        replies.append(Reply(answer, tuple(sorted(found, key=_when))))
    return Thread(root, tuple(replies))


def _in_turn(first: list[Thread], second: list[Thread]) -> list[Thread]:
    pairs = [one for pair in zip(first, second, strict=False) for one in pair]
    both = min(len(first), len(second))
    return [*pairs, *first[both:], *second[both:]]


def _when(argument: Argument) -> tuple[datetime, UUID]:
    return argument.said_at, argument.id


def _oldest_first(thread: Thread) -> tuple[datetime, UUID]:
    return _when(thread.argument)


def _helpful_first(thread: Thread) -> tuple[bool, int, datetime, UUID]:
    one = thread.argument
    return not one.shown, -one.marks, *_when(one)


def _readable(threads: Iterable[Thread]) -> int:
    return sum(one.argument.shown for one in threads)


# Figures are of what can be read: what was taken back or hidden counts no more.
def figures(arguments: Iterable[Argument]) -> Figures:
    """Return how much was said on each side."""
    shown = [one for one in arguments if one.shown]
    answered = {one.parent_id for one in shown}
    questions = [one for one in shown if one.side is Side.QUESTION]
    return Figures(
        sum(one.side is Side.FOR for one in shown),
        sum(one.side is Side.AGAINST for one in shown),
        len(questions),
        sum(one.id in answered for one in questions),
    )
