"""What pages and files of the open books show: gathered once, in the reader's words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import community
from app import money_trail_words as words
from app.i18n import gettext as _
from community import Actor, Community, Role
from ledger import CNY, MINUTE, Unit
from marketplace.open_books import rules
from marketplace.open_books.values import (
    BookLine,
    CommunityBooks,
    Document,
    DocumentKind,
    Reckoning,
    Spending,
    Stream,
    TrailLine,
)

NAMED_FOR = frozenset({Role.TREASURER, Role.AUDITOR})
"""The roles that see also who gave without a name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One transfer in words. `href` leads to its document, `papers` are how many lie behind it.

    `who` is empty where the reader may not know, or nobody is known.
    """

    line: TrailLine
    what: str
    way: str
    from_words: str
    to_words: str
    amount: str
    who: str
    href: str
    project: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names that lines need: of members, organisations and projects."""

    members: dict[UUID, str]
    organisations: dict[UUID, str]
    projects: dict[UUID, str]


def sees_names(by: Actor | None, home: Community) -> bool:
    """Whether a reader may know who gave without a name: this community's treasurer or auditor."""
    return by is not None and by.community_id == home.id and bool(by.roles & NAMED_FOR)


async def names_for(
    lines: Iterable[TrailLine], home: Community, titles: dict[UUID, str] | None = None
) -> Names:
    """Look up whom and what lines name; a former member has no name any more."""
    behind = [one.document for one in lines]
    members = await community.named_members(
        {one.giver for one in behind if one.giver}, community_id=home.id
    )
    organisations = {}
    if any(one.organisation_id for one in behind):
        organisations = {one.id: one.name for one in await community.organisations_of(home.id)}
    return Names(members, organisations, titles or {})


def shown(one: TrailLine, names: Names, *, named: bool) -> Shown:
    """Put a transfer into words."""
    transfer = one.transfer
    return Shown(
        line=one,
        what=words.document_words(one.document),
        way=_(words.WAYS[transfer.kind]),
        from_words=words.account_words(one.from_kind),
        to_words=words.account_words(one.to_kind),
        amount=words.signed(transfer.amount, transfer.unit),
        who=who(one.document, names),
        href=address(one, named=named),
        project=names.projects.get(one.project_id, "") if one.project_id else "",
    )


def who(document: Document, names: Names) -> str:
    """Return who gave or did it, as far as the document says so to this reader."""
    if document.organisation_id is not None:
        return names.organisations.get(document.organisation_id, "")
    if document.giver is not None:
        return names.members.get(document.giver, _("a former member"))
    if document.name:
        return document.name
    return _("anonymous") if document.kind is DocumentKind.CONTRIBUTION else ""


def address(one: TrailLine, *, named: bool) -> str:
    """Return where a transfer's document is shown to this reader; empty where it is not."""
    document, project = one.document, one.project_id
    if document.kind is DocumentKind.CONTRIBUTION and named:
        return f"/contributions/{document.id}"
    if document.drive_id is not None:
        return f"/drives/{document.drive_id}"
    places = {
        DocumentKind.ROUND: f"/rounds/{document.id}",
        DocumentKind.DISBURSEMENT: f"/disbursements/{document.id}",
        DocumentKind.FUND: "/funding/funds",
        DocumentKind.WORK: f"/projects/{project}/work" if project else "",
    }
    return places.get(document.kind, "")


def chart(streams: Sequence[Stream], spendings: Sequence[Spending], unit: Unit) -> dict[str, Any]:
    """Return the picture as the page's script draws it: nodes by name, and links between them.

    Money in yuan and help in hours, which is what the axis of a picture can hold; the table has
    every fen. The names of two nodes never coincide.
    """
    named = node_names(streams, spendings)
    divisor = 100 if unit == CNY else 60
    return {
        "unit": _("yuan") if unit == CNY else _("hours"),
        "nodes": [{"name": name} for name in named.values()],
        "links": [
            {
                "source": named[one.from_node],
                "target": named[one.to_node],
                "value": one.amount / divisor,
                "told": words.signed(one.amount, unit),
            }
            for one in streams
        ],
    }


def node_names(streams: Sequence[Stream], spendings: Sequence[Spending]) -> dict[str, str]:
    """Return each node's name; one that would be the second of its name is numbered."""
    receipts = {str(one.id): one.purpose for one in spendings if one.id is not None}
    named: dict[str, str] = {}
    for node in dict.fromkeys(end for one in streams for end in (one.from_node, one.to_node)):
        name, number = words.node_words(node, receipts), 1
        while name in named.values():
            number += 1
            name = f"{words.node_words(node, receipts)} ({number})"
        named[node] = name
    return named


def stream_rows(
    streams: Sequence[Stream], spendings: Sequence[Spending], unit: Unit
) -> list[list[str]]:
    """Return the picture as a table: from, to, how much."""
    named = node_names(streams, spendings)
    return [
        [named[one.from_node], named[one.to_node], words.signed(one.amount, unit)]
        for one in streams
    ]


def source_rows(reckoning: Reckoning) -> list[list[str]]:
    """Return the sums by source as a table, and all together in the last line."""
    unit = reckoning.unit
    rows = [
        [
            words.source_words(one.source),
            *(words.signed(part, unit) for part in (one.given, one.returned, one.spent, one.held)),
        ]
        for one in reckoning.sources
    ]
    whole = (reckoning.given, reckoning.returned, reckoning.spent, reckoning.held)
    return [*rows, [_("All together"), *(words.signed(part, unit) for part in whole)]]


def given_rows(found: CommunityBooks) -> list[list[str]]:
    """Return what each source gave to a community's projects, and what went back to it."""
    return [
        [
            words.source_words(name),
            words.signed(found.given.get(name, 0), found.unit),
            words.signed(found.returned.get(name, 0), found.unit),
        ]
        for name in rules.in_order([*found.given, *found.returned])
    ]


def balanced(lines: Iterable[BookLine]) -> bool:
    """Whether all of these balance."""
    return all(one.balanced for one in lines)


def unit_words(unit: Unit) -> str:
    """Return what is counted."""
    return _("Hours") if unit == MINUTE else _("Money")
