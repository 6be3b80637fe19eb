"""How programs start: several at once, with several workers, and with wrong settings."""

import re
import signal
from pathlib import Path

from app.exits import Exit
from app.postgres import Postgres
from tests.faults.installation import Installation

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy.md"


def test_wrong_settings_are_all_named_and_nothing_starts(installation: Installation) -> None:
    installation.settings |= {"LINLI_WORKERS": "none", "LINLI_SECRET": "short", "LINLI_PROT": "1"}
    code, said = installation.run("serve", "--port", "eighty")
    assert code == 2
    assert "LINLI_PORT: got 'eighty'; allowed: a whole number from 1 to 65535." in said
    assert "LINLI_WORKERS: got 'none'" in said
    assert "LINLI_SECRET: got a hidden value of 5 characters" in said
    assert "LINLI_PROT: there is no such setting; did you mean LINLI_PORT?" in said
    assert not installation.var.exists()


def test_unknown_command_and_option_are_misuse(installation: Installation) -> None:
    assert installation.run("sreve")[0] == 2
    assert installation.run("serve", "--prot", "1")[0] == 2


def test_help_teaches(installation: Installation) -> None:
    code, said = installation.run("--help")
    assert code == 0
    for command in ("serve", "demo", "migrate", "verify", "count", "import-election"):
        assert command in said
        code, taught = installation.run(command, "--help")
        assert code == 0
        assert "Examples:" in taught or "Example:" in taught, f"{command} shows no example"


def test_exit_codes_are_documented() -> None:
    documented = {
        int(code) for code in re.findall(r"^\| (\d) \|", DEPLOY.read_text(), re.MULTILINE)
    }
    assert documented == set(Exit)


def test_workers_share_their_figures(installation: Installation) -> None:
    program = installation.serve("--workers", "2")
    for _ in range(40):
        installation.get("/health/live")
    counted = {figure(installation.get("/metrics"), "/health/live") for _ in range(8)}
    assert counted == {40.0}, "whichever worker answers"
    assert installation.end(program, signal.SIGTERM)[0] == 0


def figure(metrics: str, route: str) -> float:
    [line] = [
        line
        for line in metrics.splitlines()
        if line.startswith("linli_requests_total{") and f'route="{route}"' in line
    ]
    return float(line.rpartition(" ")[2])


def test_two_that_migrate_at_once_take_turns(installation: Installation) -> None:
    server = Postgres(installation.var.parent / "server")
    server.start()
    installation.when_closed.append(server.stop)
    installation.settings["DATABASE_URL"] = server.address()
    programs = [installation.start("migrate") for _ in range(3)]
    said = [program.communicate(timeout=60)[0] for program in programs]
    assert [program.returncode for program in programs] == [0, 0, 0], said
    ran = sorted(len(re.findall("^ran ", text, re.MULTILINE)) for text in said)
    assert ran[:2] == [0, 0], "each migration ran once"
    assert ran[2] > 0


def test_over_tls_cookies_and_browsers_insist_on_it(installation: Installation) -> None:
    installation.settings["LINLI_PUBLIC_ADDRESS"] = "https://linli.example"
    program = installation.serve()
    headers = installation.headers("/")
    assert "max-age=" in headers["strict-transport-security"]
    assert "Secure" in headers["set-cookie"]
    assert "HttpOnly" in headers["set-cookie"]
    assert installation.end(program, signal.SIGTERM)[0] == 0


def test_stop_during_the_start_is_clean(installation: Installation) -> None:
    program = installation.start("serve")
    assert program.stderr is not None
    assert "Making a new database" in program.stderr.readline()
    code, said = installation.end(program, signal.SIGTERM)
    assert code in {0, 1}, said
    assert "Traceback" not in said
    assert installation.servers() == []
    program = installation.serve()
    assert installation.end(program, signal.SIGINT)[0] == 0
