"""The floor: what PostgreSQL's own pgbench reaches with one insert and two updates a transaction.

No ledger can do less than store a transfer and change two balances. The statements are prepared,
rows are locked in id order, and nothing is checked.
"""

import asyncio
import re
import resource
import subprocess
from pathlib import Path

from app.postgres import BINARIES
from bench.measuring import Sample
from bench.server import DATABASE, Server

_TABLES = """
CREATE TABLE floor_account (id int PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE floor_transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    debit_account int NOT NULL, credit_account int NOT NULL, amount bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO floor_account SELECT i, 0 FROM generate_series(1, {accounts}) AS i;
"""

_WIDE = """
\\set debit random(1, {accounts})
\\set credit 1 + (:debit + random(0, {accounts} - 2)) % {accounts}
\\set low least(:debit, :credit)
\\set high greatest(:debit, :credit)
\\set change case when :debit < :credit then -1 else 1 end
"""

_HOT = """
\\set low 1
\\set high random(2, {accounts})
\\set change -1
\\set debit :low
\\set credit :high
"""

_TRANSACTION = """
BEGIN;
INSERT INTO floor_transfer (debit_account, credit_account, amount) VALUES (:debit, :credit, 1);
UPDATE floor_account SET balance = balance + :change WHERE id = :low;
UPDATE floor_account SET balance = balance - :change WHERE id = :high;
COMMIT;
"""


class Floor:
    """pgbench, ready to run either script."""

    def __init__(self, server: Server, folder: Path, *, clients: int) -> None:
        self._server = server
        self._folder = folder
        self._clients = clients

    async def prepare(self, accounts: int) -> None:
        """Make the floor's two tables and write its two scripts."""
        await self._server.owner.execute(_TABLES.format(accounts=accounts))
        await self._server.owner.execute("VACUUM ANALYZE floor_account")
        for name, choice in (("wide", _WIDE), ("hot", _HOT)):
            self._script(name).write_text(choice.format(accounts=accounts) + _TRANSACTION)

    async def run(self, shape: str, seconds: float) -> Sample:
        """Run one script; connecting is not counted."""
        return await asyncio.to_thread(self._run, shape, seconds)

    def _run(self, shape: str, seconds: float) -> Sample:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [str(BINARIES / "pgbench"), "--no-vacuum", "--protocol=prepared", "--jobs=2"]
        command += [f"--client={self._clients}", f"--time={max(1, round(seconds))}"]
        command += [f"--file={self._script(shape)}", f"--host={self._server.socket_folder}"]
        command += ["--username=postgres", DATABASE]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        rate = float(self._found(r"^tps = ([\d.]+)", ran.stdout))
        transfers = int(self._found(r"transactions actually processed: (\d+)", ran.stdout))
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Sample(transfers, transfers / rate, cpu)

    def _found(self, pattern: str, output: str) -> str:
        match = re.search(pattern, output, re.MULTILINE)
        if match is None:
            raise RuntimeError(f"pgbench did not say {pattern}:\n{output}")
        return match[1]

    def _script(self, shape: str) -> Path:
        return self._folder / f"{shape}.sql"
