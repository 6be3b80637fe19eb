"""Faults of the folder and the port: each has a clear message, and nothing stored is lost."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import asyncpg
import pytest

from app.folder import Folder
from app.postgres import BINARIES
from tests.faults.installation import Installation

OTHER_VERSION = BINARIES.parent.parent / "pginstall" / "bin"  # the wheel brings an older one too

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount or change account")


def listing(folder: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in folder.rglob("*")}


def test_second_program_on_one_folder_is_told_who_has_it(installation: Installation) -> None:
    first = installation.serve()
    code, said = installation.run("migrate", "--help")
    assert code == 0, said
    installation.port += 1
    code, said = installation.run("serve")
    assert code == 4
    assert f"in use by process {first.pid}" in said
    installation.port -= 1
    assert installation.get("/health/ready") == "ready\n", "the first one is not disturbed"


def test_taken_port_is_named_before_anything_starts(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        code, said = installation.run("serve")
    assert code == 4
    assert f"port {installation.port}" in said
    assert not installation.var.exists()


def test_folder_that_cannot_be_made(installation: Installation) -> None:
    installation.var.write_text("a file stands here")
    code, said = installation.run("serve")
    assert code == 3
    assert "LINLI_VAR" in said
    assert "cannot be written to" in said
    assert installation.var.read_text() == "a file stands here"


@only_root
def test_folder_of_another_account(installation: Installation) -> None:
    installation.var.mkdir(mode=0o755)
    # Imported before the account changes: this checkout may lie where only root may read.
    become_nobody = (
        "import os, app.commands.serve, encodings.idna; "
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); "
    )
    code, said = installation.run("serve", first=become_nobody)
    assert code == 3, said
    assert "Permission denied" in said
    assert list(installation.var.iterdir()) == []


def test_cluster_of_another_major_version_is_not_touched(installation: Installation) -> None:
    if not OTHER_VERSION.exists():
        pytest.skip("the wheel brings only one version")
    old = installation.var.parent / "old"
    old.mkdir()
    account = {}
    if os.geteuid() == 0:
        shutil.chown(old, "pgserver")
        account = {"user": "pgserver", "extra_groups": []}
    initdb = [str(OTHER_VERSION / "initdb"), "-D", str(old / "cluster"), "-U", "postgres"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=old, **account)
    installation.var.mkdir()
    old.rename(installation.var / "postgres")
    before = listing(installation.var / "postgres" / "cluster")
    code, said = installation.run("serve")
    assert code == 3
    assert "was made by PostgreSQL 16" in said
    assert "pg_upgrade" in said
    assert listing(installation.var / "postgres" / "cluster") == before


def test_folder_that_is_no_cluster_is_not_touched(installation: Installation) -> None:
    strange = installation.var / "postgres" / "cluster" / "letters"
    strange.mkdir(parents=True)
    code, said = installation.run("migrate")
    assert code == 3
    assert "PG_VERSION" in said
    assert strange.exists()


def test_half_made_cluster_is_made_anew(installation: Installation) -> None:
    half = installation.var / "postgres" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    code, said = installation.run("migrate")
    assert code == 0, said
    assert not half.exists()


def test_long_path_puts_the_socket_elsewhere(installation: Installation) -> None:
    installation.var = installation.var / ("long" * 20) / ("path" * 20)
    code, said = installation.run("migrate")
    assert code == 0, said
    assert not str(installation.postgres.socket_folder).startswith(str(installation.var))
    shutil.rmtree(installation.postgres.socket_folder)


def test_socket_with_no_place_short_enough(installation: Installation) -> None:
    elsewhere = installation.var.parent / ("long" * 20) / ("temporary" * 9)
    elsewhere.mkdir(parents=True)
    installation.settings["TMPDIR"] = str(elsewhere)
    installation.var = installation.var / ("long" * 20) / ("path" * 20)
    code, said = installation.run("migrate")
    assert code == 3
    assert "shorter LINLI_VAR" in said


@only_root
@pytest.mark.parametrize("trap", ["folder", "link"])
def test_socket_folder_of_another_account_is_refused(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, trap: str
) -> None:
    temporary = installation.var.parent
    installation.settings["TMPDIR"] = str(temporary)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    installation.var = installation.var / ("long" * 20) / ("path" * 20)
    socket_folder = installation.postgres.socket_folder
    assert socket_folder.parent == temporary
    owned = temporary / "owned"
    owned.mkdir()
    if trap == "folder":
        owned.rename(socket_folder)
    else:
        socket_folder.symlink_to(owned)
    shutil.chown(socket_folder, "nobody")
    code, said = installation.run("migrate")
    assert code == 3
    assert "belongs to another account" in said
    assert socket_folder.stat().st_uid == 65534, "it still belongs to them"


@only_root
def test_disk_too_small_to_start(installation: Installation) -> None:
    installation.var.mkdir()
    mount(installation.var, "40m")
    try:
        code, said = installation.run("serve")
        assert code == 3
        assert "no room" in said
        assert not (installation.var / "postgres" / "cluster").exists()
    finally:
        unmount(installation.var)


@only_root
@pytest.mark.parametrize("room", [0, 8 * 2**20], ids=["no room for rows", "no room for the log"])
async def test_disk_that_fills_keeps_what_was_acknowledged(
    installation: Installation, room: int
) -> None:
    installation.var.mkdir()
    mount(installation.var, "260m")
    ballast = installation.var / "ballast"
    try:
        program = installation.serve()
        await installation.sql("CREATE TABLE kept (n int, filler text)")
        acknowledged = 0
        fill(ballast, room)
        wide = "INSERT INTO kept SELECT n, md5(n::text) FROM generate_series(1, 50000) AS n"
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            while acknowledged < 10_000_000:
                await installation.sql(wide)
                acknowledged += 50_000
        assert acknowledged < 10_000_000, "the disk was never full"
        installation.end(program, signal.SIGTERM)
        code, said = installation.run("serve")
        assert code == 3, "no start without room"
        assert "no room" in said
        ballast.unlink()
        program = installation.serve()
        [row] = await installation.sql("SELECT count(*) AS n FROM kept")
        assert row["n"] >= acknowledged
        assert installation.end(program, signal.SIGTERM)[0] == 0
    finally:
        installation.close()
        unmount(installation.var)


def fill(ballast: Path, room: int) -> None:
    """Write until only this many bytes are free."""
    with ballast.open("wb", buffering=0) as file:
        while shutil.disk_usage(ballast).free > room:
            file.write(bytes(2**12))


def mount(folder: Path, size: str) -> None:
    options = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder)]
    if subprocess.run(options, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "var")
    made = folder.secret()
    assert len(made) >= 32
    assert folder.secret() == made
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600
