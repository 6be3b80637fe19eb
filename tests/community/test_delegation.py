"""Consent and delegation on a real database: who may grant, what it covers, how it ends."""

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
from app.database import Engine
from community import Actor, Channel, DelegatedAct, Delegation, Missing, NotDelegated, Role
from community.transactions import transaction
from tests.community.kinsfolk import (
    ACTS,
    CONFIRM,
    PASSBOOK,
    REQUEST,
    Kinsfolk,
    open_kinsfolk,
)

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
async def folk(database: Engine) -> Kinsfolk:  # noqa: ARG001 (must be migrated)
    return await open_kinsfolk()


async def standing_in(
    by: Actor, folk: Kinsfolk, act: DelegatedAct = REQUEST, at: datetime | None = None
) -> Actor:
    """Ask as a verb does: within a transaction."""
    async with transaction():
        return await community.acting_for(by, folk.elder.member_id, act, at=at)


async def missing(
    by: Actor, folk: Kinsfolk, act: DelegatedAct = REQUEST, at: datetime | None = None
) -> Missing:
    with pytest.raises(NotDelegated) as refused:
        await standing_in(by, folk, act, at)
    with pytest.raises(NotDelegated) as seen:
        await community.delegated(by, folk.elder.member_id, {act}, at=at)
    assert refused.value.missing is seen.value.missing
    return refused.value.missing


async def test_an_elder_grants_online_by_her_own_sign_in(folk: Kinsfolk) -> None:
    made = await folk.granted(frozenset({REQUEST, PASSBOOK}))
    consent = made.consent
    assert (consent.channel, consent.witness_id) == (Channel.ONLINE, None)
    assert consent.recorded_by == consent.member_id == folk.elder.member_id
    assert consent.words == "我，陈桂芳，同意由陈晓替我办这些事。"
    assert await community.delegation(made.id, folk.elder) == made
    actor = await standing_in(folk.daughter, folk, PASSBOOK)
    assert (actor.member_id, actor.on_behalf_of) == (folk.daughter.member_id, folk.elder.member_id)
    assert (actor.principal, actor.consent_id) == (folk.elder.member_id, consent.id)
    assert await missing(folk.daughter, folk, CONFIRM) is Missing.NOT_THIS_ACT


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.IN_PERSON, Channel.PAPER])
async def test_the_desk_records_what_it_heard(folk: Kinsfolk, channel: Channel) -> None:
    heard = datetime.now(UTC) - timedelta(days=1)
    for by, witness in ((folk.operator, folk.coordinator), (folk.coordinator, folk.coordinator)):
        made = await folk.granted(
            by=by,
            agreed=folk.agreed(
                by, channel=channel, witness_id=witness.member_id, given_at=heard, language="en"
            ),
        )
        assert (made.granted_by, made.consent.channel) == (by.member_id, channel)
        assert made.consent.witness_id == witness.member_id
        assert (made.consent.given_at, made.consent.language) == (heard, "en")


async def test_what_a_delegate_may_do_holds_nothing_of_their_own(folk: Kinsfolk) -> None:
    await folk.granted(to=folk.operator)
    actor = await standing_in(folk.operator, folk)
    assert actor.roles == {Role.DELEGATE, Role.ELDER}
    await folk.granted(
        of=folk.son, to=folk.operator, by=folk.coordinator, agreed=folk.agreed(folk.coordinator)
    )
    async with transaction():
        for_son = await community.acting_for(folk.operator, folk.son.member_id, REQUEST)
        assert for_son.roles == {Role.DELEGATE}
        with pytest.raises(NotDelegated):
            await community.acting_for(for_son, folk.elder.member_id, REQUEST)


async def test_asked_outside_a_verb_it_protects_nothing(folk: Kinsfolk) -> None:
    await folk.granted()
    with pytest.raises(RuntimeError, match="transaction"):
        await community.acting_for(folk.daughter, folk.elder.member_id, REQUEST)


async def test_who_never_had_one_has_none(folk: Kinsfolk) -> None:
    await folk.granted()
    assert await missing(folk.son, folk) is Missing.NEVER
    assert await missing(folk.coordinator, folk) is Missing.NEVER
    elsewhere = await open_kinsfolk()
    stranger = dataclasses.replace(folk.daughter, community_id=elsewhere.id)
    assert await missing(stranger, folk) is Missing.NEVER
    back = dataclasses.replace(folk.elder)
    with pytest.raises(NotDelegated):
        await community.delegated(back, folk.daughter.member_id, ACTS)


async def test_it_begins_and_ends_at_its_very_instants(folk: Kinsfolk) -> None:
    until = NOON + timedelta(days=30)
    tick = timedelta.resolution
    made = await folk.granted(at=NOON, until=until)
    assert await missing(folk.daughter, folk, at=NOON - tick) is Missing.NEVER
    for at in (NOON, until - tick):
        assert (await standing_in(folk.daughter, folk, at=at)).consent_id == made.consent.id
    for at in (until, until + tick, until + timedelta(days=400)):
        assert await missing(folk.daughter, folk, at=at) is Missing.EXPIRED
    with pytest.raises(NotDelegated) as refused:
        await community.delegation_in_force(folk.daughter, folk.elder.member_id, at=until)
    assert refused.value.since == until
    found = await community.delegation_in_force(
        folk.daughter, folk.elder.member_id, at=until - tick
    )
    assert found == made


async def test_no_longer_than_the_policy_says(folk: Kinsfolk) -> None:
    years = await community.delegation_years_max(folk.id)
    latest = NOON.replace(year=NOON.year + years) + timedelta(days=1)
    for until, why in (
        (latest + timedelta.resolution, "too far ahead"),
        (NOON, "past"),
        (NOON - timedelta(days=1), "past"),
    ):
        with pytest.raises(community.InvalidBond) as refused:
            await folk.granted(at=NOON, until=until)
        assert (refused.value.field, refused.value.why) == ("until", why)
    assert (await folk.granted(at=NOON, until=latest)).until == latest


@pytest.mark.parametrize("who", ["elder", "daughter", "coordinator", "operator"])
async def test_the_two_and_the_desk_revoke_at_once(folk: Kinsfolk, who: str) -> None:
    made = await folk.granted()
    by: Actor = getattr(folk, who)
    ended = await community.revoke_delegation(made.id, why=" 不再需要 ", by=by)
    assert (ended.revoked_by, ended.revoked_why) == (by.member_id, "不再需要")
    assert await missing(folk.daughter, folk) is Missing.REVOKED
    again = await community.revoke_delegation(made.id, why="另一个原因", by=folk.elder)
    assert again == ended
    assert await community.delegation(made.id, folk.daughter) == ended


async def test_nobody_else_revokes_or_sees(folk: Kinsfolk) -> None:
    made = await folk.granted()
    elsewhere = await open_kinsfolk()
    for nosy in (folk.son, folk.neighbour, elsewhere.coordinator, elsewhere.elder):
        with pytest.raises(community.UnknownDelegation):
            await community.revoke_delegation(made.id, why="不再需要", by=nosy)
        with pytest.raises(community.UnknownDelegation):
            await community.delegation(made.id, nosy)
    with pytest.raises(community.NotForYou):
        await community.revoke_delegation(made.id, why="不再需要", by=folk.auditor)
    assert await community.delegation(made.id, folk.auditor) == made
    with pytest.raises(community.UnknownDelegation):
        await community.revoke_delegation(uuid.uuid4(), why="不再需要", by=folk.elder)
    assert await standing_in(folk.daughter, folk)


async def test_a_revocation_says_why(folk: Kinsfolk) -> None:
    made = await folk.granted()
    for why in (" ", "因" * 501):
        with pytest.raises(community.InvalidBond) as refused:
            await community.revoke_delegation(made.id, why=why, by=folk.elder)
        assert refused.value.field == "why"
    assert await standing_in(folk.daughter, folk)


async def test_a_delegate_delegates_and_revokes_nothing_for_the_elder(folk: Kinsfolk) -> None:
    made = await folk.granted()
    other = await folk.granted(to=folk.son)
    acting = await standing_in(folk.daughter, folk)
    with pytest.raises(community.NotForYou):
        await folk.granted(by=acting, to=folk.neighbour, agreed=folk.agreed(folk.elder))
    with pytest.raises(community.UnknownDelegation):
        await community.revoke_delegation(other.id, why="不再需要", by=acting)
    with pytest.raises(community.NotForYou):
        await community.revoke_delegation(made.id, why="不再需要", by=acting)


async def test_granting_anew_replaces(folk: Kinsfolk) -> None:
    first = await folk.granted()
    second = await folk.granted(frozenset({PASSBOOK}))
    assert await missing(folk.daughter, folk, REQUEST) is Missing.NOT_THIS_ACT
    assert (await standing_in(folk.daughter, folk, PASSBOOK)).consent_id == second.consent.id
    now, before = await community.delegations_of(folk.elder.member_id, folk.elder)
    assert (now, before.id, before.revoked_why) == (second, first.id, community.REPLACED)
    await folk.granted(to=folk.son)
    assert await standing_in(folk.daughter, folk, PASSBOOK)


async def test_the_same_form_twice_grants_once(folk: Kinsfolk) -> None:
    key, until = uuid.uuid4(), NOON + timedelta(days=30)
    first = await folk.granted(key=key, until=until, at=NOON)
    assert await folk.granted(key=key, until=until) == first
    with pytest.raises(community.AlreadyGranted):
        await folk.granted(frozenset({REQUEST}), key=key, until=until)
    with pytest.raises(community.AlreadyGranted):
        await folk.granted(key=key, until=until, to=folk.son)
    elsewhere = await open_kinsfolk()
    with pytest.raises(community.AlreadyGranted):
        await elsewhere.granted(key=key, until=until)
    await community.revoke_delegation(first.id, why="不再需要", by=folk.elder)
    again = await folk.granted(key=key, until=until)
    assert again.revoked_at is not None


async def test_who_may_not_grant(folk: Kinsfolk) -> None:
    for by in (folk.auditor, folk.neighbour):
        with pytest.raises(community.NotForYou):
            await folk.granted(by=by, to=folk.son)
    for own, why in (
        ({"by": folk.operator, "to": folk.operator}, "themselves"),
        ({"by": folk.daughter, "to": folk.daughter}, "recorded by a coordinator"),
        (
            {
                "by": folk.operator,
                "of": folk.operator,
                "agreed": folk.agreed(folk.operator, witness_id=folk.coordinator.member_id),
            },
            "online",
        ),
    ):
        with pytest.raises((community.OwnDelegation, community.NotForYou), match=why):
            await folk.granted(**own)  # type: ignore[arg-type]  # the arguments of each case
    elsewhere = await open_kinsfolk()
    for stranger in (elsewhere.son, dataclasses.replace(folk.son, member_id=uuid.uuid4())):
        with pytest.raises(community.UnknownMember):
            await folk.granted(to=stranger)
    with pytest.raises(community.UnknownMember):
        await elsewhere.granted(by=elsewhere.operator, of=folk.elder, to=elsewhere.son)
    assert await community.delegations_of(folk.elder.member_id, folk.elder) == []


async def test_what_a_consent_must_be(folk: Kinsfolk) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)

    async def refused(by: Actor, **changes: object) -> tuple[str, str]:
        with pytest.raises(community.InvalidBond) as refusal:
            await folk.granted(by=by, agreed=folk.agreed(by, **changes))
        return refusal.value.field, refusal.value.why

    operator, elder = folk.operator, folk.elder
    for changes, told in (
        ({"words": "  "}, ("words", "missing")),
        ({"words": "好" * 2001}, ("words", "too long")),
        ({"language": "fr"}, ("language", "not spoken here")),
        ({"given_at": soon}, ("given_at", "in the future")),
        ({"channel": Channel.ONLINE}, ("channel", "online is the member's own sign-in")),
        ({"witness_id": None}, ("witness", "missing")),
        ({"witness_id": elder.member_id}, ("witness", "one of the two")),
        ({"witness_id": folk.daughter.member_id}, ("witness", "one of the two")),
        ({"witness_id": folk.son.member_id}, ("witness", "no coordinator or phone operator")),
        ({"witness_id": folk.auditor.member_id}, ("witness", "no coordinator or phone operator")),
        ({"witness_id": uuid.uuid4()}, ("witness", "no coordinator or phone operator")),
    ):
        assert await refused(operator, **changes) == told
    elsewhere = await open_kinsfolk()
    told = await refused(operator, witness_id=elsewhere.operator.member_id)
    assert told == ("witness", "no coordinator or phone operator")
    told = await refused(elder, witness_id=operator.member_id)
    assert told == ("witness", "needless online")
    with pytest.raises(community.OwnDelegation):
        await folk.granted(by=elder, agreed=folk.agreed(elder, channel=Channel.PAPER))


@pytest.mark.parametrize("gone", ["elder", "daughter"])
async def test_it_rests_while_one_of_the_two_has_left(
    folk: Kinsfolk, owner: asyncpg.Connection, gone: str
) -> None:
    await folk.granted()
    who: Actor = getattr(folk, gone)
    await owner.execute(
        "UPDATE member SET standing = 'left', left_at = now() WHERE id = $1", who.member_id
    )
    assert await missing(folk.daughter, folk) is Missing.GONE
    with pytest.raises(community.NotActive):
        await folk.granted(by=folk.operator)


async def test_who_sees_the_lists(folk: Kinsfolk) -> None:
    made = await folk.granted()
    elder = folk.elder.member_id
    for may in (folk.elder, folk.coordinator, folk.operator, folk.auditor):
        assert await community.delegations_of(elder, may) == [made]
    for may_not in (folk.daughter, folk.neighbour):
        with pytest.raises(community.UnknownMember):
            await community.delegations_of(elder, may_not)
    elsewhere = await open_kinsfolk()
    assert await community.delegations_of(elder, elsewhere.coordinator) == []
    assert await community.delegations_to(folk.daughter) == [made]
    assert await community.delegations_to(folk.elder) == []


async def test_a_delegate_is_one_by_a_delegation_in_force(folk: Kinsfolk) -> None:
    async def roles() -> frozenset[Role]:
        return (await community.member(folk.daughter.member_id)).roles

    assert Role.DELEGATE not in await roles()
    made = await folk.granted()
    assert Role.DELEGATE in await roles()
    await community.revoke_delegation(made.id, why="不再需要", by=folk.elder)
    assert Role.DELEGATE not in await roles()


async def test_both_are_told_but_not_who_did_it(folk: Kinsfolk) -> None:
    async def inbox(who: Actor) -> list[str]:
        found = await community.inbox(who.member_id, community_id=folk.id)
        return [one.kind for one in found]

    made = await folk.granted(frozenset({CONFIRM, REQUEST}))
    assert await inbox(folk.elder) == []
    (told,) = await community.inbox(folk.daughter.member_id, community_id=folk.id)
    assert (told.kind, told.link) == ("delegation.received", "/for")
    assert (told.fill["member"], told.fill["acts"]) == ("陈桂芳", "confirm,request")
    await community.revoke_delegation(made.id, why="不再需要", by=folk.operator)
    assert await inbox(folk.elder) == ["delegation.revoked"]
    assert sorted(await inbox(folk.daughter)) == ["delegation.lost", "delegation.received"]
    await folk.granted(by=folk.operator)
    assert "delegation.given" in await inbox(folk.elder)


async def test_each_act_leaves_a_trace(folk: Kinsfolk) -> None:
    made = await folk.granted(by=folk.operator)
    await community.revoke_delegation(made.id, why="不再需要", by=folk.daughter)
    revoke, grant = (await community.audit_events(folk.id))[:2]
    assert (revoke.act, grant.act) == ("delegation.revoke", "delegation.grant")
    assert (grant.actor, grant.subject_id) == (folk.operator.member_id, folk.elder.member_id)
    assert grant.details["consent"] == str(made.consent.id)
    assert grant.details["acts"] == ["confirm", "passbook", "request"]
    assert (grant.details["channel"], grant.details["witness"]) == (
        "phone",
        str(folk.operator.member_id),
    )
    assert (revoke.actor, revoke.details["why"]) == (folk.daughter.member_id, "不再需要")
    assert (grant.on_behalf_of, grant.consent_id) == (None, None)


async def _made(folk: Kinsfolk) -> Delegation:
    return await folk.granted(by=folk.operator)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM consent",
        "UPDATE consent SET channel = 'online'",
        "UPDATE consent SET witness_id = recorded_by",
        "DELETE FROM delegation",
        "UPDATE delegation SET until = until + interval '1 year'",
        "UPDATE delegation SET acts = ARRAY['request']",
        "UPDATE delegation SET consent_id = id",
    ],
)
async def test_the_app_cannot_edit_what_was_agreed(
    database: Engine, folk: Kinsfolk, sql: str
) -> None:
    await _made(folk)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database._run_in_pool(sql)  # noqa: SLF001 (any statement, as the app's role)


@pytest.mark.parametrize(
    "sql",
    ["UPDATE consent SET words = 'x'", "DELETE FROM consent", "TRUNCATE consent CASCADE"],
)
async def test_nor_can_the_owner_edit_a_consent_by_mistake(
    owner: asyncpg.Connection, folk: Kinsfolk, sql: str
) -> None:
    await _made(folk)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
        await owner.execute(sql)


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("UPDATE delegation SET acts = ARRAY['vote'] WHERE id = $1", "delegation_acts"),
        ("UPDATE delegation SET acts = ARRAY[]::text[] WHERE id = $1", "delegation_acts"),
        (
            "UPDATE delegation SET delegate_id = member_id WHERE id = $1",
            "delegation_to_another",
        ),
        (
            "UPDATE delegation SET until = since WHERE id = $1",
            "delegation_ends_after_it_began",
        ),
        (
            "UPDATE delegation SET granted_by = delegate_id WHERE id = $1",
            "delegation_granted_by_another",
        ),
        (
            "UPDATE delegation SET revoked_at = now() WHERE id = $1",
            "delegation_revoked_whole",
        ),
    ],
)
async def test_the_tables_refuse_what_the_rules_refuse(
    owner: asyncpg.Connection, folk: Kinsfolk, sql: str, name: str
) -> None:
    made = await _made(folk)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await owner.execute(sql, made.id)
    assert refused.value.constraint_name == name
