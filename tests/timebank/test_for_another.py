"""Visits asked for, confirmed and called off by a delegate; and what no delegate may do."""

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
import ledger
import timebank
from app.database import owner_connection_settings
from community import Actor, Agreement, Channel, DelegatedAct, Delegation, Role, Terms
from tests.timebank.street import NOON, Street, open_street
from timebank import State

REQUEST, CONFIRM, PASSBOOK = DelegatedAct.REQUEST, DelegatedAct.CONFIRM, DelegatedAct.PASSBOOK


@dataclasses.dataclass
class Delegated:
    """The street's first elder, whose daughter acts for her; `acting` is the daughter doing so."""

    street: Street
    daughter: Actor
    acting: Actor
    delegation: Delegation

    async def revoke(self) -> None:
        await community.revoke_delegation(self.delegation.id, why="不再需要", by=self.street.elder)


async def grant(street: Street, to: Actor, *acts: DelegatedAct) -> Delegation:
    """Let a member act for the street's first elder, as if from the day before its noon on."""
    words = Agreement("我同意由女儿替我办这些事。", "zh", Channel.ONLINE)
    terms = Terms(
        street.elder.member_id,
        to.member_id,
        frozenset(acts),
        datetime.now(UTC) + timedelta(days=100),
    )
    granted = await community.grant_delegation(terms, words, by=street.elder, key=uuid.uuid4())
    owner = await asyncpg.connect(**owner_connection_settings())
    try:
        before = NOON - timedelta(days=1)
        sql = "UPDATE delegation SET since = $1 WHERE id = $2"
        await owner.execute(sql, before, granted.id)
    finally:
        await owner.close()
    return granted


async def delegated(street: Street, *acts: DelegatedAct, to: Actor | None = None) -> Delegated:
    if to is None:
        member = await community.add_member(
            community_id=street.id, name="陈晓", roles=(Role.RESIDENT,)
        )
        to = Actor(member.id, street.id, member.roles)
    granted = await grant(street, to, *(acts or DelegatedAct))
    acting = await community.delegated(to, street.elder.member_id, granted.acts, at=NOON)
    return Delegated(street, to, acting, granted)


async def test_a_delegate_asks_and_the_elders_minutes_are_set_aside(street: Street) -> None:
    one = await delegated(street)
    visit = await street.booked(120, by=one.acting)
    assert visit.elder_id == street.elder.member_id
    assert await street.minutes(street.elder) == [(300, 120)]


async def test_who_did_it_for_whom_is_in_history_trail_and_book(
    street: Street, owner: asyncpg.Connection
) -> None:
    one = await delegated(street)
    visit = await street.finished()
    await timebank.confirm(visit.id, by=one.acting, minutes=95, at=NOON + timedelta(hours=5))
    _, steps = await timebank.visit_page(visit.id, street.elder)
    assert (steps[-1].actor_name, steps[-1].for_name) == ("陈晓", "陈桂芳")
    assert {step.for_name for step in steps[:-1]} == {""}
    consent = one.delegation.consent.id
    row = await owner.fetchrow(
        "SELECT actor, on_behalf_of, consent_id FROM visit_history"
        " WHERE visit_id = $1 ORDER BY seq DESC LIMIT 1",
        visit.id,
    )
    who = (one.daughter.member_id, street.elder.member_id, consent)
    assert tuple(row.values()) == who
    event = (await community.audit_events(street.id))[0]
    assert event.act == "visit.confirm"
    assert (event.actor, event.on_behalf_of, event.consent_id) == who
    for leg in await ledger.journal(ledger.JournalId(visit.post_id)):
        assert (leg.actor, leg.on_behalf_of) == who[:2]
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (95, 0)]


async def test_the_same_form_sent_twice_by_a_delegate_asks_once(street: Street) -> None:
    one = await delegated(street)
    key = uuid.uuid4()
    first = await street.asked(by=one.acting, form_key=key)
    assert await street.asked(by=one.acting, form_key=key) == first
    with pytest.raises(timebank.AlreadyAsked) as refused:
        await street.asked(by=street.elder)
    assert refused.value.visit == first.id
    assert len(await timebank.my_visits(street.elder)) == 1


async def test_a_delegate_calls_off_until_check_in(street: Street) -> None:
    one = await delegated(street)
    visit = await street.booked()
    gone = await timebank.cancel(visit.id, by=one.acting, at=NOON)
    assert gone.state is State.CANCELLED
    assert (await timebank.cancel(visit.id, by=one.acting, at=NOON)) == gone
    begun = await street.under_way()
    with pytest.raises(timebank.WrongState):
        await timebank.cancel(begun.id, by=one.acting, at=NOON)


async def test_staff_who_act_for_an_elder_lend_no_power_of_their_own(street: Street) -> None:
    one = await delegated(street, to=street.coordinator)
    visit = await street.under_way()
    with pytest.raises(timebank.WrongState):
        await timebank.cancel(visit.id, by=one.acting, at=NOON)
    await timebank.cancel(visit.id, by=street.coordinator, at=NOON)
    other = await street.asked(60, by=street.poor_elder)
    with pytest.raises(timebank.NotYours):
        await timebank.cancel(other.id, by=one.acting, at=NOON)
    with pytest.raises(timebank.UnknownVisit):
        await timebank.visit_page(other.id, one.acting)


@pytest.mark.parametrize(
    ("acts", "asks", "confirms", "sees"),
    [
        ((REQUEST,), True, False, False),
        ((CONFIRM,), False, True, False),
        ((PASSBOOK,), False, False, True),
    ],
)
async def test_only_the_acts_that_were_agreed_to(
    street: Street, acts: tuple[DelegatedAct, ...], *, asks: bool, confirms: bool, sees: bool
) -> None:
    one = await delegated(street, *acts)
    visit = await street.finished()
    later = NOON + timedelta(days=1)
    for verb, allowed in (
        (timebank.confirm(visit.id, by=one.acting, minutes=95, at=NOON), confirms),
        (street.asked(60, by=one.acting, starts_at=later), asks),
        (timebank.last_place(one.acting), asks),
        (timebank.passbook(one.acting), sees),
        (timebank.my_balance(one.acting), asks or sees),
        (timebank.my_visits(one.acting), asks or confirms),
        (timebank.visit_page(visit.id, one.acting), asks or confirms),
    ):
        if allowed:
            await verb
        else:
            with pytest.raises(community.NotDelegated) as refused:
                await verb
            assert refused.value.missing is community.Missing.NOT_THIS_ACT
    if not asks:
        other = await street.asked(60, starts_at=later + timedelta(hours=1))
        with pytest.raises(community.NotDelegated):
            await timebank.cancel(other.id, by=one.acting, at=NOON)


async def test_nothing_is_done_after_it_was_revoked_or_is_over(street: Street) -> None:
    one = await delegated(street)
    visit = await street.finished()
    with pytest.raises(community.NotDelegated) as refused:
        await timebank.confirm(visit.id, by=one.acting, minutes=95, at=one.delegation.until)
    assert refused.value.missing is community.Missing.EXPIRED
    await one.revoke()
    for verb in (
        timebank.confirm(visit.id, by=one.acting, minutes=95),
        street.asked(by=one.acting),
        timebank.cancel(visit.id, by=one.acting),
        timebank.passbook(one.acting),
        timebank.visit_page(visit.id, one.acting),
    ):
        with pytest.raises(community.NotDelegated) as refused:
            await verb
        assert refused.value.missing is community.Missing.REVOKED
    assert await street.minutes(street.elder, street.volunteer) == [(300, 120), (0, 0)]
    assert (await timebank.visit_page(visit.id, street.elder))[0].visit.state is State.FINISHED


async def test_a_made_up_consent_is_worth_nothing(street: Street) -> None:
    one = await delegated(street)
    visit = await street.finished()
    forged = street.poor_elder.acting_for(street.elder.member_id, one.delegation.consent.id)
    with pytest.raises(community.NotDelegated):
        await timebank.confirm(visit.id, by=forged, minutes=95)
    with pytest.raises(community.NotDelegated):
        await timebank.passbook(forged)
    elsewhere = await open_street()
    stranger = dataclasses.replace(one.acting, community_id=elsewhere.id)
    with pytest.raises(timebank.UnknownVisit):
        await timebank.confirm(visit.id, by=stranger, minutes=95)
    with pytest.raises(community.NotDelegated):
        await timebank.passbook(stranger)


async def test_a_volunteer_who_is_also_the_delegate_leaves_it_to_the_elder(
    street: Street,
) -> None:
    one = await delegated(street, to=street.volunteer)
    visit = await street.finished()
    with pytest.raises(timebank.OwnHours):
        await timebank.confirm(visit.id, by=one.acting, minutes=95, at=NOON)
    assert await street.minutes(street.elder, street.volunteer) == [(300, 120), (0, 0)]
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    other = await timebank.accept(
        (await street.asked(60, starts_at=NOON + timedelta(days=1))).id,
        by=street.other_volunteer,
        at=NOON,
    )
    assert other.volunteer_id == street.other_volunteer.member_id


async def test_the_code_is_for_who_passes_it_on_not_for_who_comes(street: Street) -> None:
    one = await delegated(street)
    hers = await delegated(street, to=street.volunteer)

    async def code(by: Actor, visit_id: uuid.UUID) -> str:
        return (await timebank.visit_page(visit_id, by))[0].visit.code

    asked = await street.asked()
    assert await code(street.elder, asked.id)
    assert await code(one.acting, asked.id) == ""
    await timebank.accept(asked.id, by=street.volunteer, at=NOON)
    assert await code(one.acting, asked.id) == await code(street.elder, asked.id)
    assert await code(hers.acting, asked.id) == ""


async def test_nobody_gives_hours_for_another(street: Street) -> None:
    elder = dataclasses.replace(street, elder=street.other_volunteer)
    one = await delegated(elder)
    visit = await street.asked(60)
    with pytest.raises(timebank.NotYours):
        await timebank.open_requests(one.acting, at=NOON)
    for verb in (
        timebank.accept(visit.id, by=one.acting, at=NOON),
        timebank.withdraw(visit.id, by=one.acting, at=NOON),
        timebank.check_in(visit.id, by=one.acting, code="1234", at=NOON),
        timebank.check_out(visit.id, by=one.acting, at=NOON),
    ):
        with pytest.raises(timebank.NotYours):
            await verb
    await timebank.accept(visit.id, by=street.other_volunteer, at=NOON)
    assert await timebank.my_visits(one.acting) == []
    with pytest.raises(timebank.UnknownVisit):
        await timebank.visit_page(visit.id, one.acting)


async def test_for_who_is_no_elder_nothing_is_asked(street: Street) -> None:
    plain = dataclasses.replace(street, elder=street.volunteer)
    one = await delegated(plain)
    with pytest.raises(timebank.NotYours):
        await street.asked(by=one.acting)


async def test_a_delegate_reads_the_elders_passbook(street: Street) -> None:
    one = await delegated(street)
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    theirs, own = await timebank.passbook(one.acting), await timebank.passbook(street.elder)
    assert [(line.change, line.other_name) for line in theirs.lines] == [(-95, "李明"), (300, "")]
    assert theirs.balance == own.balance
    assert await timebank.my_balance(one.daughter) != own.balance
    assert [one.visit.id for one in await timebank.my_visits(one.acting)] == [visit.id]
    assert await timebank.last_place(one.acting) == visit.place


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ("on_behalf_of = elder, consent_id = NULL", "history_for_another_rests_on_consent"),
        ("on_behalf_of = NULL, consent_id = consent", "history_for_another_rests_on_consent"),
        ("on_behalf_of = other, consent_id = consent", "history_rests_on_own_consent"),
    ],
)
async def test_history_takes_no_other_members_consent(
    street: Street, owner: asyncpg.Connection, columns: str, name: str
) -> None:
    one = await delegated(street)
    visit = await street.asked()
    values = {
        "elder": f"'{street.elder.member_id}'::uuid",
        "other": f"'{street.poor_elder.member_id}'::uuid",
        "consent": f"'{one.delegation.consent.id}'::uuid",
    }
    behalf, consent = (values.get(part.split(" = ")[1], "NULL") for part in columns.split(", "))
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await owner.execute(
            "INSERT INTO visit_history (community_id, visit_id, at, state, actor, on_behalf_of,"
            f" consent_id) VALUES ($1, $2, $3, 'requested', $4, {behalf}, {consent})",
            street.id,
            visit.id,
            datetime.now(UTC),
            one.daughter.member_id,
        )
    assert refused.value.constraint_name == name
