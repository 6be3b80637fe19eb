"""Who may do what: one table of act × role × relation. Whatever it does not allow is refused.

Every route names its act (`opt=act("visit.ask")`); `authorised` in `app/guards.py` asks this table.
A row says for each role to whose affairs the act may reach:

- `OWN`: the member's own;
- `ACTED_FOR`: those of a member whose delegation, in force now, covers the act. It opens only
  addresses that name the member: nobody acts for another by mistake;
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

    `who` says for each role how far the act reaches. A delegation covers the act if it names any
    of `delegated`; an act without it cannot be done for another, whoever asks.
    """

    who: Mapping[Role | Who, Relation]
    delegated: frozenset[DelegatedAct] = frozenset()

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
TO_REQUEST: Final = frozenset({DelegatedAct.REQUEST})
TO_CONFIRM: Final = frozenset({DelegatedAct.CONFIRM})
TO_SEE_PASSBOOK: Final = frozenset({DelegatedAct.PASSBOOK})
TO_DO_ANY: Final = frozenset(DelegatedAct)

# A request for one of these writes nothing about who makes it: not that they were seen, not how
# often they asked. A trace beside a ballot would tell when somebody voted.
LEAVES_NO_TRACE: Final = frozenset({"round.vote", "ballot.at_desk"})

ACTS: Final[Mapping[str, Act]] = {
    # What anybody may read, and what a machine asks.
    "static.read": Act({ANYONE: OWN}),
    "health.read": Act({ANYONE: OWN}),
    "metrics.read": Act({ANYONE: OWN}),
    "home.read": Act({ANYONE: OWN}),
    "app.install": Act({ANYONE: OWN}),
    "book.read": Act({ANYONE: COMMUNITY}),
    "project.read": Act({ANYONE: COMMUNITY}),
    "need.read": Act({ANYONE: COMMUNITY}),
    "plan.read": Act({ANYONE: COMMUNITY}),
    "delivery.read": Act({ANYONE: COMMUNITY}),
    "disbursement.read": Act({ANYONE: COMMUNITY}),
    "round.read": Act({ANYONE: COMMUNITY}),
    "receipt.find": Act({ANYONE: COMMUNITY}),
    "ballot.enter_code": Act({ANYONE: OWN}),
    "ballot.at_desk": Act({ANYONE: OWN}),
    "election.read": Act({ANYONE: COMMUNITY}),
    "time_bank.read": Act({ANYONE: COMMUNITY}),
    "reserve.read": Act({ANYONE: COMMUNITY}),
    "solvency.read": Act(
        {
            COORDINATOR: COMMUNITY,
            TREASURER: COMMUNITY,
            AUDITOR: COMMUNITY,
            ADMINISTRATOR: COMMUNITY,
        }
    ),
    "policy.read": Act({ANYONE: COMMUNITY}),
    "policy.adopt": Act({ADMINISTRATOR: COMMUNITY}),
    # Oneself: signing in and how one likes to read.
    "sign_in": Act({ANYONE: OWN}),
    "sign_out": Act({ANYONE: OWN}),
    "preference.choose": Act({ANYONE: OWN}),
    "me.read": Act({MEMBER: OWN}),
    "security.read": Act({MEMBER: OWN}),
    "security.change": Act({MEMBER: OWN}),
    # Helping others to sign in. Only an administrator over their roles helps somebody of staff.
    "sign_in.help": Act(
        {PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}
    ),
    "sign_in.reset_second_step": Act({ADMINISTRATOR: COMMUNITY}),
    "card.issue": Act(
        {PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}
    ),
    "desk.open": Act({PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY}),
    "desk.use": Act({ANYONE: OWN}),
    # The phone desk. What is done in a call rests on the caller's word; the verbs ask for it.
    "call.answer": Act({PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY}),
    "call.read": Act({PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    "call.take_over": Act({COORDINATOR: COMMUNITY}),
    # Figures and monthly reports, and whether one is reminded of unused hours.
    "figures.read": Act({COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "report.make": Act({COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "prompt.choose": Act({MEMBER: OWN}),
    # Visits. Which of them one may see and touch, the time bank's rules decide for each visit.
    "visit.ask": Act({ELDER: OWN, DELEGATE: ACTED_FOR}, TO_REQUEST),
    "visit.read": Act(
        {
            MEMBER: OWN,
            DELEGATE: ACTED_FOR,
            COORDINATOR: COMMUNITY,
            PHONE_OPERATOR: COMMUNITY,
            AUDITOR: COMMUNITY,
            ADMINISTRATOR: COMMUNITY,
        },
        TO_REQUEST | TO_CONFIRM,
    ),
    "visit.requests.read": Act({VOLUNTEER: COMMUNITY}),
    # Who could come to whom: the board, one request at a time, and a whole week at once.
    "match.read": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "match.offer": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "match.run": Act({COORDINATOR: COMMUNITY}),
    "visit.accept": Act({MEMBER: OWN}),
    "visit.withdraw": Act({MEMBER: OWN}),
    "visit.decline": Act({MEMBER: OWN}),
    "visit.late": Act({MEMBER: OWN}),
    "visit.no_show": Act(
        {MEMBER: OWN, DELEGATE: ACTED_FOR, COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY},
        TO_REQUEST,
    ),
    "visit.dispute": Act({MEMBER: OWN, DELEGATE: ACTED_FOR}, TO_CONFIRM),
    "visit.rate": Act({MEMBER: OWN, DELEGATE: ACTED_FOR}, TO_CONFIRM),
    "visit.photo": Act(
        {MEMBER: OWN, DELEGATE: ACTED_FOR, COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY},
        TO_REQUEST | TO_CONFIRM,
    ),
    "rating.see": Act({COORDINATOR: COMMUNITY}),
    "safety.change": Act({ELDER: OWN, DELEGATE: ACTED_FOR}, TO_REQUEST),
    "safety.keep": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "visit.offer": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "visit.assign": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "visit.resolve": Act({COORDINATOR: COMMUNITY}),
    "visit.correct": Act({COORDINATOR: COMMUNITY}),
    "visit.check_in": Act({MEMBER: OWN, COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "visit.kept": Act({MEMBER: OWN}),
    "door_card.print": Act(
        {ELDER: OWN, DELEGATE: ACTED_FOR, COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY},
        TO_REQUEST | TO_CONFIRM,
    ),
    "visit.check_out": Act({MEMBER: OWN, COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "visit.confirm": Act({MEMBER: OWN, DELEGATE: ACTED_FOR}, TO_CONFIRM),
    "visit.cancel": Act({MEMBER: OWN, DELEGATE: ACTED_FOR}, TO_REQUEST),
    "visit.renew": Act({MEMBER: OWN, DELEGATE: ACTED_FOR}, TO_REQUEST),
    "repeat.read": Act({ELDER: OWN, DELEGATE: ACTED_FOR}, TO_REQUEST),
    "repeat.end": Act(
        {ELDER: OWN, DELEGATE: ACTED_FOR, COORDINATOR: COMMUNITY},
        TO_REQUEST,
    ),
    # The catalogue, volunteers and their certificates, calendars and honours.
    "catalogue.read": Act({ANYONE: COMMUNITY}),
    "catalogue.keep": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "honour.read": Act({ANYONE: COMMUNITY}),
    "volunteer.profile": Act({MEMBER: OWN}),
    "volunteer.read": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    "volunteer.vet": Act({COORDINATOR: COMMUNITY}),
    "calendar.read": Act({MEMBER: OWN}),
    # Whoever knows the address: a calendar program cannot sign in.
    "calendar.feed": Act({ANYONE: OWN}),
    # Classes and their sessions. Who gives a session, or came to it, the rules of classes decide.
    "class.read": Act({ANYONE: COMMUNITY}),
    "class.propose": Act({VOLUNTEER: OWN, COORDINATOR: COMMUNITY}),
    "class.decide": Act({COORDINATOR: COMMUNITY}),
    "class.end": Act({MEMBER: OWN}),
    "class.sign_up": Act({MEMBER: OWN, DELEGATE: ACTED_FOR}, TO_REQUEST),
    "class.sign_up_for": Act({PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY}),
    "class.attend": Act({MEMBER: OWN}),
    "class.confirm": Act({MEMBER: OWN, DELEGATE: ACTED_FOR}, TO_CONFIRM),
    "class.give": Act({MEMBER: OWN}),
    # Payments through the card processor. What it tells us is signed; whose gift one pays, the
    # pages ask.
    "payment.told": Act({ANYONE: OWN}),
    "payment.make": Act({MEMBER: OWN}),
    "payment.reconcile": Act({TREASURER: COMMUNITY, AUDITOR: COMMUNITY}),
    "payment.compare": Act({TREASURER: COMMUNITY}),
    "payment.try_again": Act({TREASURER: COMMUNITY}),
    # Teams of volunteers. Who leads one, its rules know.
    "team.read": Act({MEMBER: COMMUNITY}),
    "team.found": Act({VOLUNTEER: OWN, COORDINATOR: COMMUNITY}),
    "team.join": Act({MEMBER: OWN}),
    "team.lead": Act({MEMBER: OWN}),
    "team.offer": Act({COORDINATOR: COMMUNITY}),
    # Saved hours on their way to others. Whose gift it is, and whose hand a proposal still needs,
    # their rules decide.
    "giving.read": Act({MEMBER: OWN}),
    "gift.read": Act(
        {MEMBER: OWN, COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY, AUDITOR: COMMUNITY}
    ),
    "gift.offer": Act({MEMBER: OWN}),
    "gift.answer": Act({MEMBER: OWN, COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "gift.withdraw": Act({MEMBER: OWN}),
    "donation.give": Act({MEMBER: OWN}),
    "donation.read": Act(
        {
            COORDINATOR: COMMUNITY,
            TREASURER: COMMUNITY,
            AUDITOR: COMMUNITY,
            ADMINISTRATOR: COMMUNITY,
        }
    ),
    "donation.reverse": Act({COORDINATOR: COMMUNITY}),
    "fund.read": Act({ANYONE: COMMUNITY}),
    "grant.read": Act(
        {
            TREASURER: COMMUNITY,
            COORDINATOR: COMMUNITY,
            ADMINISTRATOR: COMMUNITY,
            AUDITOR: COMMUNITY,
        }
    ),
    "grant.propose": Act({COORDINATOR: COMMUNITY}),
    "grant.decide": Act({TREASURER: COMMUNITY, COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "estate.read": Act(
        {
            COORDINATOR: COMMUNITY,
            TREASURER: COMMUNITY,
            ADMINISTRATOR: COMMUNITY,
            AUDITOR: COMMUNITY,
        }
    ),
    "estate.propose": Act({COORDINATOR: COMMUNITY}),
    "needs.read": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    "needs.list": Act({COORDINATOR: COMMUNITY}),
    "needs.enter": Act({COORDINATOR: COMMUNITY}),
    # Messages to oneself, how one likes to get them, and those that could not be delivered.
    "message.read": Act({MEMBER: OWN}),
    "message.mark": Act({MEMBER: OWN}),
    "message.choose": Act({MEMBER: OWN}),
    "message.undelivered.read": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "passbook.read": Act({MEMBER: OWN, DELEGATE: ACTED_FOR}, TO_SEE_PASSBOOK),
    "passbook.see": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    "passbook.copy": Act({COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    # Moving to another community with one's hours. Each side's coordinators decide on their part.
    "move.ask": Act({MEMBER: OWN}),
    "move.ask_for": Act({COORDINATOR: COMMUNITY}),
    "move.decide": Act({COORDINATOR: COMMUNITY}),
    # What communities owe one another. The verbs ask over which of them the role is held.
    "clearing.read": Act({AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "clearing.agree": Act({ADMINISTRATOR: COMMUNITY}),
    # Kin, and acting for another: who lets whom, and the delegate's own home.
    "kin.read_own": Act({MEMBER: OWN}),
    "kin.read": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    "kin.record": Act({COORDINATOR: COMMUNITY}),
    "kin.end": Act({COORDINATOR: COMMUNITY}),
    "delegation.read_own": Act({MEMBER: OWN}),
    "delegation.grant": Act({MEMBER: OWN}),
    "delegation.revoke": Act({MEMBER: OWN}),
    "delegation.read": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    "delegation.record": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "delegation.revoke_at_desk": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "acted_for.list": Act({MEMBER: OWN}),
    "acted_for.read": Act({DELEGATE: ACTED_FOR}, TO_DO_ANY),
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
    # Bringing people in: rosters, invitations, applications.
    "roster.import": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "roster.export": Act({COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "member.invite": Act({COORDINATOR: COMMUNITY}),
    "member.accept": Act({COORDINATOR: COMMUNITY}),
    "member.join": Act({ANYONE: OWN}),
    "invitation.use": Act({ANYONE: OWN}),
    # The audit trail, where the watcher's role holds and below; `community.trail` draws the line.
    "audit.read": Act({AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "audit.export": Act({AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    # What is held of a person: to read it, and to have it erased by somebody else's hand.
    "personal_data.read": Act({MEMBER: OWN}),
    "erasure.ask": Act({MEMBER: OWN}),
    "erasure.ask_at_desk": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "erasure.read": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "erasure.carry_out": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    # Places and who works where. The verbs ask at which areas the roles are held.
    "area.read": Act({COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "area.add": Act({ADMINISTRATOR: COMMUNITY}),
    "area.rename": Act({ADMINISTRATOR: COMMUNITY}),
    "workplace.read": Act({MEMBER: OWN}),
    "workplace.choose": Act({MEMBER: OWN}),
    "role.read": Act(
        {MEMBER: OWN, COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}
    ),
    "role.grant": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    # Also one's own; the register's rules say which.
    "role.end": Act({MEMBER: OWN, COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    # Organisations. A leader may add and end ordinary members, as the register's rules say.
    "organisation.read": Act({ANYONE: COMMUNITY}),
    "organisation.add": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "organisation.amend": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "organisation.close": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "post.give": Act({MEMBER: OWN, COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    "post.end": Act({MEMBER: OWN, COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    # Rounds.
    # Needs. Who raised one, and how far it has come, its rules know.
    # Plans. Who writes one, carries one out, or chooses who does, their rules know.
    "plan.write": Act({MEMBER: OWN}),
    "undertaking.call": Act({COORDINATOR: COMMUNITY}),
    "undertaking.offer": Act({MEMBER: COMMUNITY}),
    "undertaking.withdraw": Act({MEMBER: OWN}),
    "undertaking.choose": Act({COORDINATOR: COMMUNITY, RESIDENT: OWN}),
    "undertaking.step_back": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "amendment.propose": Act({RESIDENT: COMMUNITY}),
    "amendment.support": Act({RESIDENT: COMMUNITY}),
    "amendment.withdraw": Act({MEMBER: OWN}),
    "amendment.answer": Act({MEMBER: OWN}),
    # The work on a project. Who carries it out, and who is too close to decide, its rules know.
    "delivery.begin": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "delivery.report": Act({MEMBER: OWN}),
    "delivery.stop": Act({COORDINATOR: COMMUNITY}),
    "disbursement.ask": Act({MEMBER: OWN}),
    "disbursement.decide": Act({TREASURER: COMMUNITY, COORDINATOR: COMMUNITY}),
    "need.raise": Act({RESIDENT: OWN}),
    "need.similar": Act({ANYONE: COMMUNITY}),
    "need.likely": Act({COORDINATOR: COMMUNITY}),
    "need.merge_ask": Act({RESIDENT: OWN, COORDINATOR: COMMUNITY}),
    "need.merge_read": Act({MEMBER: OWN, COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    "need.merge_answer": Act({MEMBER: OWN}),
    "need.merge_take_back": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "need.unmerge": Act({COORDINATOR: COMMUNITY}),
    "need.second": Act({RESIDENT: OWN}),
    "need.unsecond": Act({MEMBER: OWN}),
    "need.edit": Act({MEMBER: OWN}),
    "need.withdraw": Act({MEMBER: OWN}),
    "need.report": Act({RESIDENT: OWN}),
    "need.moderate": Act({COORDINATOR: COMMUNITY}),
    "need.category": Act({COORDINATOR: COMMUNITY}),
    "election.import": Act({COORDINATOR: COMMUNITY}),
    # Screening, and the talk about a need. Whose words they are, and who is impartial, rules know.
    "screening.read": Act({ANYONE: COMMUNITY}),
    "screening.screen": Act({COORDINATOR: COMMUNITY}),
    "screening.appeal": Act({MEMBER: OWN}),
    "screening.change_list": Act({COORDINATOR: COMMUNITY}),
    "argument.read": Act({ANYONE: COMMUNITY}),
    "argument.give": Act({RESIDENT: OWN}),
    "argument.enter": Act({COORDINATOR: COMMUNITY, PHONE_OPERATOR: COMMUNITY}),
    "argument.own": Act({MEMBER: OWN}),
    "argument.mark": Act({RESIDENT: COMMUNITY}),
    "argument.report": Act({MEMBER: COMMUNITY}),
    "argument.moderate": Act({COORDINATOR: COMMUNITY}),
    "argument.sum_up": Act({COORDINATOR: COMMUNITY}),
    "argument.change_rules": Act({COORDINATOR: COMMUNITY}),
    # Meetings and councils. Who runs a meeting, is there, or has a vote, their rules know.
    "meeting.read": Act({ANYONE: COMMUNITY}),
    "meeting.call": Act({COORDINATOR: COMMUNITY}),
    "meeting.answer": Act({MEMBER: OWN}),
    "meeting.attend": Act({MEMBER: OWN}),
    "meeting.propose_item": Act({RESIDENT: OWN, COORDINATOR: COMMUNITY}),
    "meeting.vote": Act({MEMBER: OWN}),
    "meeting.object": Act({MEMBER: OWN}),
    "meeting.run": Act({MEMBER: OWN}),
    "council.read": Act({ANYONE: COMMUNITY}),
    # What comes after a project. Who looks after it, and whose answer it is, its rules know.
    "aftercare.read": Act({ANYONE: COMMUNITY}),
    "covenant.write": Act({RESIDENT: OWN, COORDINATOR: COMMUNITY}),
    "covenant.sign": Act({RESIDENT: OWN}),
    "covenant.unsign": Act({MEMBER: OWN}),
    "covenant.enter": Act({PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY}),
    "custodian.volunteer": Act({RESIDENT: OWN}),
    "custodian.name": Act({RESIDENT: OWN, COORDINATOR: COMMUNITY}),
    "custodian.answer": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "custodian.step_back": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "check.report": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "check.assign": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "attention.raise": Act({RESIDENT: OWN}),
    "attention.answer": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "attention.join": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "attention.hide": Act({COORDINATOR: COMMUNITY}),
    "project.again": Act({RESIDENT: OWN}),
    "council.keep": Act({COORDINATOR: COMMUNITY, ADMINISTRATOR: COMMUNITY}),
    # Raising more for a project. Who leads a drive (its undertaker, say), its rules know.
    "funding.read": Act({ANYONE: COMMUNITY}),
    # Where money came from and went. Who gave without a name, treasurer and auditor alone see.
    "money_trail.read": Act({ANYONE: COMMUNITY}),
    "undertaker.read": Act({ANYONE: COMMUNITY}),
    "conflict.read": Act({AUDITOR: COMMUNITY}),
    "drive.lead": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "contribution.give": Act({MEMBER: OWN}),
    "contribution.own": Act({MEMBER: OWN}),
    "contribution.see": Act({MEMBER: OWN, TREASURER: COMMUNITY, AUDITOR: COMMUNITY}),
    "contribution.enter": Act({TREASURER: COMMUNITY}),
    "pledge.own": Act({MEMBER: OWN}),
    "funding.desk": Act({TREASURER: COMMUNITY, AUDITOR: COMMUNITY}),
    "matching_fund.keep": Act({TREASURER: COMMUNITY}),
    # The judgement of projects. Who rates, inspects, replies or is impartial, its rules know.
    "evaluation.read": Act({ANYONE: COMMUNITY}),
    "evaluation.rate": Act({MEMBER: OWN}),
    "evaluation.inspect": Act({MEMBER: OWN}),
    "evaluation.name_inspector": Act({COORDINATOR: COMMUNITY}),
    "evaluation.reply": Act({MEMBER: OWN}),
    "evaluation.report": Act({MEMBER: COMMUNITY}),
    "evaluation.moderate": Act({COORDINATOR: COMMUNITY}),
    # Help for a project and changes of what it promised. Who carries it out, its rules know.
    "work.read": Act({ANYONE: COMMUNITY}),
    "work.sign_up": Act({MEMBER: OWN}),
    "work.run": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "work.grant": Act({COORDINATOR: COMMUNITY}),
    "work.correct": Act({COORDINATOR: COMMUNITY}),
    "change.read": Act({ANYONE: COMMUNITY}),
    "change.ask": Act({MEMBER: OWN}),
    "change.object": Act({RESIDENT: OWN}),
    "change.decide": Act({COORDINATOR: COMMUNITY}),
    "project.sum_up": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "round.open": Act({COORDINATOR: COMMUNITY}),
    "round.open_ballot": Act({COORDINATOR: COMMUNITY}),
    "round.prepare": Act({COORDINATOR: COMMUNITY}),
    "round.change": Act({COORDINATOR: COMMUNITY}),
    # Who raised a need or undertakes its plan, the rounds' rules know.
    "project.enter": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "project.leave": Act({MEMBER: OWN, COORDINATOR: COMMUNITY}),
    "round.close": Act({COORDINATOR: COMMUNITY}),
    "round.propose": Act({RESIDENT: OWN}),
    # Whom a round asks, its electorate says: elders, or a council's members, as well as residents.
    "round.vote": Act({MEMBER: OWN}),
    "ballot.desk": Act({PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY}),
    "paper.print": Act({COORDINATOR: COMMUNITY}),
    "paper.hand_out": Act({PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY}),
    "paper.key": Act({PHONE_OPERATOR: COMMUNITY, COORDINATOR: COMMUNITY, AUDITOR: COMMUNITY}),
    "paper.audit": Act({AUDITOR: COMMUNITY, COORDINATOR: COMMUNITY}),
}


def act(name: str) -> dict[str, str]:
    """Return a route's mark that names its act. Raises `KeyError` for one the table lacks."""
    if name not in ACTS:
        raise KeyError(f"the table of acts has no {name!r}")
    return {"act": name}
