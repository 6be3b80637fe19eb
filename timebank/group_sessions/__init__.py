"""Weekly classes: sessions with places and a waiting list, attendance, and hours confirmed by many.

Whoever leads a session earns its minutes once, however many came; who gives them is the policy's
choice (`time_bank.group_payer`), said in words in `rules`.
"""

from timebank.group_sessions.attending import say_here, take_attendance
from timebank.group_sessions.calendar import CalendarSession, calendar_sessions
from timebank.group_sessions.closing import close_session, confirm_session
from timebank.group_sessions.courses import decide_course, end_course, plan_ahead, propose_course
from timebank.group_sessions.errors import (
    InvalidCourse,
    LeaderFound,
    NoPlaceLeft,
    NotOnTheList,
    NoVolunteer,
    OwnClass,
    ProposedBefore,
    SessionOver,
    UnknownCourse,
    UnknownSession,
    WithoutLeader,
)
from timebank.group_sessions.leading import call_off, lead, step_back
from timebank.group_sessions.reading import (
    GroupService,
    ListLine,
    SeenCourse,
    SeenSession,
    course_page,
    group_services,
    my_courses,
    my_sessions,
    session_list,
    session_page,
    sessions_given_by,
    timetable,
    titles_of_sessions,
    waiting_courses,
    waiting_sessions,
    without_leader,
)
from timebank.group_sessions.reminding import remind_of_classes
from timebank.group_sessions.signing_up import give_up, sign_up
from timebank.group_sessions.values import (
    Came,
    Course,
    CourseDraft,
    CourseState,
    GroupPayer,
    GroupSession,
    SessionState,
    SignUp,
)

__all__ = [
    "CalendarSession", "Came", "Course", "CourseDraft", "CourseState", "GroupPayer",
    "GroupService", "GroupSession", "InvalidCourse", "LeaderFound", "ListLine", "NoPlaceLeft",
    "NoVolunteer", "NotOnTheList", "OwnClass", "ProposedBefore", "SeenCourse", "SeenSession",
    "SessionOver", "SessionState", "SignUp", "UnknownCourse", "UnknownSession", "WithoutLeader",
    "calendar_sessions", "call_off", "close_session", "confirm_session", "course_page",
    "decide_course", "end_course", "give_up", "group_services", "lead", "my_courses",
    "my_sessions", "plan_ahead", "propose_course", "remind_of_classes", "say_here",
    "session_list", "session_page", "sessions_given_by", "sign_up", "step_back",
    "take_attendance", "timetable", "titles_of_sessions", "waiting_courses", "waiting_sessions",
    "without_leader",
]  # fmt: skip
