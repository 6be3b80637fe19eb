"""Who may grant which role where, and who may change a place or an organisation: pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from community.errors import (
    InvalidRole,
    InvalidTime,
    MayNotGrant,
    NotYourOrganisation,
    OwnRole,
    RoleNotThere,
)
from community.values import STAFF, Post, Role

# Where a role holds
#
# - A role is held at an area, and holds there and everywhere below it, and nowhere else: from its
#   first moment on, until its last, as long as its holder is an active member.
# - Resident, volunteer and elder are what somebody is at home: they are held at the member's own
#   community or at a grid in it. A staff role may be held at any area from grid to city.
# - A delegate is who has a delegation in force; that role is never granted.
#
# Who may grant and end what where
#
# - An administrator grants every role at the area of their own role and below it. A coordinator
#   grants resident, volunteer and elder there.
# - They grant only to members who live at or below that area too: nobody reaches into another
#   community for a person. An area above both may.
# - Nobody grants a role above or beside their own area, and nobody grants one to themselves.
# - A staff role does not begin in the past: it would lend authority to what was done without it.
# - Who may grant a role may end it there, wherever its holder lives, and gives a reason. A member
#   may lay down an own staff role, or stop being a volunteer; whether somebody is a resident or an
#   elder is not for themselves to say.
# - The last administrator stays: a role of administrator is not ended while nobody else has it at
#   that area or above. (The verb counts them, with their roles locked.)
# - The set-up of an installation is bound by where a role holds, and by nothing else.

PERSONAL: Final = frozenset({Role.RESIDENT, Role.VOLUNTEER, Role.ELDER})
"""What somebody is at home; the other roles are work."""

GRANTS: Final = {
    Role.ADMINISTRATOR: PERSONAL | STAFF,
    Role.COORDINATOR: PERSONAL,
}
"""Which roles the holder of a role may grant and end."""

LAID_DOWN: Final = STAFF | {Role.VOLUNTEER}
"""Which of their own roles members may end themselves."""


@dataclass(frozen=True, slots=True)
class Held:
    """A role that holds now, and the area where it is held."""

    role: Role
    area_id: UUID


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when; without an end, for as long as nobody ends it."""

    since: datetime
    until: datetime | None = None


def refuse_misplaced(role: Role, *, at: tuple[UUID, ...], home: UUID) -> None:
    """Refuse a role at an area where it cannot be held; `at` is the area's lineage.

    Raises `InvalidRole` for the delegate's, `RoleNotThere`.
    """
    if role is Role.DELEGATE:
        raise InvalidRole("a delegate is who has a delegation in force")
    if role in PERSONAL and home not in at:
        raise RoleNotThere(f"a member is {role.value} in their own community")


def refuse_bad_span(role: Role, span: Span, *, now: datetime, by_a_person: bool) -> None:
    """Refuse a role at an impossible time. Raises `InvalidTime`."""
    if span.until is not None and span.until <= span.since:
        raise InvalidTime("until", "a role ends after it began")
    if by_a_person and role in STAFF and span.since < now:
        raise InvalidTime("since", "a staff role does not begin in the past")


def granting(held: Iterable[Held], role: Role, *, at: tuple[UUID, ...]) -> frozenset[UUID]:
    """Return the areas of the roles that let their holder grant and end this role at the area.

    `at` is the area's lineage. Nothing is a refusal.
    """
    return frozenset(
        own.area_id for own in held if own.area_id in at and role in GRANTS.get(own.role, ())
    )


def refuse_grant(
    role: Role,
    *,
    at: tuple[UUID, ...],
    to: UUID,
    lives: tuple[UUID, ...],
    by: UUID,
    held: Iterable[Held],
) -> None:
    """Refuse a grant that is not for the one who asks.

    `at` is the lineage of the area, `lives` that of the member's grid or else community, and
    `held` what the asking member holds now. Raises `OwnRole`, `MayNotGrant`.
    """
    if to == by:
        raise OwnRole(role.value)
    if not granting(held, role, at=at) & set(lives):
        raise MayNotGrant(role.value)


def refuse_end(
    role: Role, *, at: tuple[UUID, ...], of: UUID, by: UUID, held: Iterable[Held]
) -> None:
    """Refuse an end that is not for the one who asks. Raises `OwnRole`, `MayNotGrant`."""
    if of == by:
        if role not in LAID_DOWN:
            raise OwnRole(role.value)
    elif not granting(held, role, at=at):
        raise MayNotGrant(role.value)


# Who may change organisations
#
# - Coordinators and administrators add, amend and close the organisations of their community, and
#   give and end every post in them.
# - A leader gives and ends the post of an ordinary member of the own organisation, from now on;
#   who else speaks for it, and what was before, is for the desk to write down.
# - Members may end their own post of ordinary member: nobody is kept in a group.


def keeps_organisations(roles: Iterable[Role]) -> bool:
    """Return whether these roles keep the register of organisations."""
    return bool({Role.COORDINATOR, Role.ADMINISTRATOR} & set(roles))


def refuse_keeping(roles: Iterable[Role]) -> None:
    """Refuse whoever does not keep the register. Raises `NotYourOrganisation`."""
    if not keeps_organisations(roles):
        raise NotYourOrganisation("organisations are kept by coordinators and administrators")


def may_give_post(post: Post, *, roles: Iterable[Role], leads: bool) -> bool:
    """Return whether somebody with these roles, or the leader, may give and end this post."""
    return keeps_organisations(roles) or (leads and post is Post.MEMBER)


def refuse_post(
    post: Post, span: Span, *, roles: frozenset[Role], leads: bool, now: datetime
) -> None:
    """Refuse a post that is not for the asker to give. Raises `NotYourOrganisation`, `InvalidTime`.

    `leads` says whether the asker leads the organisation now.
    """
    if not may_give_post(post, roles=roles, leads=leads):
        raise NotYourOrganisation("a leader adds ordinary members alone")
    if span.until is not None and span.until <= span.since:
        raise InvalidTime("until", "a post ends after it began")
    if not keeps_organisations(roles) and span.since < now:
        raise InvalidTime("since", "a leader adds people from now on")


def refuse_post_end(post: Post, *, of: UUID, by: UUID, roles: Iterable[Role], leads: bool) -> None:
    """Refuse an end of a post that is not for the asker. Raises `NotYourOrganisation`."""
    own = of == by and post is Post.MEMBER
    if not own and not may_give_post(post, roles=roles, leads=leads):
        raise NotYourOrganisation("a leader ends the posts of ordinary members alone")
