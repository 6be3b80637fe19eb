"""The phone desk's rules, each said in words above its code. Pure: values in, values out."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from community import Actor, Role
from timebank.desk.errors import (
    CalledAlready,
    CallEnded,
    CallerUnknown,
    Closed,
    ForTheElderOnly,
    InvalidNote,
    NotAtTheDesk,
    NotChecked,
    NotTaken,
    NotWaiting,
    NotYourCall,
    OwnCall,
    TakenAlready,
)
from timebank.desk.values import Call, Check, HandOver, Outcome, Settled, Speakers
from timebank.values import State, Visit

NOTE_LENGTH_MAX: Final = 1000
AT_THE_DESK: Final = frozenset({Role.PHONE_OPERATOR, Role.COORDINATOR})


# Phone operators and coordinators answer the telephone. Who answers acts in that call, and nobody
# else; nobody answers themselves, and nobody works at the desk on behalf of another.


def refuse_stranger(by: Actor) -> None:
    """Raise `NotAtTheDesk` for whoever does not answer the telephone."""
    if by.on_behalf_of is not None or AT_THE_DESK.isdisjoint(by.roles):
        raise NotAtTheDesk


def refuse_oneself(speakers: Speakers | None, by: Actor) -> None:
    """Raise `OwnCall` where the operator would speak with themselves."""
    if speakers is not None and by.member_id in {speakers.caller_id, speakers.member_id}:
        raise OwnCall


def refuse_other_call(call: Call, by: Actor) -> None:
    """Raise `NotAtTheDesk`, `NotYourCall` or `CallEnded` where this operator cannot go on."""
    refuse_stranger(by)
    if call.operator_id != by.member_id:
        raise NotYourCall
    if not call.open:
        raise CallEnded


# Before anything is done for somebody, it is made sure who speaks: at least as many checks as the
# community wants (usually two). That the call comes from the number on record is one of them, but
# not alone: a telephone lies about in many homes.


def refuse_unchecked(call: Call, checked: Collection[Check], needed: int) -> Speakers:
    """Return who speaks and for whom. Raises `CallerUnknown`, `NotChecked`."""
    if call.caller_id is None or call.member_id is None:
        raise CallerUnknown
    found = set(checked)
    if len(found) < needed or found <= {Check.NUMBER}:
        raise NotChecked(max(needed, 1))
    return Speakers(call.caller_id, call.member_id)


# The number for the door is read to the elder and to nobody else who calls, once somebody comes.


def refuse_code(call: Call, visit: Visit) -> None:
    """Raise `ForTheElderOnly` where the caller is not the elder whom the visit is to."""
    if not call.by_oneself or visit.elder_id != call.caller_id:
        raise ForTheElderOnly


# The desk calls back about a finished visit whose elder has not said anything: at once where the
# elder has no other way to say it, else when two days are over. Where nobody answers it tries
# again a few hours later (usually two), and after some tries (usually three) it is handed over.

FIRST_CALL: Final = timedelta(days=2)


def call_back_from(
    finished_at: datetime, last_try_at: datetime | None, *, alone: bool, pause: timedelta
) -> datetime:
    """Return from when on to call about a finished visit; `alone` is an elder with no other way."""
    first = finished_at if alone else finished_at + FIRST_CALL
    return first if last_try_at is None else max(first, last_try_at + pause)


def refuse_call_back(visit: Visit, by: Actor) -> None:
    """Raise `NotWaiting`, or `OwnCall` for an operator who is one of the two."""
    if visit.state is not State.FINISHED:
        raise NotWaiting
    if by.member_id in {visit.elder_id, visit.volunteer_id}:
        raise OwnCall


def refuse_second_call(calling: UUID | None) -> None:
    """Raise `CalledAlready` where a colleague calls about the visit at this moment."""
    if calling is not None:
        raise CalledAlready


FAILED_TRIES: Final = frozenset({Outcome.NO_ANSWER, Outcome.WRONG_PERSON})
"""How a call-back ends that has to be made again."""


# What an operator cannot settle is handed over with a note, so that nobody has to tell it twice.
# One coordinator takes it, and closes it with what became of it. It is for coordinators alone, and
# not for one who is the member it is about.


def refuse_note(note: str) -> str:
    """Return a note without spaces around it. Raises `InvalidNote`."""
    plain = note.strip()
    if not plain:
        raise InvalidNote("note", "missing")
    if len(plain) > NOTE_LENGTH_MAX:
        raise InvalidNote("note", "too long")
    return plain


def refuse_taking(matter: HandOver, by: Actor) -> None:
    """Raise `NotAtTheDesk`, `OwnCall`, `Closed` or `TakenAlready` where it is not theirs."""
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotAtTheDesk
    if by.member_id == matter.member_id:
        raise OwnCall
    if matter.closed_at is not None:
        raise Closed
    if matter.taken_by is not None and matter.taken_by != by.member_id:
        raise TakenAlready(matter.taken_by)


def refuse_closing(matter: HandOver, by: Actor, outcome: Settled, note: str) -> str:
    """Return what became of it, without spaces around.

    Raises as `refuse_taking` does, `NotTaken`, `InvalidNote`.
    """
    refuse_taking(matter, by)
    if matter.taken_by is None:
        raise NotTaken
    if outcome is Settled.ERASED:
        raise InvalidNote("outcome", "not offered")
    if len(note.strip()) > NOTE_LENGTH_MAX:
        raise InvalidNote("outcome_note", "too long")
    return note.strip()
