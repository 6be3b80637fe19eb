"""Acts about saved hours: gifts, donations, grants, estates; leaving, and moving on."""

import uuid
from typing import Any

from app import merging
from community import Actor, Role
from tests.timebank.days.acts import Act, Maker, Scene
from tests.timebank.days.hours import SOURCES
from tests.timebank.days.values import Donation, Gift, Move, No, Proposal, own
from tests.timebank.days.world import World
from timebank import hours, moving
from timebank.hours import Leaving, Source

ANSWERS = {
    "accepted": hours.accept_gift,
    "declined": hours.decline_gift,
    "withdrawn": hours.withdraw_gift,
}


def offer_gift(s: Scene) -> Act:
    giver = s.somebody("old", "elder", "volunteer", number=s.draw.who)
    kin = [*s.person(giver).kin]
    receiver = kin[s.draw.by % len(kin)] if kin and s.draw.right else s.anybody(s.draw.by)
    minutes, key = _spent(s, giver), s.new()
    return Act(
        lambda: hours.offer_gift(
            s.id(receiver), minutes, by=s.actor(giver), form_key=key, at=s.at()
        ),
        lambda w: w.of(giver).offer_gift(giver, receiver, minutes, s.now),
    )


def answer(s: Scene) -> Act | None:
    gift = s.one(
        [one for one in s.world.of_kind(Gift) if one.state == "offered" or s.draw.flag > 7]
    )
    if gift is None:
        return None
    to = ("accepted", "accepted", "accepted", "declined", "withdrawn")[s.draw.flag % 5]
    due = gift.giver if to == "withdrawn" else gift.receiver
    by = s.somebody("old", "coordinator", number=s.draw.by) if s.draw.flag == 6 else due
    by = by if s.draw.right else s.anybody(s.draw.by)
    return Act(
        lambda: ANSWERS[to](_key(gift), by=s.actor(by), at=s.at()),
        lambda w: w.of(by).answer(w.find(Gift, gift.id, by, "UnknownHours"), to, by, s.now),
    )


def lapse(s: Scene) -> Act:
    """Let the clock return what nobody accepted."""
    return Act(
        lambda: hours.lapse_gifts(at=s.at()),
        lambda w: [place.gifts_later(s.now) for place in w.places.values()],
    )


def donate(s: Scene) -> Act:
    who = s.somebody("old", "elder", "volunteer", number=s.draw.who)
    minutes, key = _spent(s, who), s.new()
    return Act(
        lambda: hours.donate(minutes, by=s.actor(who), form_key=key, at=s.at()),
        lambda w: w.of(who).donate(who, minutes, s.now),
    )


def reverse(s: Scene) -> Act | None:
    given = s.thing(Donation)
    if given is None:
        return None
    by = s.somebody("old", "coordinator", number=s.draw.by)

    def expected(w: World) -> object:
        _require(w, by, "coordinator")
        return w.of(by).reverse(w.find(Donation, given.id, by, "UnknownHours"), by, s.now)

    return Act(
        lambda: hours.reverse_donation(given.id, why="捐错了", by=s.actor(by), at=s.at()), expected
    )


def grant(s: Scene) -> Act:
    receiver = s.somebody("old", "elder", number=s.draw.who)
    by, minutes = s.somebody("old", "coordinator", number=s.draw.by), s.draw.minutes
    source, key = ("relief", "relief", "issuance")[s.draw.flag % 3], s.new()

    def expected(w: World) -> object:
        _require(w, by, "coordinator")
        return w.of(by).grant(receiver, minutes, SOURCES[source], by=by, at=s.now)

    return Act(
        lambda: hours.propose_grant(
            s.id(receiver), minutes, source=Source(source), reason="要人陪", by=s.actor(by),
            form_key=key, at=s.at(),
        ),
        expected,
    )  # fmt: skip


def approve(s: Scene) -> Act | None:
    proposal = s.one(_waiting(s))
    if proposal is None:
        return None
    by = s.somebody("old", "treasurer", "coordinator", "administrator", number=s.draw.by)

    def expected(w: World) -> object:
        found = w.find(Proposal, proposal.id, by, "UnknownHours")
        return w.of(by).approve(found, by, s.now)

    return Act(lambda: hours.approve_proposal(_key(proposal), by=s.actor(by), at=s.at()), expected)


def turn_down(s: Scene) -> Act | None:
    proposal = s.one(_waiting(s))
    if proposal is None:
        return None
    by = s.somebody("old", "treasurer", "coordinator", number=s.draw.by)

    def expected(w: World) -> object:
        found = w.find(Proposal, proposal.id, by, "UnknownHours")
        return w.of(by).decline_proposal(found, by, s.now)

    return Act(
        lambda: hours.decline_proposal(_key(proposal), why="不合适", by=s.actor(by), at=s.at()),
        expected,
    )


def share(s: Scene) -> Act | None:
    left = [*s.world.places["old"].estates]
    who = s.one(left, s.draw.who) if left else s.anybody(s.draw.who)
    if who is None:
        return None
    kin: list[str | None] = [*s.person(who).kin]
    names = kin[: 1 + s.draw.flag % 2] if kin and s.draw.right else [s.anybody(s.draw.n), None]
    parts = {name: 1 + (s.draw.minutes + number) % 5 for number, name in enumerate(names)}
    by, key = s.somebody("old", "coordinator", number=s.draw.by), s.new()

    def expected(w: World) -> object:
        _require(w, by, "coordinator")
        if w.people[by].place != "old":
            raise No("UnknownHours")
        return w.of(by).share(who, parts, by, s.now)

    return Act(
        lambda: hours.propose_parts(
            s.id(who),
            {(s.id(one) if one else None): part for one, part in parts.items()},
            reason="家属商定",
            by=s.actor(by),
            form_key=key,
            at=s.at(),
        ),
        expected,
    )


def return_estate(s: Scene) -> Act | None:
    left = [*s.world.places["old"].estates]
    who = s.one(left, s.draw.who) if left else s.anybody(s.draw.who)
    if who is None:
        return None
    by = s.somebody("old", "coordinator", number=s.draw.by)

    def expected(w: World) -> object:
        _require(w, by, "coordinator")
        return w.of(by).give_back(who)

    return Act(lambda: hours.return_estate(s.id(who), by=s.actor(by), at=s.at()), expected)


def leave(s: Scene) -> Act:
    who = s.somebody("old", "elder", "volunteer", number=s.draw.who)
    home = s.person(who).place
    by = s.somebody(home, "coordinator", number=s.draw.by)
    by = by if s.person(by).has("coordinator") else ("shen" if home == "old" else "ji")
    why = Leaving.MOVED if s.draw.flag % 3 == 0 else Leaving.DIED

    def expected(w: World) -> object:
        if w.people[by].place != w.people[who].place:
            raise No("UnknownMember")
        return w.of(by).leave(who, why.value, by)

    return Act(lambda: merging.leave(s.id(who), by=s.actor(by), why=why), expected)


# --- moving on ------------------------------------------------------------------------------------


def ask_move(s: Scene) -> Act:
    place = "new" if s.draw.flag > 7 else "old"
    who = s.somebody(place, "elder", "volunteer", number=s.draw.who)
    gone = [one.name for one in s.world.places[place].people.values() if not one.active]
    by = who
    if s.draw.flag % 3 == 0:
        by = s.somebody(place, "coordinator", number=s.draw.by)
        who = gone[s.draw.who % len(gone)] if gone and s.draw.n % 2 else who
    to = s.town.ids["new" if s.person(by).place == "old" else "old"]
    return Act(
        lambda: moving.ask_move(s.id(who), to, by=s.actor(by), at=s.at()),
        lambda w: w.ask_move(who, by, s.now),
    )


def release(s: Scene) -> Act | None:
    move = s.one(_moves(s, "asked"))
    if move is None:
        return None
    by = s.somebody(s.person(move.member).place, "coordinator", number=s.draw.by)

    def expected(w: World) -> object:
        found = _move(w, move, by)
        return w.release(found, by)

    return Act(lambda: moving.release_move(_key(move), by=s.actor(by), at=s.at()), expected)


def receive(s: Scene) -> Act | None:
    move = s.one(_moves(s, "released"))
    if move is None:
        return None
    there = "new" if s.person(move.member).place == "old" else "old"
    by = s.somebody(there, "coordinator", number=s.draw.by)
    roles = tuple(Role(one) for one in sorted(s.person(move.member).roles))
    return Act(
        lambda: moving.receive_move(
            _key(move), by=s.actor(by), roles=roles, leaving=_leaving, at=s.at()
        ),
        lambda w: w.receive(_move(w, move, by), by, s.now),
    )


def decline_move(s: Scene) -> Act | None:
    move = s.one(_moves(s, "asked", "released"))
    if move is None:
        return None
    by = s.somebody("new" if s.draw.flag % 2 else "old", "coordinator", number=s.draw.by)
    return Act(
        lambda: moving.decline_move(_key(move), "先不急", by=s.actor(by), at=s.at()),
        lambda w: w.decline_move(_move(w, move, by), by),
    )


def withdraw_move(s: Scene) -> Act | None:
    move = s.one(_moves(s, "asked", "released"))
    by = move.member if move and s.draw.right else s.anybody(s.draw.by)
    return Act(
        lambda: moving.withdraw_move(by=s.actor(by), at=s.at()), lambda w: w.withdraw_move(by)
    )


HOUR_ACTS: dict[str, Maker] = {
    one.__name__: one
    for one in (
        offer_gift, answer, donate, reverse, grant, approve, turn_down, share, return_estate,
    )
}  # fmt: skip
LEAVING_ACTS: dict[str, Maker] = {
    one.__name__: one for one in (leave, ask_move, release, receive, decline_move, withdraw_move)
}


async def _leaving(member_id: uuid.UUID, sender: Actor) -> None:
    await merging.leave(member_id, by=sender)


def _spent(s: Scene, who: str) -> int:
    """Return some minutes; now and then exactly what somebody still has."""
    has = s.world.of(who).book.available(own(who))
    return has if s.draw.flag in {0, 5} and has > 0 else s.draw.minutes


def _waiting(s: Scene) -> list[Proposal]:
    found = s.world.of_kind(Proposal)
    return [one for one in found if one.state == "waiting"] if s.draw.right else found


def _moves(s: Scene, *states: str) -> list[Move]:
    found = s.world.of_kind(Move)
    return [one for one in found if one.state in states] if s.draw.right else found


def _move(w: World, move: Move, by: str) -> Move:
    _require(w, by, "coordinator", refusal="NotYours")
    found = w.find(Move, move.id, by, "UnknownMove")
    if w.people[by].place != w.people[move.member].place and not found.released_by:
        raise No("UnknownMove")
    return found


def _require(w: World, by: str, *roles: str, refusal: str = "NotTheirAct") -> None:
    if not w.people[by].has(*roles):
        raise No(refusal)


def _key(thing: Any) -> Any:
    return thing.id
