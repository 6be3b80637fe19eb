"""A consent is revoked in the moment in which somebody acts on it; grants and marriages at once."""

import asyncio
import uuid
from contextvars import copy_context
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
import timebank
from community import Actor, DelegatedAct, Delegation, KinKind, Kinship, Missing, NotDelegated
from community.transactions import transaction
from tests.community.kinsfolk import Kinsfolk, open_kinsfolk
from tests.timebank.street import Street, street
from tests.timebank.test_for_another import Delegated, delegated
from timebank import Visit

__all__ = ["street"]

TIMES = 10
BRIEFLY = 0.2
"""Seconds in which whatever does not wait has long been done."""


@pytest.fixture
async def one(street: Street) -> Delegated:
    return await delegated(street)


@pytest.fixture
async def folk(database: object) -> Kinsfolk:  # noqa: ARG001 (must be migrated)
    return await open_kinsfolk()


async def rests_on(owner: asyncpg.Connection, delegation: Delegation) -> tuple[int, int]:
    """Return how many steps and how many audit events rest on a consent."""
    steps = "SELECT count(*) FROM visit_history WHERE consent_id = $1"
    events = "SELECT count(*) FROM audit_event WHERE consent_id = $1"
    consent = delegation.consent.id
    return await owner.fetchval(steps, consent), await owner.fetchval(events, consent)


async def test_a_revocation_waits_for_the_act_under_way(one: Delegated) -> None:
    """Whoever has been let act finishes; only then does the revocation take its moment."""
    elder = one.street.elder.member_id
    apart = copy_context()  # where the transaction below is not to be seen
    async with transaction():
        await community.acting_for(one.daughter, elder, DelegatedAct.CONFIRM)
        revoking = asyncio.create_task(one.revoke(), context=apart)
        await asyncio.sleep(BRIEFLY)
        assert not revoking.done()
    await asyncio.wait_for(revoking, 5)
    with pytest.raises(NotDelegated):
        await community.delegated(one.daughter, elder, {DelegatedAct.CONFIRM})


async def test_an_act_waits_for_the_revocation_under_way_and_is_refused(one: Delegated) -> None:
    visit, apart = await one.street.finished(), copy_context()
    async with transaction():
        await one.revoke()
        confirming = asyncio.create_task(
            timebank.confirm(visit.id, by=one.acting, minutes=95), context=apart
        )
        await asyncio.sleep(BRIEFLY)
        assert not confirming.done()
    with pytest.raises(NotDelegated) as refused:
        await asyncio.wait_for(confirming, 5)
    assert refused.value.missing is Missing.REVOKED
    assert await one.street.minutes(one.street.volunteer) == [(0, 0)]


async def test_an_act_goes_on_with_the_grant_that_replaced_what_it_waited_for(
    one: Delegated,
) -> None:
    visit, apart = await one.street.finished(), copy_context()
    async with transaction():
        renewed = await delegated_again(one)
        confirming = asyncio.create_task(
            timebank.confirm(visit.id, by=one.acting, minutes=95), context=apart
        )
        await asyncio.sleep(BRIEFLY)
        assert not confirming.done()
    await asyncio.wait_for(confirming, 5)
    event = (await community.audit_events(one.street.id))[0]
    assert (event.act, event.consent_id) == ("visit.confirm", renewed.consent.id)


async def test_an_act_that_waited_goes_on_with_a_grant_of_after_its_beginning(
    one: Delegated,
) -> None:
    visit, apart = await one.street.finished(), copy_context()
    async with transaction():
        await one.revoke()
        confirming = asyncio.create_task(
            timebank.confirm(visit.id, by=one.acting, minutes=95), context=apart
        )
        await asyncio.sleep(BRIEFLY)
        renewed = await delegated_again(one)
        assert not confirming.done()
    await asyncio.wait_for(confirming, 5)
    event = (await community.audit_events(one.street.id))[0]
    assert (event.act, event.consent_id) == ("visit.confirm", renewed.consent.id)


async def delegated_again(one: Delegated) -> Delegation:
    """Let the daughter act anew, within the caller's transaction."""
    words = community.Agreement("我同意续期。", "zh", community.Channel.ONLINE)
    until = datetime.now(UTC) + timedelta(days=200)
    terms = community.Terms(
        one.street.elder.member_id, one.daughter.member_id, frozenset(DelegatedAct), until
    )
    return await community.grant_delegation(terms, words, by=one.street.elder, key=uuid.uuid4())


@pytest.mark.parametrize("_time", range(TIMES))
async def test_nothing_is_booked_on_a_consent_after_its_revocation_was_stored(
    one: Delegated, owner: asyncpg.Connection, _time: int
) -> None:
    """Many acts and one revocation at once: what rests on the consent is counted twice.

    Once right after the revocation returned, and once when everybody is done: it must be the same.
    """
    street = one.street

    async def asking(number: int) -> Visit | NotDelegated:
        starts_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        request = timebank.Request(
            "meals", starts_at + timedelta(days=1, hours=number), 15, "梧桐里 12 号 302 室"
        )
        await asyncio.sleep(0.002 * number)
        try:
            return await timebank.ask(request, by=one.acting, form_key=uuid.uuid4())
        except NotDelegated as refused:
            return refused

    async def revoking() -> tuple[int, int]:
        await asyncio.sleep(0.008)
        await one.revoke()
        return await rests_on(owner, one.delegation)

    *ended, counted = await asyncio.gather(*(asking(number) for number in range(12)), revoking())
    asked = [visit for visit in ended if isinstance(visit, Visit)]
    refused = [no for no in ended if isinstance(no, NotDelegated)]
    assert len(asked) + len(refused) == 12
    assert {no.missing for no in refused} <= {Missing.REVOKED}
    assert counted == await rests_on(owner, one.delegation) == (len(asked), len(asked))
    assert len(await timebank.my_visits(street.elder)) == len(asked)


@pytest.mark.parametrize("_time", range(TIMES))
async def test_one_form_of_a_grant_sent_by_an_impatient_hand(folk: Kinsfolk, _time: int) -> None:
    key, until = uuid.uuid4(), datetime.now(UTC) + timedelta(days=30)
    made = await asyncio.gather(*(folk.granted(key=key, until=until) for _ in range(6)))
    assert len({one.consent.id for one in made}) == 1
    assert await community.delegations_of(folk.elder.member_id, folk.elder) == [made[0]]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_grants_at_once_leave_one_in_force(folk: Kinsfolk, _time: int) -> None:
    await asyncio.gather(*(folk.granted(by=by) for by in (folk.operator, folk.coordinator)))
    found = await community.delegations_of(folk.elder.member_id, folk.elder)
    assert len(found) == 2
    assert [one.revoked_why for one in found].count(None) == 1


@pytest.mark.parametrize("_time", range(TIMES))
async def test_the_first_revocation_stands(folk: Kinsfolk, _time: int) -> None:
    made = await folk.granted()
    ended = await asyncio.gather(
        *(
            community.revoke_delegation(made.id, why=why, by=by)
            for why, by in (("不再需要", folk.elder), ("我没有空了", folk.daughter))
        )
    )
    assert ended[0] == ended[1]
    events = [event.act for event in await community.audit_events(folk.id)]
    assert events.count("delegation.revoke") == 1


@pytest.mark.parametrize("_time", range(TIMES))
async def test_nobody_is_married_twice_at_once(folk: Kinsfolk, _time: int) -> None:
    async def marry(one: Actor, other: Actor) -> Kinship | community.AlreadyMarried:
        try:
            return await community.record_kinship(
                one.member_id,
                other.member_id,
                KinKind.SPOUSE,
                evidence="结婚证，在家里看过原件",
                by=folk.coordinator,
            )
        except community.AlreadyMarried as refused:
            return refused

    elder, neighbour, son, daughter = folk.elder, folk.neighbour, folk.son, folk.daughter
    ended = await asyncio.gather(marry(elder, neighbour), marry(son, elder), marry(daughter, elder))
    assert len([one for one in ended if isinstance(one, Kinship)]) == 1
    assert len(await community.kin_of(elder.member_id, elder)) == 1
