"""Two at once with one code, one card, one password: one outcome, and nobody gets in twice."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pyotp
import pytest

from app import sessions
from app.sign_in import cards, codes, helping, second_factor
from app.sign_in.errors import ChangedMeanwhile, CodeOver, NotFresh, NotThese, WrongCode
from app.sign_in.passwords import try_password
from app.sign_in.weak_secrets import Person
from app.throttle import Lane, TrySlower, allow, count_try
from community import Role
from tests.app.sign_in.neighbours import PHRASE, fresh_address, fresh_phone, neighbour, told

pytestmark = pytest.mark.usefixtures("database")

TIMES = 4
"""How often each race is run: a lock that is missing shows within a few."""


async def together(*acts: Coroutine[Any, Any, Any]) -> tuple[list[Any], list[Exception]]:
    """Run acts at once, each on a connection of its own; return what came of them."""
    ended = await asyncio.gather(*acts, return_exceptions=True)
    done = [one for one in ended if not isinstance(one, BaseException)]
    return done, [one for one in ended if isinstance(one, Exception)]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_one_code_lets_one_in(owner: asyncpg.Connection, _time: int) -> None:
    one = await neighbour()
    asked = await codes.send_code(one.phone, address=one.address)
    code = str((await told(owner, one, "sign_in.code"))["code"])
    done, refused = await together(
        *(codes.enter_sent_code(asked, code, address=fresh_address()) for _ in range(5))
    )
    assert [member.id for member in done] == [one.member.id]
    assert {type(refusal) for refusal in refused} == {CodeOver}


@pytest.mark.parametrize("_time", range(TIMES))
async def test_a_hundred_guesses_at_once_are_five(owner: asyncpg.Connection, _time: int) -> None:
    one = await neighbour()
    asked = await codes.send_code(one.phone, address=one.address)
    code = str((await told(owner, one, "sign_in.code"))["code"])
    guesses = [f"{(int(code) + step) % 10**6:06d}" for step in range(1, 31)]
    _done, refused = await together(
        *(codes.enter_sent_code(asked, guess, address=fresh_address()) for guess in guesses)
    )
    left = sorted(one.tries_left for one in refused if isinstance(one, WrongCode))
    assert left == [1, 2, 3, 4]
    assert len(refused) == 30


@pytest.mark.parametrize("_time", range(TIMES))
async def test_one_code_of_the_app_takes_one_second_step(_time: int) -> None:
    one = await neighbour()
    secret, _codes, _begun = await one.set_up_second_step((await one.signed_in()).session)
    at = datetime.now(UTC) + timedelta(seconds=60)
    waiting = [await one.signed_in() for _ in range(4)]
    done, refused = await together(
        *(
            second_factor.confirm(
                pyotp.TOTP(secret).at(at),
                session=each.session,
                member=one.member,
                by=one.actor,
                at=at,
            )
            for each in waiting
        )
    )
    assert len(done) == 1
    assert {type(refusal) for refusal in refused} == {NotThese}
    still = [await sessions.find(each.token, at=at) for each in waiting]
    assert sum(session is not None for session in still) == 3


@pytest.mark.parametrize("_time", range(TIMES))
async def test_one_recovery_code_takes_one_second_step(_time: int) -> None:
    one = await neighbour()
    _secret, printed, _begun = await one.set_up_second_step((await one.signed_in()).session)
    waiting = [await one.signed_in() for _ in range(4)]
    done, refused = await together(
        *(
            second_factor.confirm(printed[0], session=each.session, member=one.member, by=one.actor)
            for each in waiting
        )
    )
    assert (len(done), len(refused)) == (1, 3)
    assert await second_factor.recovery_codes_left(one.member.id) == 9


@pytest.mark.parametrize("_time", range(TIMES))
async def test_one_session_takes_its_second_step_once(_time: int) -> None:
    one = await neighbour()
    _secret, printed, _begun = await one.set_up_second_step((await one.signed_in()).session)
    waiting = await one.signed_in()
    done, refused = await together(
        *(
            second_factor.confirm(code, session=waiting.session, member=one.member, by=one.actor)
            for code in printed[:4]
        )
    )
    assert len(done) == 1
    assert {type(refusal) for refusal in refused} == {NotFresh}
    assert await second_factor.recovery_codes_left(one.member.id) == 9, "the others are unused"


@pytest.mark.parametrize("_time", range(TIMES))
async def test_of_two_password_changes_one_holds(_time: int) -> None:
    one = await neighbour(password=PHRASE)
    here, there = await one.signed_in(), await one.signed_in()
    done, refused = await together(
        one.change_password(here.session), one.change_password(there.session)
    )
    # Whoever comes second finds another old password, or sees it change under their hands.
    assert len(done) == 1
    assert len(refused) == 1
    assert isinstance(refused[0], ChangedMeanwhile | NotThese | TrySlower)
    left = [await sessions.find(token) for token in (here.token, there.token)]
    assert sum(session is not None for session in left) == 1


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_first_passwords_are_one(_time: int) -> None:
    one = await neighbour()
    session = (await one.signed_in()).session
    done, refused = await together(*(one.change_password(session, old=None) for _ in range(3)))
    assert len(done) == 1
    assert all(isinstance(one, ChangedMeanwhile | NotThese) for one in refused)


@pytest.mark.parametrize("_time", range(TIMES))
async def test_many_tries_at_once_are_as_slow_as_one_by_one(_time: int) -> None:
    phone, address, at = fresh_phone(), fresh_address(), datetime.now(UTC)
    _done, refused = await together(
        *(try_password(phone, f"guess {number}", address=address, at=at) for number in range(20))
    )
    looked_at = [one for one in refused if isinstance(one, NotThese)]
    assert len(looked_at) == 6, "five are free, and the sixth begins the wait"
    assert len([one for one in refused if isinstance(one, TrySlower)]) == 14


@pytest.mark.parametrize("_time", range(TIMES))
async def test_lanes_that_cross_do_not_wait_for_each_other(_time: int) -> None:
    lanes = [Lane(f"crossing {_time} {number} {fresh_phone()}", 100) for number in range(6)]
    done, refused = await together(
        *(count_try(lanes[shift:] + lanes[:shift]) for shift in range(6)),
        *(count_try(list(reversed(lanes))) for _ in range(6)),
    )
    assert (sorted(done), refused) == (list(range(1, 13)), [])


@pytest.mark.parametrize("_time", range(TIMES))
async def test_a_pace_holds_however_many_ask_at_once(_time: int) -> None:
    key, at = f"race {fresh_phone()}", datetime.now(UTC)
    done, refused = await together(*(allow(key, 5, 60, at=at) for _ in range(20)))
    assert (sum(done), refused) == (5, [])


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_cards_issued_at_once_leave_one(owner: asyncpg.Connection, _time: int) -> None:
    keeper = await neighbour(Role.COORDINATOR)
    one = await neighbour(home=keeper.home)
    done, refused = await together(
        *(
            cards.issue_card(one.member.id, "7391", person=Person(), by=keeper.actor)
            for _ in range(3)
        )
    )
    assert (len(done), refused) == (3, [])
    works = await owner.fetch(
        "SELECT number FROM sign_in_card WHERE member_id = $1 AND revoked_at IS NULL",
        one.member.id,
    )
    assert len(works) == 1
    assert works[0]["number"] in {issued.card.number for issued in done}


@pytest.mark.parametrize("_time", range(TIMES))
async def test_signing_out_everywhere_meets_the_second_step(_time: int) -> None:
    one = await neighbour()
    chief = await neighbour(Role.ADMINISTRATOR, home=one.home)
    _secret, printed, _begun = await one.set_up_second_step((await one.signed_in()).session)
    waiting = await one.signed_in()
    done, refused = await together(
        second_factor.confirm(printed[0], session=waiting.session, member=one.member, by=one.actor),
        helping.end_sessions(one.member.id, by=chief.actor),
    )
    # Whichever comes first: a session that was ended takes no second step.
    confirmed = [begun for begun in done if isinstance(begun, sessions.Begun)]
    assert all(isinstance(one, NotFresh) for one in refused)
    for begun in confirmed:
        found = await sessions.find(begun.token)
        assert found is None or found.second_factor_at is not None
    assert await sessions.find(waiting.token) is None
