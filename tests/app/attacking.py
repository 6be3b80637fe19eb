"""What attacks on the whole route table share: app, neighbourhood, requests that are undone."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from litestar import Litestar

from app.database import Engine
from app.main import create_app
from app.tables import WebSessionRow
from community import Member
from tests.built import built
from tests.neighbourhood import Neighbourhood, open_neighbourhood
from tests.trail import CHANGED
from tests.walks import MACHINES, act_of, handlers, right_person, signed_in_client, visiting

REFUSED = 400
# What is there to remember attempts.
_ATTEMPTS = {"request_pace", "sign_in_wait", "migration"}


class _UndoError(Exception):
    """Rolls a request's transaction back."""


def _undo() -> None:
    raise _UndoError


@dataclass(frozen=True)
class Door:
    """A route, an address of it, and the person who may come in by it."""

    method: str
    route: str
    address: str
    person: Member | None

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


@dataclass
class Site:
    """The app and a neighbourhood behind it."""

    app: Litestar
    hood: Neighbourhood
    database: Engine
    _entered: dict[UUID | None, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)

    def doors(self, *methods: str, machines: bool = False) -> Iterator[Door]:
        """Yield every route that takes one of these methods."""
        for (method, route), handler in handlers(self.app).items():
            if method in methods and (machines or not route.startswith(MACHINES)):
                role = right_person(act_of(handler))
                person = self.hood.people[role] if role else None
                yield Door(method, route, self.hood.address(route), person)

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """Run requests in a transaction of this very task, and roll back whatever they did."""
        try:
            async with self.database.transaction():
                yield
                _undo()
        except _UndoError:
            pass

    async def enter(self, *people: Member | None) -> None:
        """Sign these people in, once and for good: what they then do may be undone."""
        for person in people:
            at = person.id if person else None
            if at not in self._entered:
                client, form = await signed_in_client(self.app, person)
                self._entered[at] = dict(client.cookies), form
                await client.aclose()

    async def client(self, person: Member | None) -> tuple[httpx.AsyncClient, dict[str, str]]:
        """Return a browser of its own, in which a person is signed in, and a form's token."""
        cookies, form = self._entered[person.id if person else None]
        return visiting(self.app, httpx.Cookies(cookies)), dict(form)

    async def send(
        self, door: Door, fields: dict[str, Any] | None = None, **request: Any
    ) -> tuple[httpx.Response, bool]:
        """Send one request as the right person with the right token, and undo it.

        Also say whether it was refused and stored something nevertheless. Where it breaks the
        transaction (the database refused a row), the page about the refusal cannot be made within
        it: so it is sent again without.
        """
        await self.enter(door.person)
        found: list[tuple[httpx.Response, bool]] = []
        try:
            async with self.undone():
                answer = await self._sent(door, fields or {}, request)
                stored = await self.stored() if answer.status_code >= REFUSED else set()
                found.append((answer, bool(stored - {"web_session"})))
        except asyncpg.InFailedSQLTransactionError:
            return await self._sent(door, fields or {}, request), False
        return found[-1]

    async def _sent(
        self, door: Door, fields: dict[str, Any], request: dict[str, Any]
    ) -> httpx.Response:
        client, form = await self.client(door.person)
        if door.method == "POST" and "content" not in request:
            request = {**request, "data": {**fields, **form}}
        else:
            headers = {"x-csrftoken": form["_csrf_token"], **request.get("headers", {})}
            request = {**request, "headers": headers}
        answer = await client.request(door.method, door.address, **request)
        await client.aclose()
        return answer

    async def stored(self) -> set[str]:
        """Return the tables of which rows were written in this transaction, sessions included."""
        written = await maybe_written() - _ATTEMPTS
        if not written:
            return set()
        found = await WebSessionRow.raw(
            " UNION ALL ".join(
                f"SELECT '{table}' AS name WHERE EXISTS (SELECT FROM \"{table}\""
                " WHERE xmin::text::bigint >= pg_current_xact_id()::xid::text::bigint)"
                for table in sorted(written)
            )
        )
        return {row["name"] for row in found}


async def maybe_written() -> set[str]:
    """Return the tables in which alone the open transaction can have written, and maybe more."""
    return {row["relname"] for row in await WebSessionRow.raw(CHANGED)}


async def open_site(database: Engine, **settings_of_app: Any) -> Site:
    """Open a neighbourhood behind an app that has neither its jobs nor its messenger running.

    What those store on their own is not what is asked about.
    """
    hood = await open_neighbourhood()
    hood.examples = {"import_id": uuid.uuid4(), "kind": "csv", **hood.examples}
    app = create_app(**settings_of_app) if settings_of_app else built()
    return Site(app, hood, database)
