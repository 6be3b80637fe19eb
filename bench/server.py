"""A PostgreSQL of the benchmark's own, set up and migrated as in production."""

import os
import platform
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from app.database import DATABASE, owner_connection_settings, pool_settings, prepare_embedded
from app.folder import Folder
from app.migrations import migrate
from app.postgres import Postgres
from app.settings import settings


@dataclass(frozen=True)
class Server:
    """The running server and a connection to Linli's database as its owner."""

    postgres: Postgres
    owner: "asyncpg.Connection[asyncpg.Record]"

    @property
    def socket_folder(self) -> str:
        """Where clients on this machine connect."""
        return str(self.postgres.socket_folder)

    def cpu_seconds(self) -> float:
        """Return the CPU time of the server and of all its backends, those that ended included.

        A backend's time passes to the postmaster when it is reaped; a look during which that
        happened is taken again, or that time would be missed or counted twice.
        """
        pid = int((self.postgres.cluster / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        while True:
            own = postmaster.cpu_times()
            try:
                children = [child.cpu_times() for child in postmaster.children()]
            except psutil.NoSuchProcess:
                continue
            if postmaster.cpu_times()[2:4] == own[2:4]:  # the time of those that were reaped
                return float(sum(own[:4]) + sum(sum(times[:2]) for times in children))

    async def log_bytes(self) -> int:
        """Return how many bytes the server has written to its log since it was made."""
        return int(await self.owner.fetchval("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"))

    async def facts(self) -> dict[str, Any]:
        """Return what a reader needs to judge the figures."""
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes",
                 "shared_buffers", "max_wal_size")  # fmt: skip
        return {
            "cores": os.cpu_count(),
            "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
            "load before": os.getloadavg()[0],
            "python": platform.python_version(),
            **{name: await self.owner.fetchval(f"SHOW {name}") for name in names},
        }


def machine_cpu() -> float:
    """Return the CPU seconds that all programs of the machine have used."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


@asynccontextmanager
async def running(folder: Path, *, pool: int, keep: bool) -> AsyncIterator[Server]:
    """Start a server in an empty folder, migrate it and open the app's pool.

    The folder's database is thrown away before, and after unless `keep`.
    """
    for name in [name for name in os.environ if name.startswith("LINLI_")]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ["LINLI_VAR"] = str(folder)
    settings.cache_clear()
    with Folder(folder).hold("a benchmark"):
        shutil.rmtree(folder / "postgres", ignore_errors=True)
        postgres = Postgres(folder / "postgres")
        postgres.start()
        try:
            await prepare_embedded(postgres)
            await migrate()
            from piccolo_conf import DB  # noqa: PLC0415 (reads the settings when imported)

            await DB.start_connection_pool(
                **{**pool_settings(), "min_size": pool, "max_size": pool}
            )
            owner = await asyncpg.connect(**owner_connection_settings())
            try:
                yield Server(postgres, owner)
            finally:
                await owner.close()
                await DB.close_connection_pool()
        finally:
            postgres.stop()
            if not keep:
                shutil.rmtree(folder / "postgres", ignore_errors=True)


__all__ = ["DATABASE", "Server", "machine_cpu", "running"]
