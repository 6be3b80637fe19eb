"""Who may do what: one table of act × role × relation. Whatever it does not allow is refused.

Every route names its act (`opt=act("visit.ask")`); `authorised` in `app/guards.py` asks this table.
A row says for each role to whose affairs the act may reach:

- `OWN`: the member's own;
- `ACTED_FOR`: also those of a member whose delegation, in force now, covers the act;
- `COMMUNITY`: those of anybody in the area where the role is held, and below it.

`ANYONE` also means visitors who have not signed in; `MEMBER` is whoever has signed in. What the
table cannot know (that this volunteer was booked for that visit) the verbs ask of their own rules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from community import DelegatedAct, Role


class Relation(StrEnum):
    """How the one who acts stands to the one whom the act concerns."""

    OWN = "own"
    ACTED_FOR = "acted_for"
    COMMUNITY = "community"


class Who(StrEnum):
    """Who acts, where no role is asked for."""

    ANYONE = "anyone"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Act:
    """A row of the table.

    `who` says for each role how far the act reaches. `delegated` is what a delegation must name
    for the act; an act without it cannot be done for another, whoever asks.
    """

    who: Mapping[Role | Who, Relation]
    delegated: DelegatedAct | None = None

    @property
    def public(self) -> bool:
        """Whether also a visitor may do it."""
        return Who.ANYONE in self.who

    def reach(self, roles: Iterable[Role]) -> frozenset[Relation]:
        """Return how far a signed-in member with these roles may reach; nothing is a refusal."""
        return frozenset(
            reach for who, reach in self.who.items() if isinstance(who, Who) or who in set(roles)
        )


OWN, ACTED_FOR, COMMUNITY = Relation.OWN, Relation.ACTED_FOR, Relation.COMMUNITY
ANYONE, MEMBER = Who.ANYONE, Who.MEMBER
RESIDENT, VOLUNTEER, ELDER, DELEGATE = Role.RESIDENT, Role.VOLUNTEER, Role.ELDER, Role.DELEGATE
COORDINATOR, PHONE_OPERATOR = Role.COORDINATOR, Role.PHONE_OPERATOR
TREASURER, AUDITOR, ADMINISTRATOR = Role.TREASURER, Role.AUDITOR, Role.ADMINISTRATOR

ACTS: Final[Mapping[str, Act]] = {
    # What anybody may read, and what a machine asks.
    "static.read": Act({ANYONE: OWN}),
    "health.read": Act({ANYONE: OWN}),
    "metrics.read": Act({ANYONE: OWN}),
    "home.read": Act({ANYONE: OWN}),
    "book.read": Act({ANYONE: COMMUNITY}),
    "project.read": Act({ANYONE: COMMUNITY}),
    "round.read": Act({ANYONE: COMMUNITY}),
    "election.read": Act({ANYONE: COMMUNITY}),
    "time_bank.read": Act({ANYONE: COMMUNITY}),
    "policy.read": Act({ANYONE: COMMUNITY}),
    "policy.adopt": Act({ADMINISTRATOR: COMMUNITY}),
    # Oneself: signing in and how one likes to read.
    "sign_in": Act({ANYONE: OWN}),
    "sign_out": Act({ANYONE: OWN}),
    "preference.choose": Act({ANYONE: OWN}),
    # Visits. Which of them one may see and touch, the time bank's rules decide for each visit.
    "visit.ask": Act({ELDER: OWN}),
    "visit.read": Act({MEMBER: OWN}),
    "visit.requests.read": Act({VOLUNTEER: COMMUNITY}),
    "visit.accept": Act({MEMBER: OWN}),
    "visit.withdraw": Act({MEMBER: OWN}),
    "visit.check_in": Act({MEMBER: OWN}),
    "visit.check_out": Act({MEMBER: OWN}),
    "visit.confirm": Act({MEMBER: OWN}),
    "visit.cancel": Act({MEMBER: OWN}),
    "passbook.read": Act({MEMBER: OWN}),
    # The register of members; how much of each somebody sees, `app/masks.py` says.
    "member.read": Act(
        {
            COORDINATOR: COMMUNITY,
            PHONE_OPERATOR: COMMUNITY,
            AUDITOR: COMMUNITY,
            ADMINISTRATOR: COMMUNITY,
        }
    ),
    "member.find": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "member.add": Act({COORDINATOR: COMMUNITY}),
    "member.amend": Act({COORDINATOR: COMMUNITY}),
    "member.verify": Act({COORDINATOR: COMMUNITY}),
    "member.leave": Act({COORDINATOR: COMMUNITY}),
    "member.merge": Act({COORDINATOR: COMMUNITY}),
    # The audit trail, where the watcher's role holds and below; `community.trail` draws the line.
    "audit.read": Act({AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "audit.export": Act({AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    # What is held of a person: to read it, and to have it erased by somebody else's hand.
    "personal_data.read": Act({MEMBER: OWN}),
    "erasure.ask": Act({MEMBER: OWN}),
    "erasure.ask_at_desk": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "erasure.read": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "erasure.carry_out": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    # Rounds.
    "round.open": Act({COORDINATOR: COMMUNITY}),
    "round.open_ballot": Act({COORDINATOR: COMMUNITY}),
    "round.close": Act({COORDINATOR: COMMUNITY}),
    "round.propose": Act({RESIDENT: OWN}),
    "round.vote": Act({RESIDENT: OWN}),
}


def act(name: str) -> dict[str, str]:
    """Return a route's mark that names its act. Raises `KeyError` for one the table lacks."""
    if name not in ACTS:
        raise KeyError(f"the table of acts has no {name!r}")
    return {"act": name}
