"""Why the register of communities and members refuses: one exception for each refusal."""

from collections.abc import Mapping, Sequence
from typing import Any
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


class UnknownHousehold(CommunityError):
    """There is no such household, or not in this community."""

    def __init__(self, household: UUID) -> None:
        self.household = household
        super().__init__(f"there is no household {household} here")


class CodeTaken(CommunityError):
    """Another area beside it has this code, or another community anywhere."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"the code {code} belongs to another area")


class InvalidArea(CommunityError):
    """A code, name, level, time zone or desk phone that no area can have; `field` says which."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(why)


class InvalidCommunity(InvalidArea):
    """A code or desk phone that no community can have."""


class InvalidMember(CommunityError):
    """A name, language or text size that no member can have."""


class InvalidDetail(InvalidMember):
    """A piece of personal data that no member can have: `field` says which, `why` what is wrong."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")


class Taken(CommunityError):
    """Something that one member alone can have belongs to another; `field` says what.

    `holder` is who has it, where that is a member of the same community, else None.
    """

    field = ""

    def __init__(self, holder: UUID | None = None) -> None:
        self.holder = holder
        super().__init__(f"this {self.field.replace('_', ' ')} belongs to another member")


class PhoneTaken(Taken):
    """The telephone number belongs to another member, here or in another community."""

    field = "phone"


class RosterNumberTaken(Taken):
    """Another member of the community has this number in the roster."""

    field = "roster_number"


class IdentityTaken(Taken):
    """Another member of the community has this identity number."""

    field = "identity"


class ChangedMeanwhile(CommunityError):
    """Somebody else changed the same fields in the meantime; `now` holds what they are now."""

    def __init__(self, now: Mapping[str, Any]) -> None:
        self.now = dict(now)
        super().__init__(f"changed in the meantime: {', '.join(sorted(self.now))}")


class NotForYou(CommunityError):
    """An act that this member may not do, or not to themselves."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class NotActive(CommunityError):
    """The member is not active here any more: left, merged, erased, or not accepted yet."""

    def __init__(self, member: UUID, standing: str) -> None:
        self.member, self.standing = member, standing
        super().__init__(f"member {member} is {standing}")


class AlreadyMerged(CommunityError):
    """The membership was merged before; `into` is the one that stands."""

    def __init__(self, member: UUID, into: UUID) -> None:
        self.member, self.into = member, into
        super().__init__(f"member {member} was merged into {into}")


class StaffRoleHeld(CommunityError):
    """A membership with a role among the staff is not merged into one without it."""

    def __init__(self, member: UUID, roles: Sequence[str]) -> None:
        self.member, self.roles = member, tuple(roles)
        super().__init__(f"member {member} is {', '.join(roles)}")


class StaffContact(CommunityError):
    """Where codes of somebody of the staff go is not for a colleague without power over them."""

    def __init__(self, member: UUID) -> None:
        self.member = member
        super().__init__(f"member {member} works here")


class InvalidRole(CommunityError):
    """A role that cannot be granted, or not then."""


class RoleNotThere(InvalidRole):
    """A role that cannot be held at this area: resident, volunteer and elder are so at home."""


class InvalidTime(CommunityError):
    """A first or last moment that a role or a post cannot have; `field` is `since` or `until`."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(why)


class BadReason(CommunityError):
    """An end without a reason, or with one longer than 200 characters."""

    def __init__(self) -> None:
        super().__init__("an end has a reason of at most 200 characters")


class MayNotGrant(CommunityError):
    """This role is not for the one who asks to grant or to end there."""

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(f"not allowed to grant or end the role of {role} there")


class OwnRole(MayNotGrant):
    """Nobody grants themselves a role, or ends one that others gave word for."""


class LastAdministrator(CommunityError):
    """Nobody would be left to administer the area."""

    def __init__(self, area: UUID) -> None:
        self.area = area
        super().__init__(f"nobody would be left to administer {area}")


class UnknownRole(CommunityError):
    """There is no such role, or not within reach."""

    def __init__(self, role: UUID) -> None:
        self.role = role
        super().__init__(f"there is no role {role} here")


class RoleEnded(CommunityError):
    """The role has ended already."""

    def __init__(self, role: UUID) -> None:
        self.role = role
        super().__init__(f"the role {role} has ended already")


class RoleHeld(CommunityError):
    """The member has this role already."""

    def __init__(self, member: UUID, role: str) -> None:
        self.member, self.role = member, role
        super().__init__(f"member {member} is {role} already")


class OrganisationError(CommunityError):
    """Any refusal about organisations and their people."""


class UnknownOrganisation(OrganisationError):
    """There is no such organisation, or not in this community."""

    def __init__(self, organisation: UUID) -> None:
        self.organisation = organisation
        super().__init__(f"there is no organisation {organisation} here")


class InvalidOrganisation(OrganisationError):
    """A name, number, phone or purpose that no organisation can have; `field` says which."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"no organisation can have this {field}")


class OrganisationNameTaken(OrganisationError):
    """Another organisation of the community has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"another organisation is called {name}")


class RegistrationNumberTaken(OrganisationError):
    """Another organisation of the community is registered under this number."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"another organisation is registered as {number}")


class OrganisationClosed(OrganisationError):
    """The organisation is closed; it changes no more."""


class NotYourOrganisation(OrganisationError):
    """The change is for coordinators and administrators, or for the organisation's leader."""


class PostHeld(OrganisationError):
    """The member has this post at that time already."""


class UnknownPost(OrganisationError):
    """There is no such post in this organisation."""

    def __init__(self, post: UUID) -> None:
        self.post = post
        super().__init__(f"there is no post {post} here")


class PostEnded(OrganisationError):
    """The post has ended already."""
