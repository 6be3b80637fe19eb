"""The whole matrix of people × routes over HTTP, compared with the table of acts.

For every route and every person (a visitor, and one member for each role) the answer of the running
app must be the one that `app/acts.py` gives: refused, or let through to the verb. Routes about a
member are asked for oneself and for somebody else; examples that belong to somebody (a visit, a
message) must be out of reach of everybody else whose act reaches only their own affairs.

Each request runs in a transaction that is rolled back, so that what is allowed changes nothing for
the requests after it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.acts import Relation, Who
from app.database import Engine
from app.main import create_app
from app.tables import WebSessionRow
from community import Role
from tests.neighbourhood import NAMES, PARAMETER, Neighbourhood, open_neighbourhood
from tests.walks import MACHINES, act_of, handlers, signed_in_client, visiting

# What changes with any act: the trail, and what is done without one (reading a message, say). Not
# what the app's own jobs do meanwhile: they act as nobody, and clear away sessions that are over.
COUNTED: Final = """
SELECT (SELECT act FROM audit_event WHERE actor <> {} ORDER BY seq DESC LIMIT 1) AS act,
    (SELECT max(seq) FROM audit_event WHERE actor <> {}) AS acts,
    (SELECT count(*) FROM push_device) AS devices,
    (SELECT count(*) FROM message WHERE member_id = ANY({}) AND read_at IS NOT NULL) AS read,
    (SELECT count(*) FROM web_session WHERE member_id = ANY({}) AND ends_at > now()) AS sessions
"""
REFUSED: Final = "This page is for "
VISITOR: Final = None
PEOPLE: Final = (VISITOR, *NAMES)


class _UndoError(Exception):
    """Rolls a request's transaction back."""


@dataclass(frozen=True)
class Cell:
    """One request of the matrix: who asks for which address, and whether the table lets them."""

    method: str
    route: str
    address: str
    person: Role | None
    allowed: bool
    hood: Neighbourhood

    @property
    def fields(self) -> dict[str, str]:
        """What a form of this route must bring besides its token."""
        return self.hood.fields.get(self.route, {})

    @property
    def members(self) -> list[UUID]:
        """Everybody whose rows are counted."""
        return [one.id for one in self.hood.people.values()]

    def __str__(self) -> str:
        return f"{self.method} {self.route} as {self.person or 'visitor'}"


@dataclass(frozen=True)
class Door:
    """What lets somebody in: the cookies of a session, and the fields that a form must bring."""

    cookies: httpx.Cookies
    form: dict[str, str]


@pytest.fixture(scope="module")
def app(database: Engine) -> Litestar:  # noqa: ARG001 (the app needs it)
    """Give the app without its jobs: what they do on their own is no answer to a request."""
    return create_app()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hood(database: Engine) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    return await open_neighbourhood()


def matrix(app: Litestar, hood: Neighbourhood) -> Iterator[Cell]:
    """Yield every cell, with what the table says of it."""
    for (method, route), handler in handlers(app).items():
        act = act_of(handler)
        named = PARAMETER.findall(route)
        for person in PEOPLE:
            roles = hood.people[person].roles if person else frozenset()
            reach = act.reach(roles) if person else frozenset()
            about_another = "member_id" in named
            if not about_another:
                reach -= {Relation.ACTED_FOR}  # only an address with a member is about another
            allowed = act.public or bool(reach)
            own_only = Relation.COMMUNITY not in reach and not act.public
            if about_another:
                for about in (Role.ELDER, person) if person else (Role.ELDER,):
                    near = about is person or (
                        Relation.ACTED_FOR in reach and person is Role.DELEGATE
                    )
                    yield Cell(
                        method,
                        route,
                        _about(hood, route, cast("Role", about)),
                        person,
                        allowed and (near or not own_only),
                        hood,
                    )
                continue
            about = next((one for one in reversed(named) if one in hood.related), None)
            stranger = own_only and about is not None and person not in hood.related[about]
            yield Cell(method, route, hood.address(route), person, allowed and not stranger, hood)


def _about(hood: Neighbourhood, route: str, about: Role) -> str:
    known = dict(hood.examples)
    hood.examples["member_id"] = hood.people[about].id
    try:
        return hood.address(route)
    finally:
        hood.examples = known


async def test_every_cell_of_the_matrix_is_as_the_table_says(
    app: Litestar,
    hood: Neighbourhood,
    database: Engine,
    record_property: Callable[[str, object], None],
) -> None:
    differing: list[str] = []
    cells = list(matrix(app, hood))
    doors = {person: await _door(app, hood, person) for person in PEOPLE}
    for cell in cells:
        async with visiting(app, doors[cell.person].cookies) as client:
            said = _verdict(cell, *await _ask(client, cell, doors[cell.person].form, database))
        if said:
            differing.append(f"{cell}: {said}")
    routes = {(cell.method, cell.route) for cell in cells}
    record_property("access matrix", f"{len(cells)} cells of {len(routes)} routes")
    record_property("cells that differ from the table", len(differing))
    assert not differing, "\n".join([f"{len(differing)} of {len(cells)} differ", *differing])
    assert len(cells) >= len(routes) * len(PEOPLE)


async def _door(app: Litestar, hood: Neighbourhood, person: Role | None) -> Door:
    """Sign somebody in, once for all their cells."""
    client, form = await signed_in_client(app, hood.people[person] if person else None)
    await client.aclose()
    return Door(client.cookies, form)


async def _ask(
    client: httpx.AsyncClient, cell: Cell, form: dict[str, str], database: Engine
) -> tuple[httpx.Response, str]:
    """Send a request in a transaction of this very task, and roll back whatever it did.

    Also say what it changed of what members have: an act of theirs leaves an audit event, and those
    without one (a message read, a session ended) are counted by their rows.
    """
    answers: list[tuple[httpx.Response, str]] = []
    try:
        async with database.transaction():
            before = await _counted(cell)
            answer = await client.request(
                cell.method,
                cell.address,
                headers={"accept": "application/json"},
                data=form | cell.fields if cell.method == "POST" else None,
            )
            after = await _counted(cell)
            changed = [f"{name} {after[name]}" for name in after if after[name] != before[name]]
            answers.append((answer, ", ".join(changed)))
            _undo()
    except _UndoError:
        return answers[0]


async def _counted(cell: Cell) -> dict[str, object]:
    members = cell.members
    (found,) = await WebSessionRow.raw(
        COUNTED, community.SYSTEM, community.SYSTEM, members, members
    )
    return dict(found)


def _undo() -> None:
    raise _UndoError


def _verdict(cell: Cell, answer: httpx.Response, changed: str = "") -> str:
    """Return how an answer differs from what the table says; nothing where it does not.

    A refused POST may also lead back to where its person belongs, if it changed nothing: ending a
    session that is not mine is answered as ending one that is over.
    """
    status = answer.status_code
    by_table = status == httpx.codes.FORBIDDEN and REFUSED in answer.text
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return f"answered {status}: {answer.text[:200]}"
    if cell.allowed:
        refused = by_table or status == httpx.codes.UNAUTHORIZED
        return f"allowed, but answered {status}: {answer.text[:120]}" if refused else ""
    if changed:
        return f"to be refused, and changed something: {status}, {changed}"
    expected = {401} if cell.person is VISITOR else {303, 403, 404}
    return "" if status in expected else f"to be refused, but answered {status}"


def test_the_matrix_can_fail(app: Litestar, hood: Neighbourhood) -> None:
    """Each kind of difference is told: a door that stands open, and one that is shut."""
    shut = Cell("GET", "/x", "/x", Role.RESIDENT, allowed=True, hood=hood)
    assert _verdict(shut, httpx.Response(403, text=f"{REFUSED}nobody.")) != ""
    assert _verdict(shut, httpx.Response(403, text="That visit is not yours.")) == ""
    open_door = Cell("GET", "/x", "/x", Role.RESIDENT, allowed=False, hood=hood)
    assert _verdict(open_door, httpx.Response(200)) != ""
    assert _verdict(open_door, httpx.Response(404)) == ""
    assert _verdict(open_door, httpx.Response(303), changed="acts 7") != ""
    visitor = Cell("GET", "/x", "/x", VISITOR, allowed=False, hood=hood)
    assert _verdict(visitor, httpx.Response(200)) != ""
    allowed = [cell.allowed for cell in matrix(app, hood)]
    assert True in allowed
    assert False in allowed


def test_every_row_of_the_table_is_some_route_s(app: Litestar) -> None:
    """An act that no route names would be a promise that nothing keeps."""
    from app.acts import ACTS  # noqa: PLC0415 (only here)

    named = {handler.opt["act"] for handler in handlers(app).values()}
    assert set(ACTS) - named == set()
    for name, row in ACTS.items():
        if row.public:
            assert set(row.who) == {Who.ANYONE}, f"{name}: who else is in the row means nothing"


def test_machines_are_the_only_routes_without_a_session(app: Litestar) -> None:
    for (_method, route), handler in handlers(app).items():
        assert bool(handler.opt.get("skip_session")) == route.startswith(MACHINES)
