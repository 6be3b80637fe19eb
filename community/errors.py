"""Why the register of communities and members refuses: one exception for each refusal."""

from uuid import UUID


class CommunityError(Exception):
    """Any refusal of the register. Nothing of the refused act is stored."""


class UnknownCommunity(CommunityError):
    """There is no such community."""

    def __init__(self, community: UUID | str) -> None:
        self.community = community
        super().__init__(f"there is no community {community}")


class UnknownMember(CommunityError):
    """There is no such member, or not in this community."""

    def __init__(self, member: UUID) -> None:
        self.member = member
        super().__init__(f"there is no member {member} here")


class UnknownArea(CommunityError):
    """There is no such area."""

    def __init__(self, area: UUID) -> None:
        self.area = area
        super().__init__(f"there is no area {area}")


class CodeTaken(CommunityError):
    """Another area beside it has this code, or another community anywhere."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"the code {code} belongs to another area")


class InvalidArea(CommunityError):
    """A code, name, level or time zone that no area can have."""


class InvalidCommunity(InvalidArea):
    """A code or desk phone that no community can have."""


class InvalidMember(CommunityError):
    """A name, language or text size that no member can have."""


class PhoneTaken(CommunityError):
    """The telephone number belongs to another member."""

    def __init__(self) -> None:
        super().__init__("this telephone number belongs to another member")


class InvalidRole(CommunityError):
    """A role that cannot be granted, or not there."""


class RoleHeld(CommunityError):
    """The member has this role already."""

    def __init__(self, member: UUID, role: str) -> None:
        self.member, self.role = member, role
        super().__init__(f"member {member} is {role} already")
