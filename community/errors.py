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


class CodeTaken(CommunityError):
    """Another community has this code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"the code {code} belongs to another community")


class InvalidCommunity(CommunityError):
    """A code, name or time zone that no community can have."""


class InvalidMember(CommunityError):
    """A name, language or text size that no member can have."""


class RoleHeld(CommunityError):
    """The member has this role already."""

    def __init__(self, member: UUID, role: str) -> None:
        self.member, self.role = member, role
        super().__init__(f"member {member} is {role} already")
