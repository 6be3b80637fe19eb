"""What money has to do from the first gift to the last return, with what Stripe told taken in.

It goes on from `funding_oracle`: what the processor keeps, refunds that come back, who may ask for
a project's money and who approved it. Whatever is told of Stripe counts once, by Stripe's own id;
what cannot be so is `Unfit`, and then nothing of it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.marketplace.funding_oracle import Gift, Lane, place

Told = dict[str, Any]
PERCENT_KEPT = 10
APPROVALS = 2
OPEN = ("asked", "approved_once")


class Unfit(Exception):
    """This cannot be true of the gift; the whole message is left aside."""


@dataclass
class Given(Gift):
    """A gift with its id, and all that was ever to be given back of it and was handed back."""

    key: UUID = field(default_factory=uuid4)
    in_time: bool = True
    to_return: int = 0
    handed: int = 0


@dataclass
class Request:
    """Somebody's asking for a project's money, and who approved it."""

    fen: int
    state: str = "asked"
    approvers: list[int] = field(default_factory=list)


@dataclass
class Money(Lane):
    """A drive and its project to the end. `deadline` is in seconds, as Stripe counts them."""

    gifts: list[Gift] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    delivery: str = "none"
    deadline: float = 0
    fees: int = 0
    pledge_keys: dict[int, UUID] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    """Every id of Stripe's that was told of, with its amount."""

    def given_by(self, key: UUID) -> Given:
        """Return the gift of an id."""
        return next(one for one in self.every() if one.key == key)

    def every(self) -> list[Given]:
        """Return all gifts."""
        return [one for one in self.gifts if isinstance(one, Given)]

    @property
    def held(self) -> int:
        """What open requests reserve of the project's money."""
        return sum(one.fen for one in self.requests if one.state in OPEN)

    # --- what differs once a project spends ---

    def given(self) -> int:
        """Count what was given in time and stands."""
        return sum(
            max(0, one.amount - one.refunded - one.disputed - one.due)
            for one in self.every()
            if one.paid and one.in_time
        )

    def take(self, gift: Gift, fen: int) -> int:
        """Take money of a gift out: of the project only what no request reserves."""
        held = self.held
        self.project -= held
        lost = super().take(gift, fen)
        self.project += held
        return lost

    def by_id(self) -> list[Gift]:
        """Name the gifts in the order of their ids."""
        ordered = sorted(self.every(), key=lambda one: one.key)
        return [*ordered]

    def _due_more(self, before: Sequence[int]) -> None:
        for gift, due in zip(self.every(), before, strict=True):
            gift.to_return += max(0, gift.due - due)

    def _dues(self) -> list[int]:
        return [one.due for one in self.gifts]

    # --- what Stripe tells ---

    def learn(self, payment: Told) -> None:
        """Take in all that is told of a payment. Raises `Unfit`."""
        gift = self.given_by(UUID(payment["metadata"]["contribution"]))
        if payment["status"] == "succeeded":
            charge = payment["latest_charge"]
            self.paid_now(gift, charge["created"])
            self.kept(charge["balance_transaction"])
            for one in charge["refunds"]["data"]:
                self.back_at_stripe(gift, one)
        elif gift.state == "started" and (
            payment["status"] == "canceled" or payment["last_payment_error"]
        ):
            gift.state = "failed"

    def paid_now(self, gift: Given, at: float) -> None:
        """Take in that a gift was paid."""
        if gift.paid:
            return
        before = self._dues()
        gift.in_time = at < self.deadline
        self.pay(gift)
        self._due_more(before)

    def kept(self, movement: Told) -> None:
        """Take in what the processor kept of a movement."""
        if movement["id"] not in self.known and movement["fee"]:
            self.known[movement["id"]] = movement["fee"]
            self.fees += movement["fee"]
            self.outside["card_processor"] -= movement["fee"]

    def back_at_stripe(self, gift: Given, refund: Told) -> None:
        """Take in a refund that was done, or came back after it was. Raises `Unfit`."""
        name, fen = refund["id"], refund["amount"]
        if refund["status"] == "succeeded" and name not in self.known:
            if fen > gift.amount - gift.refunded:
                raise Unfit
            self.known[name] = fen
            self.refund(gift, fen)
        elif refund["status"] == "failed" and name in self.known and f"no {name}" not in self.known:
            self.known[f"no {name}"] = fen
            self.outside["card_processor"] += fen
            gift.refunded -= fen
            gift.escrow += fen
            gift.due += fen
            gift.settle_state()

    def taken_back(self, dispute: Told, *, returned: bool) -> None:
        """Take in a dispute, and that it was won. Raises `Unfit`."""
        name, fen, before = dispute["id"], dispute["amount"], self._dues()
        charge_gift = self.given_by(UUID(dispute["gift"]))
        if name not in self.known:
            if fen > charge_gift.amount - charge_gift.disputed:
                raise Unfit
            self.known[name] = fen
            self.dispute(charge_gift, name, fen)
        for moved in dispute["balance_transactions"]:
            self.kept(moved)
        if returned and f"no {name}" not in self.known:
            self.known[f"no {name}"] = fen
            self.reinstate(charge_gift, name)
            self._due_more(before)

    # --- the ends ---

    def end(self, state: str) -> None:
        """End the drive."""
        before = self._dues()
        self.pledges = dict(sorted(self.pledges.items(), key=lambda one: self.pledge_keys[one[0]]))
        super().end(state)
        self._due_more(before)

    def hand(self, gift: Given, where: str) -> None:
        """Book what the treasurer handed back, from the box or the bank."""
        fen, at = gift.due, place(gift.source)
        self.hand_back(gift)
        self.outside[at] += fen
        self.outside[where] -= fen
        gift.handed += fen

    def give_back(self) -> None:
        """Give back what is left: nothing that comes after stays with the project."""
        before = self._dues()
        self.wind_up()
        self._due_more(before)
        self.wound_up = True

    # --- spending ---

    def free(self) -> int:
        """Say how much may be asked for: the last part waits for the judgement."""
        received = self.project + self.spent
        kept = 0 if self.delivery == "judged" else received * PERCENT_KEPT // 100
        return max(0, self.project - self.held - kept)

    def approve(self, request: Request, who: int) -> None:
        """Approve a request; the second of two people pays it."""
        request.approvers.append(who)
        request.state = "approved_once"
        if len(request.approvers) == APPROVALS:
            request.state = "paid"
            self.spend(request.fen)

    def stop(self) -> None:
        """Stop the project: open requests end, what is left goes back."""
        self.delivery = "stopped"
        for one in self.requests:
            if one.state in OPEN:
                one.state = "stopped"
        self.give_back()

    def close(self, at: int, state: str) -> None:
        """Close a request without paying it."""
        self.requests[at].state = state

    def help_out(self, who: int, minutes: int) -> None:
        """Let the project's minutes pass to who helped."""
        self.project_minutes -= minutes
        self.minutes[who] += minutes

    def close_up(self) -> None:
        """Sum the project up: what is left goes back."""
        self.delivery = "closed"
        self.give_back()

    def move(self, state: str) -> None:
        """Move the work on."""
        self.delivery = state

    def give_up(self, key: UUID) -> None:
        """Let a giver give a gift up."""
        gift = self.given_by(key)
        gift.state, gift.given_up = "cancelled", True

    def pledge(self, who: int, minutes: int, key: UUID) -> None:
        """Take a pledge."""
        self.pledges[who], self.pledge_keys[who] = minutes, key

    def forget_pledge(self, who: int) -> None:
        """Let a pledge go."""
        self.pledges.pop(who)

    # --- comparing ---

    def balances(self) -> bool:
        """Say whether what came in is what went out and what is held."""
        held = self.escrow() + self.project + self.fund + self.spent - self.lost - self.fees
        return sum(self.outside.values()) == held

    def shown(self) -> dict[str, object]:
        """Return all that the book and the rows ought to show."""
        reserved = self.cap if self.state == "open" else 0
        found: dict[str, object] = {
            "drive": (self.state, self.matched),
            "delivery": self.delivery,
            "escrow": (self.escrow(), 0),
            "project": (self.project, self.held),
            "project minutes": (self.project_minutes, 0),
            "paid_out": (self.spent, 0),
            "matching_fund": (self.fund, reserved),
            "processor_losses": (-self.lost, 0),
            "processor_fees": (-self.fees, 0),
        }
        for where in ("card_processor", "cash_box", "bank", "public_budget"):
            found[where] = (-self.outside[where], 0)
        for who, minutes in self.minutes.items():
            found[f"member {who}"] = (minutes, self.pledges.get(who, 0))
        for one in self.every():
            parts = (one.escrow, one.due, one.refunded, one.disputed)
            found[f"gift {one.key}"] = (one.state, *parts)
        for n, asked in enumerate(self.requests):
            found[f"request {n}"] = asked.state
        return found
