"""Transfers between django-hordak's accounts as its manual recommends, told what to do by lines.

Runs in the virtual environment of `bench/requirements.txt`, never in Linli's. It reads one request
a line (`prepare ACCOUNTS`, `wide SECONDS`, `hot SECONDS`) and answers each with one line of JSON.
Accounts are loaded beforehand, so a transfer is `Account.transfer_to` and nothing else.
"""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command


def main(socket_folder: str, database: str, clients: int) -> None:
    """Serve requests until the input ends."""
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": socket_folder,
                "NAME": database,
                "USER": "postgres",
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY="EUR",
        CURRENCIES=["EUR"],
        USE_TZ=True,
    )
    django.setup()
    with ThreadPoolExecutor(clients) as crowd:
        for line in sys.stdin:
            what, number = line.split()
            answer = (
                prepare(int(number))
                if what == "prepare"
                else run(crowd, clients, float(number), hot=what == "hot")
            )
            print(json.dumps(answer), flush=True)


def prepare(accounts: int) -> dict[str, Any]:
    """Make hordak's tables and that many accounts that may go either way."""
    from hordak.models import Account, AccountType  # noqa: PLC0415 (needs the settings above)

    call_command("migrate", verbosity=0)
    # One insert for all: each is a tree of its own, which is what saving them singly would give.
    Account.objects.bulk_create(
        Account(
            name=f"account {i}", type=AccountType.liability, currencies=["EUR"],
            lft=1, rght=2, tree_id=i, level=0,
        )
        for i in range(1, accounts + 1)
    )  # fmt: skip
    return {"accounts": Account.objects.count()}


def run(crowd: ThreadPoolExecutor, clients: int, seconds: float, *, hot: bool) -> dict[str, Any]:
    """Transfer from every thread for that long; count transfers and this process's CPU."""
    from hordak.models import Account  # noqa: PLC0415 (needs the settings)
    from moneyed import EUR, Money  # noqa: PLC0415 (a package of that environment alone)

    accounts = list(Account.objects.order_by("id"))
    others = accounts[1:]
    amount = Money(1, EUR)
    until = time.perf_counter() + seconds

    def client(_: int) -> int:
        done = 0
        while time.perf_counter() < until:
            if hot:
                first, second = accounts[0], random.choice(others)
            else:
                first, second = random.sample(accounts, 2)
            first.transfer_to(second, amount)
            done += 1
        return done

    began, cpu = time.perf_counter(), time.process_time()
    transfers = sum(crowd.map(client, range(clients)))
    return {
        "transfers": transfers,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
