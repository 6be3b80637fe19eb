"""The phone desk: calls, the word that is given in them, what is done on it, call-backs, matters.

Whoever has no browser does everything by telephone: the operator makes sure who speaks, reads back
what is to be done, and acts on the caller's word during that one call (`community.give_word`).
`open_call`, `name_speakers`, `take_word`, `end_call`; in between `ask_on_word`, `confirm_on_word`,
`cancel_on_word`, `dispute_on_word`, `read_code`, `told`. `begin_call_back` is a call that the desk
makes; `hand_over`, `take_hand_over` and `close_hand_over` pass a matter to a coordinator. Each verb
is one transaction; `rules` says who may and what must be.
"""

from timebank.desk.acting import (
    ask_on_word,
    cancel_on_word,
    confirm_on_word,
    dispute_on_word,
    on_the_phone,
    read_code,
    told,
)
from timebank.desk.call_backs import (
    begin_call_back,
    call_backs,
    failed_tries,
    waiting_for_word,
)
from timebank.desk.calls import end_call, name_speakers, open_call, take_word
from timebank.desk.errors import (
    CalledAlready,
    CallEnded,
    CallerUnknown,
    CallReused,
    Closed,
    ForTheElderOnly,
    InvalidNote,
    NotAtTheDesk,
    NotChecked,
    NotTaken,
    NotWaiting,
    NotYourCall,
    NoWord,
    OwnCall,
    TakenAlready,
    UnknownCall,
    UnknownHandOver,
)
from timebank.desk.hand_overs import Matter, close_hand_over, hand_over, take_hand_over
from timebank.desk.reading import (
    call_seen,
    calls_about,
    matter_seen,
    matters,
    matters_of,
    open_calls,
)
from timebank.desk.values import (
    Call,
    CallBack,
    CallSeen,
    CallStep,
    Check,
    Did,
    HandOver,
    HandOverSeen,
    Outcome,
    Settled,
    Speakers,
    Topic,
)

__all__ = [
    "Call", "CallBack", "CallEnded", "CallReused", "CallSeen", "CallStep", "CalledAlready",
    "CallerUnknown", "Check", "Closed", "Did", "ForTheElderOnly", "HandOver", "HandOverSeen",
    "InvalidNote", "Matter", "NoWord", "NotAtTheDesk", "NotChecked", "NotTaken", "NotWaiting",
    "NotYourCall", "Outcome", "OwnCall", "Settled", "Speakers", "TakenAlready", "Topic",
    "UnknownCall", "UnknownHandOver", "ask_on_word", "begin_call_back", "call_backs", "call_seen",
    "calls_about", "cancel_on_word", "close_hand_over", "confirm_on_word", "dispute_on_word",
    "end_call", "failed_tries", "hand_over", "matter_seen", "matters", "matters_of",
    "name_speakers", "on_the_phone", "open_call", "open_calls", "read_code", "take_hand_over",
    "take_word", "told", "waiting_for_word",
]  # fmt: skip
