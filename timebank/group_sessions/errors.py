"""Why a class refuses: one exception for each refusal that a person can meet."""

from uuid import UUID

from timebank.errors import TimebankError


class UnknownCourse(TimebankError):
    """There is no such class in this community."""

    def __init__(self, course: UUID) -> None:
        self.course = course
        super().__init__(f"there is no class {course} in this community")


class UnknownSession(TimebankError):
    """There is no such session in this community."""

    def __init__(self, session: UUID) -> None:
        self.session = session
        super().__init__(f"there is no session {session} in this community")


class InvalidCourse(TimebankError):
    """Something in a class cannot be; `field` is the name of the draft's field."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")


class ProposedBefore(TimebankError):
    """This form proposed another class already; that one stands."""

    def __init__(self, course: UUID) -> None:
        self.course = course
        super().__init__(f"class {course} was proposed with this form")


class SessionOver(TimebankError):
    """The session is over, was called off, or its list is closed."""


class OwnClass(TimebankError):
    """Who gives a session needs no place in it, and does not confirm their own hours."""


class NotOnTheList(TimebankError):
    """The member has no place in the session."""


class NoPlaceLeft(TimebankError):
    """Every place is taken by somebody who came."""


class WithoutLeader(TimebankError):
    """Nobody leads the session, so that nobody's hours can be written down."""


class LeaderFound(TimebankError):
    """Somebody leads the session already."""


class NoVolunteer(TimebankError):
    """Who is to give the class is no volunteer of this community; `member` is their id."""

    def __init__(self, member: UUID) -> None:
        self.member = member
        super().__init__(f"{member} is no volunteer here")
