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
    "area": mark("Areas"),
    "community": mark("Communities"),
    "election": mark("Published elections"),
    "erasure": mark("Erasures"),
    "grant": mark("Hours given by the community"),
    "household": mark("Households"),
    "identity": mark("Identity numbers"),
    "member": mark("The register of members"),
    "passbook": mark("Passbooks"),
    "organisation": mark("Organisations"),
    "post": mark("Posts in organisations"),
    "project": mark("Projects"),
    "role": mark("Roles"),
    "round": mark("Rounds"),
    "time_bank": mark("The time bank"),
    "trail": mark("The audit trail itself"),
    "visit": mark("Visits"),
}

SENTENCES: Final[Mapping[str, str]] = {
    "area.add": mark("%(who)s added the area %(whom)s"),
    "area.rename": mark("%(who)s changed the name or the time zone of %(whom)s"),
    "community.add": mark("%(who)s added the community %(whom)s"),
    "election.import": mark("%(who)s imported a published election"),
    "erasure.ask": mark("%(who)s asked that the personal data of %(whom)s be erased"),
    "erasure.withdraw": mark("%(who)s took back the wish to erase the data of %(whom)s"),
    "erasure.carry_out": mark("%(who)s erased the personal data of %(whom)s"),
    "grant.opening": mark("%(who)s gave %(whom)s the hours that a member starts with"),
    "household.add": mark("%(who)s added a household"),
    "household.amend": mark("%(who)s changed a household's address"),
    "identity.rotate": mark("%(who)s sealed identity numbers anew"),
    "member.add": mark("%(who)s added %(whom)s to the register"),
    "member.amend": mark("%(who)s changed what is known of %(whom)s"),
    "member.back": mark("%(who)s wrote down that %(whom)s is back"),
    "member.leave": mark("%(who)s wrote down that %(whom)s has left"),
    "member.merge": mark("%(who)s merged another membership into that of %(whom)s"),
    "member.merged": mark("%(who)s merged the membership of %(whom)s into another"),
    "member.not_the_same": mark("%(who)s found that %(whom)s and a namesake are two people"),
    "member.verify": mark("%(who)s verified %(whom)s"),
    "passbook.merge": mark("%(who)s moved the hours of a former membership to %(whom)s"),
    "project.propose": mark("%(who)s proposed a project"),
    "organisation.add": mark("%(who)s entered the organisation %(whom)s in the register"),
    "organisation.amend": mark("%(who)s changed what the register says of %(whom)s"),
    "organisation.close": mark("%(who)s closed the organisation %(whom)s"),
    "post.end": mark("%(who)s ended somebody's post in %(whom)s"),
    "post.give": mark("%(who)s gave somebody a post in %(whom)s"),
    "role.end": mark("%(who)s ended a role of %(whom)s"),
    "role.grant": mark("%(who)s gave %(whom)s a role"),
    "round.close": mark("%(who)s closed a round and had it counted"),
    "round.open": mark("%(who)s opened a round"),
    "round.open_ballot": mark("%(who)s opened the ballot of a round"),
    "time_bank.open": mark("%(who)s opened the time bank of %(whom)s"),
    "trail.export": mark("%(who)s took a copy of the audit trail"),
    "visit.accept": mark("%(who)s accepted a visit"),
    "visit.ask": mark("%(who)s asked for a visit"),
    "visit.cancel": mark("%(who)s called a visit off"),
    "visit.check_in": mark("%(who)s checked in for a visit"),
    "visit.check_out": mark("%(who)s checked out from a visit"),
    "visit.confirm": mark("%(who)s confirmed a visit"),
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
