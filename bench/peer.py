"""Starts and asks the peer: django-hordak, in processes of its own, on the same server."""

import asyncio
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.measuring import Sample
from bench.server import Server

PYTHON = Path(".venv-bench/bin/python")
SCRIPT = Path(__file__).with_name("hordak_peer.py")
DATABASE = "hordak"


class Peer:
    """One process for each core, which share the clients: Python threads would share one core."""

    def __init__(self, server: Server, *, clients: int) -> None:
        self._server = server
        self._clients = clients
        self._processes: list[asyncio.subprocess.Process] = []

    @staticmethod
    def installed() -> bool:
        """Whether the peer's virtual environment is there."""
        return PYTHON.exists()

    async def prepare(self, accounts: int) -> None:
        """Make its database, tables and accounts, and start its processes."""
        await self._server.owner.execute(f"CREATE DATABASE {DATABASE}")
        number = min(os.cpu_count() or 1, self._clients)
        for i in range(number):
            share = self._clients // number + (i < self._clients % number)
            self._processes.append(
                await asyncio.create_subprocess_exec(
                    str(PYTHON),
                    str(SCRIPT),
                    self._server.socket_folder,
                    DATABASE,
                    str(share),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                )
            )
        await self._ask(self._processes[0], f"prepare {accounts}")

    async def run(self, shape: str, seconds: float) -> Sample:
        """Let all processes transfer at once."""
        answers = await asyncio.gather(
            *(self._ask(process, f"{shape} {seconds}") for process in self._processes)
        )
        return Sample(
            sum(answer["transfers"] for answer in answers),
            max(answer["seconds"] for answer in answers),
            sum(answer["cpu"] for answer in answers),
        )

    async def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            assert process.stdin is not None  # noqa: S101 (it was asked for)
            process.stdin.close()
            with suppress(ProcessLookupError):
                await process.wait()

    async def _ask(self, process: asyncio.subprocess.Process, request: str) -> dict[str, Any]:
        assert process.stdin is not None  # noqa: S101 (both were asked for)
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(f"{request}\n".encode())
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer ended at {request!r}; its words are above")
        answer: dict[str, Any] = json.loads(line)
        return answer
