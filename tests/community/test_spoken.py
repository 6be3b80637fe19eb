"""Words given on the telephone: who may take one down, what it covers, when it is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

import community
from community import (
    Actor,
    AlreadyGranted,
    Channel,
    DelegatedAct,
    InvalidBond,
    Missing,
    NotDelegated,
    NotForYou,
    Role,
    Word,
    WordTerms,
)
from community.transactions import transaction
from tests.community.kinsfolk import ACTS, CONFIRM, REQUEST, Kinsfolk, open_kinsfolk


@pytest.fixture
async def folk(database: object) -> Kinsfolk:  # noqa: ARG001 (must be migrated)
    return await open_kinsfolk()


async def said(folk: Kinsfolk, **more: Any) -> Word:
    """Let the elder, or who is named, say on the telephone what the operator shall do."""
    by = more.get("by", folk.operator)
    terms = WordTerms(
        more.get("call") or uuid4(),
        more.get("of", folk.elder).member_id,
        more.get("giver", folk.elder).member_id,
        more.get("acts", ACTS),
    )
    heard = {"channel": Channel.PHONE, "witness_id": by.member_id}
    agreed = folk.agreed(by, **heard | more.get("agreed", {}))
    return await community.give_word(
        terms, agreed, by=by, key=more.get("key") or uuid4(), at=more.get("at")
    )


async def acting(
    by: Actor, act: DelegatedAct = REQUEST, *, of: UUID, at: datetime | None = None
) -> Actor:
    async with transaction():
        return await community.acting_for(by, of, act, at=at)


async def test_an_operator_acts_on_the_elders_word_and_on_nothing_else(folk: Kinsfolk) -> None:
    word = await said(folk)
    hand = await community.on_the_word(folk.operator, word)
    assert (hand.on_behalf_of, hand.consent_id) == (folk.elder.member_id, word.consent_id)
    assert hand.roles == {Role.DELEGATE, Role.ELDER}
    assert (await acting(hand, of=folk.elder.member_id)).consent_id == word.consent_id
    with pytest.raises(NotDelegated):  # without the word there is no delegation
        await acting(folk.operator, of=folk.elder.member_id)
    with pytest.raises(NotDelegated):  # nor does it reach somebody else
        await acting(replace(hand, on_behalf_of=folk.son.member_id), of=folk.son.member_id)


async def test_what_was_read_back_is_a_consent_that_cannot_change(
    folk: Kinsfolk, owner: asyncpg.Connection
) -> None:
    word = await said(folk, agreed={"words": "请您替我约明天的助洁。"})
    row = await owner.fetchrow("SELECT * FROM consent WHERE id = $1", word.consent_id)
    assert row is not None
    assert (row["words"], row["channel"]) == ("请您替我约明天的助洁。", "phone")
    assert row["witness_id"] == row["recorded_by"] == folk.operator.member_id
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await owner.execute("UPDATE consent SET words = '–' WHERE id = $1", word.consent_id)
    (event,) = [
        one for one in await community.audit_events(folk.id) if one.act == "delegation.word"
    ]
    assert event.subject_id == folk.elder.member_id
    assert event.details["consent"] == str(word.consent_id)


async def test_it_is_over_with_the_call_and_after_two_hours_at_the_latest(folk: Kinsfolk) -> None:
    word = await said(folk)
    hand = await community.on_the_word(folk.operator, word)
    with pytest.raises(NotDelegated) as late:
        await acting(hand, of=folk.elder.member_id, at=word.since + timedelta(hours=2))
    assert late.value.missing is Missing.EXPIRED
    await community.end_words(word.call_id, by=folk.operator)
    with pytest.raises(NotDelegated) as over:
        await acting(hand, of=folk.elder.member_id)
    assert over.value.missing is Missing.EXPIRED
    assert await community.word_of_call(word.call_id, folk.operator) is None


async def test_a_colleague_hears_it_anew(folk: Kinsfolk) -> None:
    word = await said(folk)
    with pytest.raises(NotDelegated):
        await community.on_the_word(folk.coordinator, word)
    assert await community.word_of_call(word.call_id, folk.coordinator) is None


async def test_it_covers_what_was_said_and_a_new_word_takes_its_place(folk: Kinsfolk) -> None:
    call = uuid4()
    first = await said(folk, call=call, acts=frozenset({REQUEST}))
    hand = await community.on_the_word(folk.operator, first)
    with pytest.raises(NotDelegated) as narrow:
        await acting(hand, CONFIRM, of=folk.elder.member_id)
    assert narrow.value.missing is Missing.NOT_THIS_ACT
    second = await said(folk, call=call)
    with pytest.raises(NotDelegated):
        await acting(hand, of=folk.elder.member_id)
    assert await community.word_of_call(call, folk.operator) == second


async def test_a_relative_speaks_for_the_elder_only_as_far_as_a_delegation_goes(
    folk: Kinsfolk,
) -> None:
    with pytest.raises(NotDelegated):
        await said(folk, giver=folk.daughter)
    granted = await folk.granted(frozenset({REQUEST}))
    with pytest.raises(NotDelegated) as more:
        await said(folk, giver=folk.daughter, acts=frozenset({REQUEST, CONFIRM}))
    assert more.value.missing is Missing.NOT_THIS_ACT
    word = await said(folk, giver=folk.daughter, acts=frozenset({REQUEST}))
    hand = await community.on_the_word(folk.operator, word)
    assert hand.consent_id == granted.consent.id  # what the elder agreed to, not what she said
    await community.revoke_delegation(granted.id, why="自己来", by=folk.elder)
    with pytest.raises(NotDelegated) as over:
        await acting(hand, of=folk.elder.member_id)
    assert over.value.missing is Missing.REVOKED


async def test_who_may_not_take_a_word_down(folk: Kinsfolk) -> None:
    for by in (folk.neighbour, folk.auditor, folk.daughter):
        with pytest.raises(NotForYou):
            await said(folk, by=by)
    own = replace(folk.operator, roles=folk.operator.roles | {Role.ELDER})
    with pytest.raises(NotForYou):
        await said(folk, of=own, giver=own)
    standing_in = folk.operator.acting_for(folk.son.member_id, uuid4())
    with pytest.raises(NotForYou):
        await said(folk, by=standing_in)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("words", {"words": "  "}),
        ("words", {"words": "x" * 2001}),
        ("words", {"words": "a\0b"}),
        ("language", {"language": "fr"}),
        ("channel", {"channel": Channel.PAPER}),
        ("witness", {"witness_id": None}),
    ],
)
async def test_what_no_word_can_be(folk: Kinsfolk, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidBond) as refused:
        await said(folk, agreed=wrong)
    assert refused.value.field == field
    with pytest.raises(InvalidBond):
        await said(folk, acts=frozenset())


async def test_the_same_word_twice_is_one(folk: Kinsfolk) -> None:
    key, call = uuid4(), uuid4()
    first = await said(folk, key=key, call=call)
    assert await said(folk, key=key, call=call) == first
    with pytest.raises(AlreadyGranted):
        await said(folk, key=key, call=call, acts=frozenset({REQUEST}))


async def test_erasing_the_elder_takes_the_words_of_her_relative_as_well(
    folk: Kinsfolk, owner: asyncpg.Connection
) -> None:
    await folk.granted()
    now = datetime.now(UTC)
    word = await said(folk, giver=folk.daughter, at=now)
    await community.end_words(word.call_id, by=folk.operator)
    await community.ask_erasure(folk.elder.member_id, by=folk.elder)
    await community.erase_member(folk.elder.member_id, by=folk.coordinator)
    assert await owner.fetchval("SELECT words FROM consent WHERE id = $1", word.consent_id) == "–"
