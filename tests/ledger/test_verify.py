"""Tampering, in every way that its author could think of, is found and named with its row.

Each case tampers as the database's owner in a transaction that is rolled back, and `verify` looks
from inside it: so the cases cannot touch each other, and the book stays sound.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

import ledger
from ledger import Leg, Transfer, verifying
from tests.ledger.small_book import SmallBook, book

__all__ = ["book"]


class Within:
    """The owner's open transaction, given to `verify` in place of a connection of its own."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def transaction(self, **_: object) -> Any:
        return self._connection.transaction()

    async def close(self) -> None:
        """Leave it open: it is not ours."""


@dataclass
class Scene:
    """A small book with every kind of transfer in it, and the owner's hands on it."""

    book: SmallBook
    owner: asyncpg.Connection
    rows: dict[str, Transfer] = field(default_factory=dict)

    async def tamper(self, sql: str) -> None:
        """Run SQL with the triggers off; `{name}` is a transfer's id, `{@name}` an account's."""
        for name, transfer in self.rows.items():
            sql = sql.replace(f"{{{name}}}", f"'{transfer.id}'")
        for name, account in self.book.accounts.items():
            sql = sql.replace(f"{{@{name}}}", f"'{account}'")
        await self.owner.execute(sql)

    def subject(self, name: str) -> str:
        """Return how `verify` names a row."""
        if name.startswith("@"):
            return f"account {self.book.accounts[name[1:]]}"
        transfer = self.rows[name]
        return f"transfer {transfer.id} (seq {transfer.seq})"


@pytest.fixture
async def scene(
    book: SmallBook, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    await book.give(300, "elder", "volunteer")
    await book.open("escrow", "closed")
    visit, waiting = book.hold("elder", "escrow", 120), book.hold("elder", "escrow", 30)
    moved = book.move("elder", "volunteer", 10)
    legs = {
        "hold": await book.book(visit),
        "settled": await book.book(Leg.post(visit.id, 95), book.move("escrow", "volunteer", 95)),
        "waiting": await book.book(waiting),
        "moved": await book.book(moved),
        "undone": await book.book(Leg.reverse(moved.id, reason="wrong")),
        "last": await book.book(book.move("volunteer", "elder", 1)),
    }
    rows = {name: transfers[0] for name, transfers in legs.items()}
    rows["onward"] = legs["settled"][1]
    await ledger.close_account(book.accounts["closed"], community_id=book.community_id)

    async def within() -> Within:
        return Within(owner)

    monkeypatch.setattr(verifying, "engine", lambda: SimpleNamespace(get_new_connection=within))
    monkeypatch.setattr(verifying, "TRANSFERS_A_PAGE", 3)
    monkeypatch.setattr(verifying, "ACCOUNTS_A_PAGE", 2)
    transaction = owner.transaction()
    await transaction.start()
    # What was booked by other tests is not looked at again for each case.
    await owner.execute("ALTER TABLE transfer DISABLE TRIGGER USER")
    await owner.execute("ALTER TABLE account DISABLE TRIGGER USER")
    await owner.execute("DELETE FROM open_hold WHERE community_id <> $1", book.community_id)
    await owner.execute("SET LOCAL session_replication_role = replica")
    await owner.execute("ALTER TABLE transfer DISABLE TRIGGER ALL")
    await owner.execute("DELETE FROM transfer WHERE community_id <> $1", book.community_id)
    await owner.execute("ALTER TABLE account DISABLE TRIGGER ALL")
    await owner.execute("DELETE FROM account WHERE community_id <> $1", book.community_id)
    yield Scene(book, owner, rows)
    await transaction.rollback()


async def found() -> dict[str, ledger.Finding]:
    """Verify; leave out the guards, which each case takes off before it tampers."""
    verification = await ledger.verify()
    return {one.check: one for one in verification.findings if one.check != "guards"}


DROP = "ALTER TABLE transfer DROP CONSTRAINT {};"
FIT, TARGETS, SIDES = (
    DROP.format("transfer_fits_kind"), DROP.format("target_known"),
    DROP.format("debit_account_known") + DROP.format("credit_account_known"),
)  # fmt: skip
ONCE = "DROP INDEX resolved_once;"
AMOUNT = "ALTER DOMAIN amount DROP CONSTRAINT amount_positive;"
TOTAL = "ALTER DOMAIN total DROP CONSTRAINT total_not_negative;"
COPY = """
INSERT INTO transfer (amount, debit_posted, debit_held, credit_posted, credit_held, id,
    community_id, debit_account, credit_account, event_id, actor, kind, unit, event_kind, "of",
    note)
SELECT {amount}, {debit_posted}, debit_held, {credit_posted}, credit_held, gen_random_uuid(),
    community_id, debit_account, credit_account, event_id, actor, '{kind}', unit, event_kind, {of},
    'made up'
FROM transfer WHERE id = {{last}};
"""


def copy(**more: object) -> str:
    """Write a transfer of one's own, like the last one."""
    values = {
        "amount": "amount", "debit_posted": "debit_posted", "credit_posted": "credit_posted",
        "kind": "transfer", "of": "NULL", **more,
    }  # fmt: skip
    return COPY.format(**values)


CASES = {
    # what is said to have moved
    "an amount": (
        "UPDATE transfer SET amount = 96 WHERE id = {onward}", "balances on rows", "onward",
    ),
    "an amount of nothing": (
        AMOUNT + "UPDATE transfer SET amount = 0 WHERE id = {moved}", "transfers", "moved",
    ),
    "an amount below nothing": (
        AMOUNT + "UPDATE transfer SET amount = -10 WHERE id = {moved}", "transfers", "moved",
    ),
    "no amount": (
        ("ALTER TABLE transfer ALTER amount DROP NOT NULL;"
        "UPDATE transfer SET amount = NULL WHERE id = {last}"), "transfers", "last",
    ),
    "a posted balance": (
        "UPDATE transfer SET debit_posted = debit_posted + 1 WHERE id = {moved}",
        "balances on rows", "moved",
    ),
    "a held balance": (
        "UPDATE transfer SET debit_held = 0 WHERE id = {waiting}", "balances on rows", "waiting",
    ),
    "the other side's balance": (
        "UPDATE transfer SET credit_posted = 0 WHERE id = {last}", "balances on rows", "last",
    ),
    "no balance": (
        ("ALTER TABLE transfer ALTER credit_held DROP NOT NULL;"
        "UPDATE transfer SET credit_held = NULL WHERE id = {last}"), "balances on rows", "last",
    ),
    # between whom
    "a debit account": (
        "UPDATE transfer SET debit_account = {@escrow} WHERE id = {moved}",
        "transfers", "undone",
    ),
    "a credit account": (
        "UPDATE transfer SET credit_account = {@escrow} WHERE id = {last}",
        "balances on rows", "last",
    ),
    "both sides swapped": (
        ("UPDATE transfer SET debit_account = credit_account, credit_account = debit_account"
        " WHERE id = {last}"), "balances on rows", "last",
    ),
    "one account on both sides": (
        DROP.format("transfer_two_accounts")
        + "UPDATE transfer SET debit_account = credit_account WHERE id = {last}",
        "transfers", "last",
    ),
    "an account that is not": (
        SIDES + "UPDATE transfer SET credit_account = gen_random_uuid() WHERE id = {last}",
        "transfers", "last",
    ),
    "an account deleted": (
        SIDES + "DELETE FROM account WHERE id = {@escrow}", "transfers", "hold",
    ),
    "a unit": (SIDES + "UPDATE transfer SET unit = 'CNY' WHERE id = {last}", "transfers", "last"),
    "an account's unit": (
        SIDES + "UPDATE account SET unit = 'CNY' WHERE id = {@escrow}", "transfers", "hold",
    ),
    "a community": (
        SIDES + "UPDATE transfer SET community_id = gen_random_uuid() WHERE id = {last}",
        "transfers", "last",
    ),
    # which transfer it is about
    "a kind": (FIT + "UPDATE transfer SET kind = 'hold' WHERE id = {last}", "open holds", None),
    "a settled hold that became a transfer": (
        "UPDATE transfer SET kind = 'transfer' WHERE id = {hold}", "transfers", "settled",
    ),
    "a target": (
        'UPDATE transfer SET "of" = {waiting} WHERE id = {settled}', "transfers", "settled",
    ),
    "a target where none belongs": (
        FIT + 'UPDATE transfer SET "of" = {waiting} WHERE id = {last}', "transfers", "last",
    ),
    "a target taken away": (
        FIT + 'UPDATE transfer SET "of" = NULL WHERE id = {undone}', "transfers", "undone",
    ),
    "a target that is not": (
        TARGETS + 'UPDATE transfer SET "of" = gen_random_uuid() WHERE id = {undone}',
        "transfers", "undone",
    ),
    "a target that came later": (
        ONCE + 'UPDATE transfer SET "of" = {last} WHERE id = {undone}', "transfers", "undone",
    ),
    "a post for more than its hold": (
        "UPDATE transfer SET amount = 121 WHERE id = {settled}", "transfers", "settled",
    ),
    "a reversal in part": (
        "UPDATE transfer SET amount = 9 WHERE id = {undone}", "transfers", "undone",
    ),
    "a transfer reversed twice": (ONCE + copy(kind="reversal", of="{moved}"), "transfers", None),
    "a hold settled twice": (ONCE + copy(kind="post", of="{hold}"), "transfers", None),
    "an expiry on a transfer": (
        FIT + "UPDATE transfer SET expires_at = now() WHERE id = {last}", "transfers", "last",
    ),
    "an actor in a journal": (
        "UPDATE transfer SET actor = gen_random_uuid() WHERE id = {onward}", "journals", "onward",
    ),
    "an event in a journal": (
        "UPDATE transfer SET event_kind = 'gift' WHERE id = {onward}", "journals", "onward",
    ),
    "a place in its journal": (
        "UPDATE transfer SET leg = 3 WHERE id = {onward}", "journals", "onward",
    ),
    "a place where there is no journal": (
        "UPDATE transfer SET leg = 2 WHERE id = {last}", "transfers", "last",
    ),
    # rows taken away, made up, moved
    "a transfer deleted": ("DELETE FROM transfer WHERE id = {moved}", "transfers", "undone"),
    "the last transfer deleted": (
        "DELETE FROM transfer WHERE id = {last}", "account totals", "@either",
    ),
    "a hold deleted": ("DELETE FROM transfer WHERE id = {waiting}", "open holds", None),
    "a transfer made up": (copy(), "balances on rows", None),
    "a transfer made up with the right balances": (
        copy(debit_posted="debit_posted - 1", credit_posted="credit_posted + 1"),
        "account totals", "@either",
    ),
    "a transfer moved before all others": (
        ("INSERT INTO transfer OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(t, jsonb_build"
        "_object('seq', -7, 'unit', 'CNY', 'id', gen_random_uuid()))).* FROM transfer AS t"
        " WHERE id = {last}"), "transfers", None,
    ),
    "a transfer moved behind all others": (
        ("INSERT INTO transfer OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(t, jsonb_build"
        "_object('seq', 9223372036854775000, 'unit', 'CNY', 'id', gen_random_uuid()))).*"
        " FROM transfer AS t WHERE id = {last}"), "transfers", None,
    ),
    "two transfers in each other's place": (
        ("ALTER TABLE transfer ALTER seq DROP IDENTITY; UPDATE transfer SET seq = -seq WHERE id ="
        " {moved}"), "balances on rows", None,
    ),
    "sums beyond every bound": (
        copy(amount=2**63 - 1) + copy(amount=2**63 - 1), "account totals", "@either",
    ),
    # accounts
    "debits posted": (
        "UPDATE account SET debits_posted = debits_posted - 1 WHERE id = {@elder}",
        "account totals", "@elder",
    ),
    "credits posted": (
        "UPDATE account SET credits_posted = credits_posted + 1 WHERE id = {@volunteer}",
        "account totals", "@volunteer",
    ),
    "both, with the balance unchanged": (
        ("UPDATE account SET credits_posted = credits_posted + 9, debits_posted = debits_posted + 9"
        " WHERE id = {@volunteer}"), "account totals", "@volunteer",
    ),
    "debits pending": (
        "UPDATE account SET debits_pending = 0 WHERE id = {@elder}", "account totals", "@elder",
    ),
    "credits pending": (
        "UPDATE account SET credits_pending = 0 WHERE id = {@escrow}", "account totals", "@escrow",
    ),
    "a floor that was passed": (
        ("ALTER TABLE account DROP CONSTRAINT floor_kept;"
        "UPDATE account SET floor = 9999 WHERE id = {@volunteer}"), "floors", "@volunteer",
    ),
    "an account closed that is not empty": (
        ("ALTER TABLE account DROP CONSTRAINT account_closed_empty;"
        "UPDATE account SET closed_at = now() WHERE id = {@escrow}"), "closed accounts", "@escrow",
    ),
    # open holds
    "an open hold forgotten": ("DELETE FROM open_hold", "open holds", None),
    "a settled hold open again": (
        ("INSERT INTO open_hold SELECT id, community_id, debit_account, expires_at"
        " FROM transfer WHERE id = {hold}"), "open holds", None,
    ),
    "an open hold that never was": (
        ("INSERT INTO open_hold SELECT id, community_id, debit_account, expires_at"
        " FROM transfer WHERE id = {last}"), "open holds", None,
    ),
    "an open hold that ends sooner": (
        "UPDATE open_hold SET expires_at = now()", "open holds", None,
    ),
    "an open hold of another account": (
        "UPDATE open_hold SET debit_account = {@volunteer}", "open holds", None,
    ),
}  # fmt: skip


@pytest.mark.usefixtures("scene")
async def test_sound_before_it_is_touched() -> None:
    assert await found() == {}


@pytest.mark.parametrize("case", CASES)
async def test_tampering_is_named(case: str, scene: Scene) -> None:
    sql, check, name = CASES[case]
    await scene.tamper(sql if isinstance(sql, str) else "".join(sql))
    findings = await found()
    assert check in findings, findings
    finding = findings[check]
    assert finding.says != finding.should
    assert (
        str(finding)
        == f"{check}: {finding.subject} says {finding.says}, should be {finding.should}"
    )
    if name == "@either":
        assert finding.subject in {scene.subject("@elder"), scene.subject("@volunteer")}
    elif name is not None:
        assert finding.subject.startswith(scene.subject(name))


REPLACE_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RETURN NEW; END $$
"""

GUARDS = {
    "a trigger switched off": ("ALTER TABLE {t} DISABLE TRIGGER {g}", "disabled"),
    "a trigger for replicas alone": ("ALTER TABLE {t} ENABLE REPLICA TRIGGER {g}", "disabled"),
    "a trigger dropped": ("DROP TRIGGER {g} ON {t}", "missing"),
}


@pytest.mark.parametrize(
    ("table", "guard"),
    [
        ("transfer", "transfer_is_immutable"),
        ("transfer", "transfer_is_not_truncated"),
        ("account", "account_keeps_identity"),
        ("account", "account_is_not_deleted"),
        ("account", "account_is_not_truncated"),
    ],
)
@pytest.mark.parametrize("way", GUARDS)
async def test_missing_trigger_is_named(way: str, table: str, guard: str, scene: Scene) -> None:
    for each in ("transfer", "account"):
        await scene.owner.execute(f"ALTER TABLE {each} ENABLE TRIGGER USER")
    sql, says = GUARDS[way]
    await scene.owner.execute(sql.format(t=table, g=guard))
    finding = {one.check: one for one in (await ledger.verify()).findings}["guards"]
    assert (finding.subject, finding.says) == (guard, says)


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        # What points at ids goes with it, and is named first.
        ("ALTER TABLE transfer DROP CONSTRAINT transfer_id_once CASCADE", "target_known"),
        ("ALTER TABLE transfer DROP CONSTRAINT debit_account_known", "debit_account_known"),
        ("ALTER TABLE transfer DROP CONSTRAINT target_known", "target_known"),
        ("ALTER TABLE transfer DROP CONSTRAINT transfer_two_accounts", "transfer_two_accounts"),
        ("ALTER TABLE transfer DROP CONSTRAINT transfer_fits_kind", "transfer_fits_kind"),
        ("ALTER TABLE account DROP CONSTRAINT floor_kept", "floor_kept"),
        ("ALTER TABLE account DROP CONSTRAINT account_closed_empty", "account_closed_empty"),
        ("ALTER TABLE account DROP CONSTRAINT one_account_of_its_kind", "one_account_of_its_kind"),
        ("DROP INDEX resolved_once", "resolved_once"),
        ("ALTER DOMAIN amount DROP CONSTRAINT amount_positive", "amount_positive"),
        ("ALTER DOMAIN total DROP CONSTRAINT total_not_negative", "total_not_negative"),
        (REPLACE_FUNCTION, "refuse_change"),
        ("GRANT UPDATE ON transfer TO linli_app", "app_has_no_right_to_edit"),
        ("GRANT DELETE ON account TO linli_app", "app_has_no_right_to_edit"),
        ("GRANT TRUNCATE ON transfer TO PUBLIC", "app_has_no_right_to_edit"),
    ],
)
async def test_missing_guard_is_named(sql: str, guard: str, scene: Scene) -> None:
    for each in ("transfer", "account"):
        await scene.owner.execute(f"ALTER TABLE {each} ENABLE TRIGGER USER")
    await scene.owner.execute(sql)
    finding = {one.check: one for one in (await ledger.verify()).findings}["guards"]
    assert guard in finding.subject


async def test_first_row_of_each_check_is_named(scene: Scene) -> None:
    await scene.tamper(
        "UPDATE transfer SET amount = amount + 1 WHERE id IN ({moved}, {last});"
        "UPDATE account SET debits_pending = 1 WHERE id IN ({@elder}, {@volunteer});"
        "DELETE FROM open_hold"
    )
    findings = (await ledger.verify()).findings
    assert len({one.check for one in findings}) == len(findings)
    assert {one.check for one in findings} >= {
        "transfers", "balances on rows", "account totals", "open holds",
    }  # fmt: skip
    assert not ledger.Verification(findings=findings).sound


async def test_whole_book_is_sound_as_the_app_sees_it(
    book: SmallBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pages that are shorter than the book; told how far it has come."""
    await book.give(10, *(f"member {n}" for n in range(20)))
    monkeypatch.setattr(verifying, "ACCOUNTS_A_PAGE", 7)
    monkeypatch.setattr(verifying, "TRANSFERS_A_PAGE", 1000)
    told: list[tuple[str, int, int]] = []
    verification = await ledger.verify(lambda *words: told.append(words))
    assert verification.sound, [str(finding) for finding in verification.findings]
    assert verification.accounts >= 21
    assert verification.transfers >= 20
    for what in ("transfers", "accounts"):
        done = [one[1] for one in told if one[0] == what]
        assert done == sorted(done)
        assert done[-1] == next(one[2] for one in told if one[0] == what)


async def test_posting_goes_on_while_it_is_verified(book: SmallBook) -> None:
    await book.give(100, "elder", "volunteer")
    verifying_now = asyncio.create_task(ledger.verify())
    for _ in range(20):
        await book.book(book.move("elder", "volunteer"))
    verification = await verifying_now
    assert verification.sound, [str(finding) for finding in verification.findings]
