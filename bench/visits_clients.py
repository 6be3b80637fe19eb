"""Thirty-two who book and confirm over connections of their own, and how long each answer took."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import psutil

from bench.server import Server
from bench.visits_fill import MINUTES, Client

VISITS: Final = "/time-bank/visits/"
VERBS: Final = {"book": "accept", "confirm": "confirm"}


@dataclass
class Connection:
    """One connection that is kept open; as much of HTTP as the two programs here speak."""

    port: int
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def ask(
        self, method: str, path: str, *, cookie: str = "", form: bytes = b""
    ) -> tuple[int, bytes]:
        """Ask once; return the answer's status and its body."""
        status, body, _where = await self.ask_where(method, path, cookie=cookie, form=form)
        return status, body

    async def ask_where(
        self, method: str, path: str, *, cookie: str = "", form: bytes = b""
    ) -> tuple[int, bytes, str]:
        """Ask once; return the answer's status, its body, and where it leads to, if anywhere."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "accept: text/html"]
        if cookie:
            lines.append(f"cookie: {cookie}")
        if method == "POST":
            lines.append("content-type: application/x-www-form-urlencoded")
            lines.append(f"content-length: {len(form)}")
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + form)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        body = b""
        if "content-length:" in head:
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            body = await self.reader.readexactly(length)
        elif "transfer-encoding: chunked" in head:
            while length := int(await self.reader.readline(), 16):
                body += (await self.reader.readexactly(length + 2))[:-2]
            await self.reader.readline()
        where = (
            head.split("\r\nlocation:")[1].split("\r\n")[0].strip()
            if "\r\nlocation:" in head
            else ""
        )
        return int(head.split()[1]), body, where

    def close(self) -> None:
        """Let the connection go; the next question opens another."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


@dataclass
class Block:
    """What one stretch of work took, for one of the programs.

    `waits` has the milliseconds of each booking and confirmation with its page, `posts` those of
    its form alone.
    """

    seconds: float = 0.0
    client_cpu: float = 0.0
    program_cpu: float = 0.0
    server_cpu: float = 0.0
    waits: list[float] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Bookings and confirmations."""
        return len(self.waits)

    @property
    def rate(self) -> float:
        """Bookings and confirmations a second."""
        return self.done / self.seconds

    @property
    def cpu(self) -> float:
        """Milliseconds of processor time of program and PostgreSQL for each."""
        return (self.program_cpu + self.server_cpu) / self.done * 1000


@dataclass
class Program:
    """One of the two programs: where it listens, who it is, and how it is asked."""

    name: str
    port: int
    pid: int
    bare: bool = False
    page: bool = True
    connections: list[Connection] = field(default_factory=list)

    def cpu_seconds(self) -> float:
        """Return the processor time of the program and of its worker."""
        main = psutil.Process(self.pid)
        family = [main, *main.children(recursive=True)]
        times = [one.cpu_times() for one in family if one.name() != "postgres"]
        return float(sum(one.user + one.system for one in times))

    async def act(self, number: int, client: Client, side: str, visit: UUID) -> tuple[float, float]:
        """Book or confirm one visit, and open the page that it leads to.

        Returns how many milliseconds the form took, and both together.
        """
        began = time.perf_counter()
        cookie, path = client.cookies[side], f"{VISITS}{visit}"
        if self.bare:
            who = client.volunteer if side == "book" else client.elder
            await self._asked(204, number, "POST", f"/{visit}/{side}/{who}")
        else:
            form = urlencode({"_csrf_token": client.forms[side], "minutes": MINUTES}).encode()
            address = f"{path}/{VERBS[side]}"
            await self._asked(303, number, "POST", address, cookie=cookie, form=form)
        form_took = time.perf_counter() - began
        if self.page and not self.bare:
            await self._asked(200, number, "GET", path, cookie=cookie)
        return form_took * 1000, (time.perf_counter() - began) * 1000

    async def _asked(self, expected: int, number: int, *words: str, **more: Any) -> None:
        status, body = await self.connections[number].ask(*words, **more)
        if status != expected:
            raise RuntimeError(f"{self.name}: {words} was answered {status}: {body.decode()[:500]}")

    async def block(
        self, server: Server, clients: list[Client], turns: list[tuple[int | None, int | None]]
    ) -> Block:
        """Let all clients work at once: in each turn book one visit and confirm another."""
        found = Block()
        used = (self.cpu_seconds(), server.cpu_seconds(), time.process_time())
        began = time.perf_counter()

        async def works(number: int, client: Client) -> None:
            for turn in turns:
                for side, place in zip(VERBS, turn, strict=True):
                    if place is not None:
                        took = await self.act(number, client, side, client.requests[place])
                        found.posts.append(took[0])
                        found.waits.append(took[1])

        while len(self.connections) < len(clients):
            self.connections.append(Connection(self.port))
        await asyncio.gather(*(works(number, one) for number, one in enumerate(clients)))
        found.seconds = time.perf_counter() - began
        for connection in self.connections:
            connection.close()  # an idle one would be closed by the server before its next turn
        found.program_cpu = self.cpu_seconds() - used[0]
        found.server_cpu = server.cpu_seconds() - used[1]
        found.client_cpu = time.process_time() - used[2]
        return found
