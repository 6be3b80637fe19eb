"""No member of one community reads or changes anything of another, by any route and any id.

Somebody with every role in community A asks every route that is not public with the ids of
community B, all of them at once and each alone among ids of A's, and sends every form with B's
people in its fields. No answer may carry B's mark, which is part of every name there, and not one
row of B may change.
"""

import ast
import re
import uuid
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import pytest_asyncio
from litestar import Litestar

import app as app_package
import community
from app.database import Engine
from app.main import create_app
from app.tables import WebSessionRow
from community import Member, Role
from tests.app.attacking import maybe_written
from tests.neighbourhood import PARAMETER, Neighbourhood, open_neighbourhood
from tests.walks import act_of, handlers, signed_in_client, visiting

MARK: Final = "·彼岸"
# Before signing in nobody is of any community: who types a number gets a code sent to its owner.
AT_THE_DOOR: Final = {"/sign-in/code": {"message"}}

_TABLES: Final = """
SELECT DISTINCT ON (table_name) table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name IN ('community_id', 'area_id')
ORDER BY table_name, column_name DESC
"""


class _UndoError(Exception):
    """Rolls a request's transaction back."""


@dataclass
class Site:
    """The app, two communities, and somebody who has every role there is in the first."""

    app: Litestar
    database: Engine
    here: Neighbourhood
    there: Neighbourhood
    everything: Member
    fields: dict[str, str]
    digests: dict[str, str]
    entered: tuple[dict[str, str], dict[str, str]]
    before: dict[str, tuple[int, str]] = field(default_factory=dict)

    async def sums(self) -> dict[str, tuple[int, str]]:
        """Return for each table how many rows are the other community's, and their sum.

        A table in which a transaction has written nothing stays as it was `before`.
        """
        written = await maybe_written()
        if not self.before or "area" in written:  # what lies in a community follows from its areas
            return await self.summed(self.digests.keys())
        return self.before | await self.summed(written & self.digests.keys())

    async def summed(self, tables: AbstractSet[str]) -> dict[str, tuple[int, str]]:
        """Sum these tables up anew."""
        if not tables:
            return {}
        digest = " UNION ALL ".join(self.digests[table] for table in sorted(tables))
        rows = await WebSessionRow.raw(digest, *[self.there.home.id] * len(tables))
        return {row["name"]: (row["rows"], row["sum"]) for row in rows}

    async def attempt(
        self, method: str, address: str
    ) -> tuple[httpx.Response, dict[str, tuple[int, str]]]:
        """Send a request in a transaction, sum up the other community in it, and roll it back.

        Where the request itself broke the transaction nothing is left of it, so there is no sum.
        """
        found: list[tuple[httpx.Response, dict[str, tuple[int, str]]]] = []
        try:
            async with self.database.transaction():
                cookies, form = self.entered
                client = visiting(self.app, httpx.Cookies(cookies))
                answer = await client.request(
                    method,
                    address,
                    headers={"accept": "text/html"},
                    data={**self.fields, **form} if method == "POST" else None,
                    params=self.fields if method == "GET" else None,
                )
                await client.aclose()
                found.append((answer, {}))
                found.append((answer, await self.sums()))
                _undo()
        except (_UndoError, asyncpg.InFailedSQLTransactionError):
            return found[-1]
        raise AssertionError("the transaction was not rolled back")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> Site:
    here, there = await open_neighbourhood(), await open_neighbourhood(MARK)
    roles = tuple(role for role in Role if role is not Role.DELEGATE)
    everything = await community.add_member(community_id=here.home.id, name="万能", roles=roles)
    elder = await community.details_of(there.people[Role.ELDER].id, community_id=there.home.id)
    tables = await WebSessionRow.raw(_TABLES)
    assert len(tables) > 20
    # Without its jobs and its messenger: what they do on their own is not what is asked about.
    app = create_app()
    client, form = await signed_in_client(app, everything)
    await client.aclose()
    return Site(
        app,
        database,
        here,
        there,
        everything,
        fields_of(there, elder.phone or ""),
        {row["table_name"]: _summed(row["table_name"], row["column_name"]) for row in tables},
        (dict(client.cookies), form),
    )


def _summed(table: str, column: str) -> str:
    """Return a query that sums up a table's rows of a community and of all that lies in it."""
    return (
        f"SELECT '{table}' AS name, count(*) AS rows,"
        " md5(coalesce(string_agg(one::text, '' ORDER BY one::text), '')) AS sum"
        f' FROM "{table}" AS one WHERE {column} IN (SELECT id FROM area WHERE {{}} = ANY(lineage))'
    )


def attempts(
    app: Litestar, here: Neighbourhood, there: Neighbourhood
) -> Iterator[tuple[str, str, bool, str]]:
    """Yield method, route, whether it is public, and an address with ids of the other community."""
    for (method, route), handler in handlers(app).items():
        public, named = act_of(handler).public, PARAMETER.findall(route)
        addresses = {there.address(route)}
        for one in named:
            own, theirs = here.by_route.get(route, {}), there.by_route.get(route, {})
            mixed = Neighbourhood(
                here.home,
                here.people,
                here.examples,
                by_route={route: {**own, one: theirs.get(one, there.examples.get(one))}},
            )
            addresses.add(mixed.address(route))
        for address in sorted(addresses):
            yield method, route, public, address


def field_names() -> set[str]:
    """Return the name of every form field that any module of the app reads."""
    names = set()
    for source in Path(app_package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"value", "chosen"}
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                names.add(node.args[0].value)
    return names


def fields_of(there: Neighbourhood, phone: str) -> dict[str, str]:
    """Fill every field that can name somebody or something with what belongs to B."""
    elder = str(there.people[Role.ELDER].id)
    places = {"area", "at", "grid", "community", "below", "place_id"}
    filled = {}
    for name in field_names():
        if "phone" in name or name in {"number", "login"}:
            filled[name] = phone
        elif name in places:
            filled[name] = str(there.examples["area_id"])
        elif name in {"minutes", "choice", "level", "language", "size", "name"}:
            continue
        elif name == "key":
            filled[name] = str(uuid.uuid4())
        else:
            filled[name] = elder
    return filled


async def test_nobody_reads_or_changes_anything_of_another_community(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    site.before = before = await site.sums()
    faults: list[str] = []
    tried = 0
    for method, route, public, address in attempts(site.app, site.here, site.there):
        tried += 1
        answer, after = await site.attempt(method, address)
        changed = {name for name, was in before.items() if after.get(name, was) != was}
        changed -= AT_THE_DOOR.get(route, set())
        if changed:
            faults.append(f"{method} {address} ({route}) changed {changed}")
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR and after:
            faults.append(f"{method} {route} answered {answer.status_code}")
        if not public and (shown := re.search(f".{{0,80}}{MARK}", answer.text, re.DOTALL)):
            faults.append(f"{method} {address} ({route}) shows {shown[0]}")
    assert await site.summed(before.keys()) == before, (
        "something was changed elsewhere than in a request"
    )
    record_property("requests into another community", tried)
    assert not faults, "\n".join(faults)
    assert tried > len(handlers(site.app))


async def test_the_sums_would_notice(site: Site) -> None:
    """A changed name: the sums that the test above trusts tell it."""
    before = await site.summed(site.digests.keys())
    try:
        async with site.database.transaction():
            await WebSessionRow.raw(
                "UPDATE member SET name = 'x' WHERE id = {}", site.there.people[Role.ELDER].id
            )
            assert await site.sums() != before
            _undo()
    except _UndoError:
        assert await site.summed(before.keys()) == before


def _undo() -> None:
    raise _UndoError
