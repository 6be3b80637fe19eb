"""Meetings: announced, prepared, attended in the room and online, minuted; what they decided."""

from marketplace.meetings.agenda import decide_item, propose_item
from marketplace.meetings.calling import call_meeting, cancel_meeting, change_meeting, runs
from marketplace.meetings.coming import answer_meeting
from marketplace.meetings.deciding import decide, put_motion, vote_on, withdraw_motion
from marketplace.meetings.errors import (
    AgendaClosed,
    InvalidMeeting,
    MeetingOver,
    MinutesClosed,
    MinutesMissing,
    NoQuorum,
    NoticeTooShort,
    NotNow,
    NotThere,
    NotYourMeeting,
    PeopleThere,
    RaiseYourHand,
    ReplacedAlready,
    TooManyVotes,
    UnknownMeeting,
    VotedAlready,
    VoteOpen,
    VoteOver,
    WrongRoomCode,
)
from marketplace.meetings.minutes import (
    add_to_minutes,
    object_to_minutes,
    publish_minutes,
    share_minutes,
    write_minutes,
)
from marketplace.meetings.policy import meeting_policy_at
from marketplace.meetings.presence import (
    close_meeting,
    keep_list,
    quorum,
    say_here,
    say_online,
    tick,
    voters_there,
)
from marketplace.meetings.reading import (
    SeenMeeting,
    decisions_about,
    expected,
    meeting,
    meeting_page,
    meetings_about,
    meetings_ahead,
    meetings_of_council,
    meetings_past,
    meetings_since,
    names_of_votes,
    people_there,
    standing_decisions,
)
from marketplace.meetings.reminding import chase_minutes, remind_of_meetings
from marketplace.meetings.values import (
    Access,
    Answer,
    Audience,
    Change,
    Choice,
    Decision,
    Item,
    ItemDraft,
    Kind,
    Meeting,
    MeetingDraft,
    MeetingPolicy,
    MeetingState,
    MinutesState,
    Motion,
    Quorum,
    Votes,
    Way,
)

__all__ = [
    "Access", "AgendaClosed", "Answer", "Audience", "Change", "Choice", "Decision",
    "InvalidMeeting", "Item", "ItemDraft", "Kind", "Meeting", "MeetingDraft", "MeetingOver",
    "MeetingPolicy", "MeetingState", "MinutesClosed", "MinutesMissing", "MinutesState", "Motion",
    "NoQuorum", "NotNow", "NotThere", "NotYourMeeting", "NoticeTooShort", "PeopleThere", "Quorum",
    "RaiseYourHand", "ReplacedAlready", "SeenMeeting", "TooManyVotes", "UnknownMeeting",
    "VoteOpen", "VoteOver", "VotedAlready", "Votes", "Way", "WrongRoomCode",
    "add_to_minutes", "answer_meeting", "call_meeting", "cancel_meeting", "change_meeting",
    "chase_minutes", "close_meeting", "decide", "decide_item", "decisions_about", "expected",
    "keep_list", "meeting", "meeting_page", "meeting_policy_at", "meetings_about",
    "meetings_ahead", "meetings_of_council", "meetings_past", "meetings_since", "names_of_votes",
    "object_to_minutes", "people_there", "propose_item", "publish_minutes", "put_motion",
    "quorum", "remind_of_meetings", "runs", "say_here", "say_online", "share_minutes",
    "standing_decisions", "tick", "vote_on", "voters_there", "withdraw_motion", "write_minutes",
]  # fmt: skip
