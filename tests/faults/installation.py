"""Real `linli` programs on folders and ports of their own, to be broken on purpose."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.postgres import Postgres

LINLI = "from app.commands import main; main()"
START_SECONDS_MAX = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Installation:
    """One folder and one port, and the programs that were started on them."""

    var: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    programs: list[subprocess.Popen[str]] = field(default_factory=list)
    when_closed: list[Callable[[], None]] = field(default_factory=list)
    busy: bool = False
    """Whether programs write so many log lines that a pipe nobody reads yet would stop them."""

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.var / "postgres")

    def start(self, *words: str, first: str = "") -> subprocess.Popen[str]:
        """Start a command; `first` is Python to run in its process before."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LINLI_")}
        environment.pop("DATABASE_URL", None)
        environment |= {"LINLI_VAR": str(self.var), "LINLI_PORT": str(self.port)}
        program = subprocess.Popen(
            [sys.executable, "-c", first + LINLI, *words],
            env=environment | self.settings,
            stdout=subprocess.DEVNULL if self.busy else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.programs.append(program)
        return program

    def run(self, *words: str, first: str = "") -> tuple[int, str]:
        """Run a command to its end; return its exit code and what it said."""
        program = self.start(*words, first=first)
        out, said = program.communicate(timeout=START_SECONDS_MAX)
        return program.returncode, (out or "") + said

    def serve(self, *words: str) -> subprocess.Popen[str]:
        """Start serving and wait until it is ready."""
        program = self.start("serve", *words)
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until:
            if program.poll() is not None:
                out, said = program.communicate()
                pytest.fail(f"linli serve ended with {program.returncode}:\n{out}{said}")
            with contextlib.suppress(OSError):
                if self.get("/health/ready") == "ready\n":
                    return program
            time.sleep(0.1)
        pytest.fail("linli serve did not become ready")

    def get(self, path: str) -> str:
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return str(answer.read().decode())

    def headers(self, path: str) -> dict[str, str]:
        """Return the headers of an answer, their names in small letters."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return {name.lower(): value for name, value in answer.headers.items()}

    def end(self, program: subprocess.Popen[str], sign: signal.Signals) -> tuple[int, str]:
        """Send a signal, wait for the end; return the exit code and what was said."""
        program.send_signal(sign)
        out, said = program.communicate(timeout=START_SECONDS_MAX)
        return program.returncode, (out or "") + said

    async def sql(self, text: str) -> list[asyncpg.Record]:
        """Run SQL as the database's owner; each call commits."""
        connection = await asyncpg.connect(self.postgres.address(database="linli"))
        try:
            return list(await connection.fetch(text))
        finally:
            await connection.close()

    def servers(self) -> list[psutil.Process]:
        """Return the PostgreSQL processes that live in this installation's cluster."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.cwd() == str(self.postgres.cluster) and process.name() == "postgres":
                    found.append(process)
        return found

    def close(self) -> None:
        for program in self.programs:
            if program.poll() is None:
                program.send_signal(signal.SIGTERM)
                program.wait(START_SECONDS_MAX)
            for stream in (program.stdout, program.stderr):
                if stream:
                    stream.close()
        for close in self.when_closed:
            close()
