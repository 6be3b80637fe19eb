"""Acts about visits, from asking to correcting."""

from typing import Any

import timebank
from tests.timebank.days.acts import Act, Maker, Scene
from tests.timebank.days.town import moment
from tests.timebank.days.values import PER_HOUR, No, Stay
from tests.timebank.days.world import World
from timebank import Request, Side

LENGTHS = (15, 30, 45, 60, 60, 90, 120, 120, 240, 255, 50)


def ask(s: Scene) -> Act:
    who = s.somebody("new" if s.draw.flag == 9 else "old", "elder", number=s.draw.who)
    start = (s.now // 15 + s.draw.n * 2 - 1) * 15
    length = LENGTHS[s.draw.minutes % len(LENGTHS)]
    kind = list(PER_HOUR)[s.draw.flag % 2]
    wished = s.anybody(s.draw.by) if s.draw.flag in {3, 4} else None
    request = Request(
        kind,
        moment(start),
        length,
        "梧桐里",
        preferred_id=s.id(wished) if wished else None,
    )
    key, now = s.new(), s.now
    return Act(
        lambda: timebank.ask(request, by=s.actor(who), form_key=key, at=s.at()),
        lambda w: w.of(who).ask(who, start, length, kind=kind, at=now, wished=wished),
    )


def accept(s: Scene) -> Act | None:
    stay = s.one([one for one in s.stays() if one.state in WAITING or not s.draw.right])
    if stay is None:
        return None
    theirs = stay.volunteer if stay.state == "offered" and s.draw.flag < 6 else None
    who = theirs or s.somebody(s.home(stay), "volunteer", number=s.draw.who, but=stay.elder)

    def expected(w: World) -> object:
        if not w.people[who].has("volunteer"):
            raise No("NotYours")
        return w.of(who).accept(_found(w, stay, who), who, s.now)

    return Act(lambda: timebank.accept(_id(stay), by=s.actor(who), at=s.at()), expected)


def assign(s: Scene) -> Act | None:
    stay = s.one([one for one in s.stays() if one.state in WAITING])
    if stay is None:
        return None
    home = s.home(stay)
    who = s.somebody(home, "volunteer", number=s.draw.who, but=stay.elder)
    by = s.somebody(home, "coordinator", number=s.draw.by)

    def expected(w: World) -> object:
        if not w.people[by].has("coordinator"):
            raise No("NotYours")
        if who == by and not w.people[by].has("volunteer"):
            raise No("NotYours")
        return w.of(by).accept(_found(w, stay, by), who, s.now)

    return Act(lambda: timebank.assign(_id(stay), s.id(who), by=s.actor(by), at=s.at()), expected)


def offer(s: Scene) -> Act | None:
    stay = s.one([one for one in s.stays() if one.state in WAITING or not s.draw.right])
    if stay is None:
        return None
    home = s.home(stay)
    who = s.somebody(home, "volunteer", number=s.draw.who, but=stay.elder)
    by = s.somebody(home, "coordinator", number=s.draw.by)

    def expected(w: World) -> object:
        if not w.people[by].has("coordinator"):
            raise No("NotYours")
        return w.of(by).offer(_found(w, stay, by), who, s.now)

    return Act(lambda: timebank.offer(_id(stay), s.id(who), by=s.actor(by), at=s.at()), expected)


def give_back(s: Scene) -> Act | None:
    stay = s.one(
        [one for one in s.stays() if one.state in {"offered", "booked"}]
        if s.draw.right
        else s.stays()
    )
    if stay is None:
        return None
    by = _side(s, stay, stay.volunteer)
    no = stay.state == "offered"
    verb = timebank.decline if no else timebank.withdraw

    def expected(w: World) -> object:
        found = _found(w, stay, by)
        return w.of(by).decline(found, by) if no else w.of(by).withdraw(found, by)

    return Act(lambda: verb(_id(stay), by=s.actor(by), at=s.at()), expected)


def check_in(s: Scene) -> Act | None:
    stay = s.one(_in(s, "booked"))
    if stay is None:
        return None
    by = _side(s, stay, stay.volunteer)
    code = s.town.codes[_id(stay)] if s.draw.flag else "x"
    return Act(
        lambda: timebank.check_in(_id(stay), by=s.actor(by), code=code, at=s.at()),
        lambda w: w.of(by).check_in(_found(w, stay, by), by, code=code != "x", at=s.now),
    )


def check_out(s: Scene) -> Act | None:
    stay = s.one(_in(s, "under_way"))
    if stay is None:
        return None
    by = _side(s, stay, stay.volunteer)
    stated = s.draw.minutes if s.draw.flag < 3 else None
    return Act(
        lambda: timebank.check_out(_id(stay), by=s.actor(by), stated=stated, at=s.at()),
        lambda w: w.of(by).check_out(_found(w, stay, by), by, stated, s.now),
    )


def no_show(s: Scene) -> Act | None:
    stay = s.one(_in(s, "booked"))
    if stay is None:
        return None
    absent = Side.ELDER if s.draw.flag % 2 else Side.VOLUNTEER
    by = _side(s, stay, stay.volunteer if absent is Side.ELDER else stay.elder)
    return Act(
        lambda: timebank.no_show(_id(stay), absent, by=s.actor(by), at=s.at()),
        lambda w: w.of(by).no_show(_found(w, stay, by), absent.value, by, s.now),
    )


def confirm(s: Scene) -> Act | None:
    stay = s.one(_in(s, "finished"))
    if stay is None:
        return None
    by, minutes, word = _side(s, stay, stay.elder), s.draw.minutes, s.draw.flag % 2 == 0
    if s.draw.right and stay.measured is not None:
        minutes = stay.measured if word else min(stay.measured, stay.minutes)
    return Act(
        lambda: timebank.confirm(_id(stay), by=s.actor(by), minutes=minutes, word=word, at=s.at()),
        lambda w: w.of(by).confirm(_found(w, stay, by), by, minutes, word=word, at=s.now),
    )


def dispute(s: Scene) -> Act | None:
    stay = s.one(_in(s, "finished"))
    if stay is None:
        return None
    by = _side(s, stay, stay.elder if s.draw.flag % 2 else stay.volunteer)
    reason = "不对" if s.draw.flag else " "
    return Act(
        lambda: timebank.dispute(_id(stay), by=s.actor(by), reason=reason, at=s.at()),
        lambda w: w.of(by).dispute(_found(w, stay, by), by, reason=bool(reason.strip())),
    )


def resolve(s: Scene) -> Act | None:
    return _decide(s, timebank.resolve, later=False)


def correct(s: Scene) -> Act | None:
    return _decide(s, timebank.correct, later=True)


def _decide(s: Scene, verb: Any, *, later: bool) -> Act | None:
    stay = s.one(_in(s, *(("confirmed", "resolved") if later else ("disputed",))))
    if stay is None:
        return None
    by, minutes = s.somebody(s.home(stay), "coordinator", number=s.draw.by), s.draw.minutes

    def expected(w: World) -> object:
        if not w.people[by].has("coordinator"):
            raise No("NotYours")
        found, place = _found(w, stay, by), w.of(by)
        if later:
            return place.correct(found, by, minutes)
        return place.resolve(found, by, minutes, s.now)

    return Act(
        lambda: verb(_id(stay), by=s.actor(by), minutes=minutes, reason="问过", at=s.at()), expected
    )


def cancel(s: Scene) -> Act | None:
    stay = s.one(_in(s, *WAITING, "booked", "under_way", "finished", "disputed"))
    if stay is None:
        return None
    by = _side(s, stay, stay.elder)
    return Act(
        lambda: timebank.cancel(_id(stay), by=s.actor(by), at=s.at()),
        lambda w: w.of(by).cancel(_found(w, stay, by), by, s.now),
    )


def by_itself(s: Scene) -> Act:
    """Let the clock confirm what nobody said anything about."""

    async def job() -> None:
        while await timebank.confirm_by_themselves(at=s.at()):
            pass

    return Act(job, lambda w: [place.confirmed_later(s.now) for place in w.places.values()])


WAITING = ("requested", "offered")
VISIT_ACTS: dict[str, Maker] = {
    one.__name__: one
    for one in (
        ask, accept, assign, offer, give_back, check_in, check_out, no_show, confirm, dispute,
        resolve, correct, cancel,
    )
}  # fmt: skip


def _in(s: Scene, *states: str) -> list[Stay]:
    found = s.stays()
    return [one for one in found if one.state in states] if s.draw.right else found


def _side(s: Scene, stay: Stay, due: str | None) -> str:
    """Return who it is due to, now and then the desk, or just anybody."""
    if not s.draw.right or due is None:
        return s.anybody(s.draw.by)
    if s.draw.flag == 7:
        return s.somebody(s.home(stay), "coordinator", number=s.draw.by)
    return due


def _id(stay: Stay) -> Any:
    return stay.id


def _found(w: World, stay: Stay, by: str) -> Stay:
    return w.find(Stay, stay.id, by, "UnknownVisit")
