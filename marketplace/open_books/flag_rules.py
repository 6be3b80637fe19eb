"""The rule of conflicts of interest: who had two parts in one project, or is tied to who undertook.

Pure. A flag accuses nobody: it says that two parts of a project lie with the same person or with
two who are tied by kinship or by an organisation, so that others can look. The public learns the
two parts and that there is a tie, the auditor also of whom and how; for who is kin to whom is
nobody's business but theirs, and an organisation named alone would tell it by leaving out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from community import KinKind


class Part(StrEnum):
    """What somebody has to do with a project."""

    UNDERTAKER = "undertaker"
    SCREENER = "screener"
    SELECTOR = "selector"
    APPROVER = "approver"
    INSPECTOR = "inspector"
    SETTLER = "settler"
    """Who said that a helper was there, so that minutes were paid."""
    GIVER = "giver"


class Relation(StrEnum):
    """How the two of a flag are tied."""

    SAME = "same"
    KIN = "kin"
    ORGANISATION = "organisation"
    TIED = "tied"
    """All that the public learns: kin, or of one organisation."""


DECIDING: Final = frozenset(Part) - {Part.UNDERTAKER}


@dataclass(frozen=True, slots=True)
class Taking:
    """That somebody took a part in a project, and when: a member, or an organisation that gave."""

    part: Part
    member_id: UUID | None
    at: datetime | None
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ties:
    """What is on record about who undertakes a project.

    `hands` are all who act for it. `kin` says for relatives of theirs whose they are, and how;
    `posts` who belongs to the undertaking organisation, from when until when.
    """

    hands: frozenset[UUID]
    organisation_id: UUID | None
    kin: Mapping[UUID, tuple[UUID, KinKind]]
    posts: Sequence[tuple[UUID, datetime, datetime | None]]


@dataclass(frozen=True, slots=True)
class Flag:
    """Two parts in one project that are tied. `other_id` is who has the other part.

    For the public `member_id`, `other_id`, `kin` and `organisation_id` are None.
    """

    part: Part
    other: Part
    relation: Relation
    member_id: UUID | None = None
    other_id: UUID | None = None
    kin: KinKind | None = None
    organisation_id: UUID | None = None
    at: datetime | None = None


def found(takings: Iterable[Taking], ties: Ties) -> tuple[Flag, ...]:
    """Return the flags of everybody's parts in a project, each once, in the order of the parts."""
    flags = {flag: None for one in takings for flag in _flags(one, ties)}
    order = list(Part)
    return tuple(sorted(flags, key=lambda one: (order.index(one.part), str(one.member_id))))


def _flags(taking: Taking, ties: Ties) -> list[Flag]:
    """Return the strongest tie of one who took a part: one flag, or none."""
    if taking.part is Part.UNDERTAKER:
        return []
    flag = _tie(taking, ties)
    return [] if flag is None else [flag]


def _tie(taking: Taking, ties: Ties) -> Flag | None:
    member, own = taking.member_id, ties.organisation_id
    if own is not None and taking.organisation_id == own:
        return Flag(taking.part, Part.UNDERTAKER, Relation.SAME, member, None, None, own, taking.at)
    if member is None:
        return None
    if member in ties.hands:
        return Flag(taking.part, Part.UNDERTAKER, Relation.SAME, member, member, at=taking.at)
    if member in ties.kin:
        whose, kind = ties.kin[member]
        return Flag(taking.part, Part.UNDERTAKER, Relation.KIN, member, whose, kind, at=taking.at)
    if own is not None and _belonged(member, taking.at, ties):
        return Flag(
            taking.part, Part.UNDERTAKER, Relation.ORGANISATION, member, None, None, own, taking.at
        )
    return None


def _belonged(member: UUID, at: datetime | None, ties: Ties) -> bool:
    """Return whether a member belonged to the organisation then, or to it at all without a time."""
    return any(
        who == member and (at is None or (since <= at and (until is None or at < until)))
        for who, since, until in ties.posts
    )


# Two who approve the same request must be two views; man and wife are often one.
def among_approvers(
    approvers: Collection[UUID], kin: Mapping[UUID, Mapping[UUID, KinKind]]
) -> tuple[Flag, ...]:
    """Return a flag for each two approvers of one request who are kin to each other."""
    return tuple(
        Flag(Part.APPROVER, Part.APPROVER, Relation.KIN, one, other, kin[one][other])
        for one in sorted(approvers)
        for other in sorted(approvers)
        if one < other and other in kin.get(one, {})
    )


# Who approves a project's money and who inspects what it bought should be two: one person's word on
# both is one view.
def both_hands(approvers: Collection[UUID], inspectors: Collection[UUID]) -> tuple[Flag, ...]:
    """Return a flag for each who approved a project's money and inspects it as well."""
    return tuple(
        Flag(Part.APPROVER, Part.INSPECTOR, Relation.SAME, one, one)
        for one in sorted(set(approvers) & set(inspectors))
    )


def public(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Return flags as everybody may see them, each pair of parts and kind of tie once.

    That one person or one group has both parts is public, as both parts are; any other tie is no
    more than a tie.
    """
    shown = {
        Flag(
            one.part, one.other, one.relation if one.relation is Relation.SAME else Relation.TIED
        ): None
        for one in flags
    }
    return tuple(shown)
