"""The audit trail in words for people: a sentence for every act that the code writes down.

`%(who)s` is who acted, `%(whom)s` the member, area or organisation that it was done to.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from app.i18n import gettext as _
from app.i18n import mark
from community import SYSTEM, AuditEvent

FAMILIES: Final[Mapping[str, str]] = {
    "application": mark("Applications to join"),
    "area": mark("Areas"),
    "call": mark("Calls at the desk"),
    "calendar": mark("Calendars"),
    "card": mark("Cards for signing in"),
    "care_service": mark("The catalogue of help"),
    "certificate": mark("Certificates"),
    "certificate_kind": mark("Kinds of certificate"),
    "clearing": mark("Hours between communities"),
    "community": mark("Communities"),
    "course": mark("Classes"),
    "delegation": mark("Acting for another"),
    "desk": mark("Desks where cards are taken"),
    "election": mark("Published elections"),
    "erasure": mark("Erasures"),
    "grant": mark("Hours given by the community"),
    "group_session": mark("Sessions of classes"),
    "household": mark("Households"),
    "identity": mark("Identity numbers"),
    "kin": mark("Family ties"),
    "member": mark("The register of members"),
    "message": mark("Messages"),
    "move": mark("Moving to another community"),
    "invitation": mark("Invitations"),
    "organisation": mark("Groups and organisations"),
    "passbook": mark("Passbooks"),
    "password": mark("Passwords"),
    "policy": mark("The community's policy"),
    "post": mark("Posts in groups and organisations"),
    "project": mark("Projects"),
    "prompt": mark("Reminders of unused hours"),
    "report": mark("Reports of the time bank"),
    "retention": mark("What was kept long enough"),
    "role": mark("Roles"),
    "roster": mark("Rosters"),
    "round": mark("Rounds"),
    "second_factor": mark("Second factors"),
    "session": mark("Sign-ins that were ended"),
    "sign_in": mark("Signing in"),
    "team": mark("Teams of volunteers"),
    "time_bank": mark("The time bank"),
    "trail": mark("The audit trail itself"),
    "visit": mark("Visits"),
    "volunteer": mark("Volunteers"),
}

SENTENCES: Final[Mapping[str, str]] = {
    "area.add": mark("%(who)s added the area %(whom)s"),
    "area.rename": mark("%(who)s changed the name or time zone of %(whom)s"),
    "call.open": mark("%(who)s spoke with %(whom)s on the telephone"),
    "call.name": mark("%(who)s found out that %(whom)s is on the telephone"),
    "call.end": mark("%(who)s ended a call with %(whom)s"),
    "call.tell": mark("%(who)s told %(whom)s about their hours or visits on the telephone"),
    "call.code": mark("%(who)s read the number for the door to the elder"),
    "call.hand_over": mark("%(who)s handed a matter of %(whom)s to a coordinator"),
    "call.take_over": mark("%(who)s took on a matter of %(whom)s"),
    "call.close_matter": mark("%(who)s closed a matter of %(whom)s"),
    "calendar.renew": mark("%(who)s made a new address for the own calendar"),
    "calendar.stop": mark("%(who)s shut the address of the own calendar"),
    "care_service.add": mark("%(who)s added a kind of help to the catalogue"),
    "care_service.change": mark("%(who)s changed a kind of help in the catalogue"),
    "care_service.resume": mark("%(who)s let a kind of help be offered again"),
    "care_service.retire": mark("%(who)s took a kind of help out of the catalogue"),
    "certificate.claim": mark("%(who)s entered a certificate of %(whom)s"),
    "certificate.end": mark("%(who)s took back a certificate of %(whom)s"),
    "certificate.verify": mark("%(who)s checked a certificate of %(whom)s"),
    "certificate_kind.add": mark("%(who)s added a kind of certificate"),
    "certificate_kind.retire": mark("%(who)s took a kind of certificate out of use"),
    "card.issue": mark("%(who)s gave %(whom)s a card for signing in"),
    "card.revoke": mark("%(who)s made the card of %(whom)s useless"),
    "clearing.agree": mark("%(who)s said how much this community and %(whom)s may owe each other"),
    "community.add": mark("%(who)s added the community %(whom)s"),
    "course.propose": mark("%(who)s began or proposed a class"),
    "course.approve": mark("%(who)s approved a class"),
    "course.decline": mark("%(who)s did not approve a class"),
    "course.end": mark("%(who)s ended a class"),
    "group_session.plan": mark("%(who)s planned a session of a class"),
    "group_session.sign_up": mark("%(who)s put somebody on the list of a session"),
    "group_session.give_up": mark("%(who)s took somebody off the list of a session"),
    "group_session.move_up": mark("Who waited longest got a place in a session, after %(who)s"),
    "group_session.lead": mark("%(who)s wrote down who leads a session"),
    "group_session.step_back": mark("%(who)s wrote down that somebody cannot give a session"),
    "group_session.cancel": mark("%(who)s called a session off"),
    "group_session.attendance": mark("%(who)s wrote down who came to a session"),
    "group_session.here": mark("%(who)s came to a session"),
    "group_session.close": mark("%(who)s wrote down that a session was held"),
    "group_session.word": mark("%(who)s confirmed a session that they came to"),
    "group_session.confirm": mark("The hours of a session were booked, after %(who)s"),
    "team.found": mark("%(who)s founded a team"),
    "team.amend": mark("%(who)s changed a team's name or words"),
    "team.ask": mark("%(who)s asked to join a team"),
    "team.join": mark("%(who)s joined a team"),
    "team.invite": mark("%(who)s invited somebody to a team"),
    "team.admit": mark("%(who)s took somebody into a team"),
    "team.leave": mark("%(who)s wrote down that somebody left a team"),
    "team.hand_over": mark("%(who)s handed a team over"),
    "team.close": mark("%(who)s closed a team"),
    "team.offer": mark("%(who)s offered a request to a team"),
    "delegation.grant": mark("%(who)s wrote down who may act for %(whom)s"),
    "delegation.revoke": mark("%(who)s ended that somebody acts for %(whom)s"),
    "delegation.word": mark("%(who)s took down what %(whom)s wishes, on the telephone"),
    "delegation.word_over": mark("What %(whom)s said on the telephone holds no longer"),
    "desk.open": mark("%(who)s opened a desk where cards are taken"),
    "desk.close": mark("%(who)s closed a desk where cards are taken"),
    "election.import": mark("%(who)s imported a published election"),
    "erasure.ask": mark("%(who)s asked that the personal data of %(whom)s be erased"),
    "erasure.withdraw": mark("%(who)s took back the wish to erase the data of %(whom)s"),
    "erasure.carry_out": mark("%(who)s erased the personal data of %(whom)s"),
    "grant.opening": mark("%(who)s gave %(whom)s the hours that a member starts with"),
    "household.add": mark("%(who)s added a household"),
    "household.amend": mark("%(who)s changed the address of a household"),
    "identity.rotate": mark("%(who)s sealed identity numbers of %(whom)s anew"),
    "kin.record": mark("%(who)s wrote down a family tie of %(whom)s"),
    "kin.end": mark("%(who)s ended a family tie of %(whom)s"),
    "member.add": mark("%(who)s added %(whom)s to the register"),
    "member.amend": mark("%(who)s changed what is known of %(whom)s"),
    "member.back": mark("%(who)s wrote down that %(whom)s came back"),
    "member.leave": mark("%(who)s wrote down that %(whom)s left"),
    "member.merge": mark("%(who)s made another membership of %(whom)s one with theirs"),
    "member.merged": mark("%(who)s made the membership of %(whom)s part of another"),
    "member.not_the_same": mark(
        "%(who)s wrote down that %(whom)s is not the same as somebody alike"
    ),
    "member.prefer": mark("%(who)s chose how they like to read"),
    "member.take_contacts": mark("The telephone and the e-mail of %(whom)s went along with a move"),
    "member.verify": mark("%(who)s made sure that %(whom)s is who they say"),
    "move.ask": mark("%(who)s asked that %(whom)s moves to another community with all hours"),
    "move.decline": mark("%(who)s turned the move of %(whom)s down"),
    "move.receive": mark("%(who)s took %(whom)s in from another community, with all hours"),
    "move.release": mark("%(who)s let %(whom)s go to another community"),
    "move.withdraw": mark("%(who)s took the wish to move back"),
    "message.choose": mark("%(who)s chose how %(whom)s is told"),
    "message.device_add": mark("%(who)s added a device for messages to %(whom)s"),
    "message.device_remove": mark("%(who)s removed a device for messages to %(whom)s"),
    "organisation.add": mark("%(who)s added %(whom)s"),
    "organisation.amend": mark("%(who)s changed what is known of %(whom)s"),
    "organisation.close": mark("%(who)s closed %(whom)s"),
    "passbook.export": mark("%(who)s took a copy of the passbook of %(whom)s"),
    "passbook.merge": mark("%(who)s moved the hours of a former membership to %(whom)s"),
    "password.change": mark("%(who)s changed the password of %(whom)s"),
    "policy.adopt": mark("%(who)s adopted a policy for the community"),
    "post.give": mark("%(who)s gave %(whom)s a post in an organisation"),
    "post.end": mark("%(who)s ended a post of %(whom)s in an organisation"),
    "project.propose": mark("%(who)s proposed a project"),
    "prompt.choose": mark("%(who)s chose whether to be reminded of unused hours"),
    "prompt.run": mark("Members were reminded of hours that they could use"),
    "report.make": mark("%(who)s made the report of a month"),
    "report.export": mark("%(who)s took a copy of a report"),
    "retention.clear": mark("%(who)s cleared what was kept long enough"),
    "role.grant": mark("%(who)s gave %(whom)s a role"),
    "role.end": mark("%(who)s ended a role of %(whom)s"),
    "member.import": mark("%(who)s took %(whom)s in from a roster, or changed them by it"),
    "member.invite": mark("%(who)s invited %(whom)s"),
    "member.join": mark("%(who)s came in with an invitation"),
    "member.apply": mark("%(who)s asked to join"),
    "member.accept": mark("%(who)s accepted %(whom)s as a member"),
    "member.decline": mark("%(who)s turned %(whom)s down"),
    "invitation.revoke": mark("%(who)s took the invitation of %(whom)s back"),
    "application.confirm": mark("%(who)s confirmed the telephone with a code"),
    "application.replace": mark("An application whose telephone was never confirmed was let go"),
    "roster.import": mark("%(who)s took a roster into the register"),
    "roster.export": mark("%(who)s took a copy of the register"),
    "roster.drop": mark("%(who)s threw an uploaded roster away"),
    "round.close": mark("%(who)s closed a round and had it counted"),
    "round.open": mark("%(who)s opened a round"),
    "round.open_ballot": mark("%(who)s opened the ballot of a round"),
    "second_factor.on": mark("%(who)s set up a second factor"),
    "second_factor.off": mark("%(who)s turned the second factor off"),
    "second_factor.new_codes": mark("%(who)s asked for new recovery codes"),
    "second_factor.reset": mark(
        "%(who)s took the second factor of %(whom)s away, so that it can be set up anew"
    ),
    "session.end": mark("%(who)s ended a sign-in of %(whom)s"),
    "session.end_all": mark("%(who)s ended all sign-ins of %(whom)s"),
    "sign_in": mark("%(who)s signed in"),
    "sign_in.second_step": mark("%(who)s gave the second factor"),
    "sign_in.failures": mark("Somebody tried many times to sign in as %(whom)s and failed"),
    "sign_in.end_waits": mark("%(who)s let %(whom)s try to sign in again at once"),
    "sign_in.read_out_code": mark("%(who)s read a sign-in code out to %(whom)s"),
    "time_bank.open": mark("%(who)s opened the time bank of %(whom)s"),
    "trail.export": mark("%(who)s took a copy of the audit trail"),
    "visit.accept": mark("%(who)s accepted a visit"),
    "visit.ask": mark("%(who)s asked for a visit"),
    "visit.assign": mark("%(who)s booked a volunteer for a visit"),
    "visit.cancel": mark("%(who)s called a visit off"),
    "visit.check_in": mark("%(who)s checked in for a visit"),
    "visit.check_out": mark("%(who)s checked out from a visit"),
    "visit.confirm": mark("%(who)s confirmed a visit"),
    "visit.confirm_itself": mark("A visit was confirmed, as nobody said anything in time"),
    "visit.correct": mark("%(who)s mended a closed visit"),
    "visit.decline": mark("%(who)s could not take an offered visit"),
    "visit.dispute": mark("%(who)s said that a visit is not right"),
    "visit.expire": mark("A request ended, as nobody took it in time"),
    "visit.lapse": mark("An offer ended without an answer"),
    "visit.late": mark("%(who)s said that they will be late for a visit"),
    "visit.no_show": mark("%(who)s said that somebody was not there for a visit"),
    "visit.offer": mark("%(who)s asked a volunteer whether they could take a visit"),
    "visit.resolve": mark("%(who)s decided what counts of a disputed visit"),
    "visit.uncovered": mark("%(who)s could not take a visit: the elder's hours did not suffice"),
    "volunteer.apply": mark("%(who)s asked to help as a volunteer"),
    "volunteer.approve": mark("%(who)s let %(whom)s help as a volunteer"),
    "volunteer.decline": mark("%(who)s did not accept %(whom)s as a volunteer"),
    "volunteer.guardian": mark("%(who)s put a guardian of %(whom)s on record"),
    "volunteer.merge": mark("%(who)s handed a former membership's answers to %(whom)s"),
    "volunteer.pause": mark("%(who)s let %(whom)s pause as a volunteer"),
    "volunteer.profile": mark("%(who)s changed their answers as a volunteer"),
    "volunteer.times": mark("%(who)s changed when they are free"),
    "visit.withdraw": mark("%(who)s gave an accepted visit back"),
}

_UNKNOWN: Final = mark("%(who)s did what is noted as “%(act)s”")
ELLIPSIS: Final = "…"


def sentence(event: AuditEvent, names: Mapping[UUID, str]) -> str:
    """Return one act as a sentence; an act of an older release is told by its own name."""
    told = _(SENTENCES.get(event.act, _UNKNOWN))
    return told % {
        "who": name_of(event.actor, names),
        "whom": name_of(event.subject_id, names),
        "act": event.act,
    }


def name_of(who: UUID, names: Mapping[UUID, str]) -> str:
    """Return a name, or what stands for one where there is none."""
    if who == SYSTEM:
        return _("Linli itself")
    return names.get(who) or _("somebody unknown here")


def families() -> Iterator[tuple[str, str]]:
    """Yield each family of acts and each act, as a list to choose from; a family ends in a dot."""
    for family, title in FAMILIES.items():
        yield f"{family}.", _("%(family)s: everything") % {"family": _(title)}
        for act, told in SENTENCES.items():
            if act.partition(".")[0] == family:
                yield act, f"{_(title)}: {_(told) % {'who': ELLIPSIS, 'whom': ELLIPSIS}}"


def acts_of(chosen: str) -> tuple[str, ...]:
    """Return the acts that a choice from the list stands for; none for an unknown one."""
    if chosen.endswith("."):
        return tuple(act for act in SENTENCES if act.startswith(chosen))
    return (chosen,) if chosen in SENTENCES else ()
