"""The doors of the house: the ways to each part, for whoever the table of acts lets in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from app.acts import ACTS
from app.i18n import gettext as _
from app.i18n import mark
from community import Role

Current = Literal["", "page", "true"]
"""Whether a door leads to this very page (`page`), or this page lies behind it (`true`)."""


@dataclass(frozen=True, slots=True)
class Door:
    """A way to a part of the house, shown to those whom its act is for.

    `behind` are addresses that are reached through it, besides its own and those below it.
    `away` stands in the menu alone where the page is narrow.
    """

    href: str
    icon: str
    words: str
    act: str
    behind: tuple[str, ...] = ()
    away: bool = False


@dataclass(frozen=True, slots=True)
class ShownDoor:
    """A door as a page shows it, in the reader's language."""

    href: str
    icon: str
    words: str
    current: Current
    away: bool


@dataclass(frozen=True, slots=True)
class Doors:
    """The doors on every page: those always in sight, and those in the menu, by heading."""

    front: tuple[ShownDoor, ...]
    menu: tuple[tuple[str, tuple[ShownDoor, ...]], ...]

    @property
    def in_menu(self) -> bool:
        """Whether this page is reached by way of the menu."""
        return any(door.current for _heading, doors in self.menu for door in doors)


HOME: Final = Door("/", "house", mark("Home"), "me.read")
SIGN_IN: Final = Door("/sign-in", "log-in", mark("Sign in"), "sign_in", ("/join",))
FRONT: Final = (
    Door("/time-bank", "clock", mark("Time bank"), "time_bank.read"),
    Door(
        "/projects",
        "sprout",
        mark("Projects"),
        "project.read",
        (
            "/rounds",
            "/elections",
            "/feed.xml",
            "/ballot-desk",
            "/funding",
            "/drives",
            "/contributions",
            "/deliveries",
            "/disbursements",
            "/evaluations",
            "/undertakers",
            "/api/projects",
        ),
    ),
    Door(
        "/book",
        "book-open",
        mark("Open book"),
        "book.read",
        ("/open-books", "/conflicts"),
        away=True,
    ),
)
MENU: Final = (
    (
        mark("My work"),
        (
            Door("/calls", "phone", mark("Phone desk"), "call.answer", ("/hand-overs",)),
            Door("/match", "hand-heart", mark("Match board"), "match.read"),
            Door("/members", "users", mark("Members"), "member.read", ("/roles",)),
            Door(
                "/time-bank/figures",
                "search-check",
                mark("The time bank in figures"),
                "figures.read",
                ("/time-bank/reports",),
            ),
            Door("/roster", "book-open", mark("Rosters"), "roster.import"),
            Door("/places", "map-pin", mark("Places"), "area.read", ("/communities",)),
            Door(
                "/time-bank/solvency",
                "hourglass",
                mark("Can the hours be honoured?"),
                "solvency.read",
            ),
            Door("/audit", "search-check", mark("Who did what"), "audit.read"),
            Door("/moves", "arrow-left-right", mark("Moving in and out"), "move.decide"),
            Door("/clearing", "scale", mark("Hours between communities"), "clearing.read"),
            Door(
                "/time-bank/grants",
                "hand-helping",
                mark("Grants of hours"),
                "grant.read",
                ("/time-bank/estates", "/time-bank/needs", "/time-bank/donations"),
            ),
            Door("/funding/desk", "wallet", mark("Gifts and receipts"), "funding.desk"),
            Door("/erasures", "x", mark("Wishes to be erased"), "erasure.read"),
            Door(
                "/desk/undelivered",
                "bell",
                mark("Messages that did not arrive"),
                "message.undelivered.read",
            ),
            Door("/desk/volunteers", "hand-heart", mark("Volunteers"), "volunteer.read"),
            Door(
                "/desk/services",
                "pencil-ruler",
                mark("The catalogue of help"),
                "catalogue.keep",
                ("/desk/certificate-kinds",),
            ),
            Door("/desk", "lamp-desk", mark("Cards at the desk"), "desk.open"),
        ),
    ),
    (
        mark("For me"),
        (
            Door("/me", "user-round", mark("My page"), "me.read", ("/for", "/communities")),
            Door("/time-bank/calendar", "calendar", mark("My calendar"), "calendar.read"),
            Door(
                "/time-bank/giving",
                "hand-heart",
                mark("Gifts and donations"),
                "giving.read",
                ("/time-bank/gifts", "/time-bank/give", "/time-bank/donate"),
            ),
            Door(
                "/me/contributions",
                "wallet",
                mark("My gifts and pledges"),
                "contribution.own",
            ),
            Door("/messages", "mail", mark("Messages"), "message.read"),
            Door("/for", "hand-helping", mark("The people I act for"), "acted_for.read"),
        ),
    ),
    (
        mark("For everybody"),
        (
            Door(
                "/needs",
                "megaphone",
                mark("What we need here"),
                "need.read",
                (
                    "/api/needs",
                    "/plans",
                    "/api/plans",
                    "/screening",
                    "/screenings",
                    "/arguments",
                    "/neighbourly-rules",
                ),
            ),
            Door(
                "/time-bank/services",
                "hand-helping",
                mark("What neighbours help with"),
                "catalogue.read",
                ("/api/care-services",),
            ),
            Door("/time-bank/honours", "star", mark("Thank you, neighbours"), "honour.read"),
            Door("/classes", "graduation-cap", mark("Classes"), "class.read", ("/api/classes",)),
            Door(
                "/meetings",
                "messages-square",
                mark("Meetings"),
                "meeting.read",
                ("/councils", "/api/meetings", "/api/councils"),
            ),
            Door("/teams", "users", mark("Teams of volunteers"), "team.read"),
            Door(
                "/time-bank/fund",
                "sprout",
                mark("The relief fund"),
                "fund.read",
                ("/api/time-bank/fund",),
            ),
            Door("/organisations", "users", mark("Organisations"), "organisation.read"),
            Door("/policy", "pencil-ruler", mark("The rules of this community"), "policy.read"),
        ),
    ),
)


def doors(roles: Collection[Role] | None, path: str) -> Doors:
    """Return the doors for a member with these roles, or for a visitor, on the page at `path`."""
    front = (HOME, *FRONT) if roles is not None else (*FRONT, SIGN_IN)
    menu = [(heading, [one for one in group if _opens(one, roles)]) for heading, group in MENU]
    every = [*front, *(one for _heading, group in menu for one in group)]
    current = _nearest(every, path)
    return Doors(
        tuple(_shown(one, current, path) for one in front),
        tuple(
            (_(heading), tuple(_shown(one, current, path) for one in group))
            for heading, group in menu
            if group
        ),
    )


def _opens(door: Door, roles: Collection[Role] | None) -> bool:
    act = ACTS[door.act]
    return act.public or (roles is not None and bool(act.reach(roles)))


def _nearest(every: Iterable[Door], path: str) -> Door | None:
    """Return the door with the longest address that leads to this page."""
    found = [
        ((len(address), address == door.href), door)
        for door in every
        for address in (door.href, *door.behind)
        if path == address or (address != "/" and path.startswith(f"{address}/"))
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def _shown(door: Door, current: Door | None, path: str) -> ShownDoor:
    here: Current = "" if door is not current else "page" if path == door.href else "true"
    return ShownDoor(door.href, door.icon, _(door.words), here, door.away)
