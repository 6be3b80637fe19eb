"""Words given on the telephone: takes them down with what was read back, ends them with the call.

A verb done on such a word asks `community.acting_for`, as one done on a delegation does: the row is
locked then, so that ending the call waits for the verb, or the verb finds it ended.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from community import delegation_rows, spoken_rules
from community import delegation_rules as rules
from community.audit import record
from community.bond_errors import AlreadyGranted, NotDelegated
from community.bonds import Agreement, Channel, Consent, Delegation, Missing, Word, WordTerms
from community.delegation_rows import Lock
from community.kinship import lock_active
from community.tables import CallWordRow
from community.transactions import refusing, transaction
from community.values import Actor, DelegatedAct, new_id

_Acts = Collection[DelegatedAct]

_OF_WORD: Final = (
    "id", "community_id", "call_id", "member_id", "given_by", "operator_id", "acts", "consent_id",
    "delegation_id", "since", "until", "ended_at",
)  # fmt: skip

_SELECT: Final = f"SELECT {', '.join(_OF_WORD)} FROM call_word WHERE community_id = {{}} AND "  # noqa: S608 (column names of ours)

_ADD: Final = """
INSERT INTO call_word (id, community_id, call_id, member_id, given_by, operator_id, acts,
    consent_id, delegation_id, since, until)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_END: Final = """
UPDATE call_word SET ended_at = greatest(since, {})
WHERE community_id = {} AND call_id = {} AND ended_at IS NULL RETURNING member_id, consent_id
"""


async def give_word(
    terms: WordTerms, agreed: Agreement, *, by: Actor, key: UUID, at: datetime | None = None
) -> Word:
    """Take down what somebody said on the telephone: the operator acts on it during this call.

    `key` is the id that the word gets: the same again is answered with the first. An earlier word
    of the same call is over. `agreed.words` is what was read back. Raises `NotForYou`,
    `InvalidBond`, `NotDelegated` where a caller has no delegation for all of it, `UnknownMember`,
    `NotActive`, `AlreadyGranted` for the same key with another word.
    """
    async with refusing(call_word_pkey=AlreadyGranted(key)):
        spoken_rules.refuse_word(terms, agreed, by=by)
        await _lock_active(terms, by.community_id)
        now = at or datetime.now(UTC)  # once it is this one's turn
        before = await _one("id = {}", by.community_id, key)
        if before is not None:
            return _same_or_refused(before, terms, by)
        rests_on = await _covering(terms, by.community_id, terms.acts, at=now)
        consent = _consent(terms, agreed, by=by, at=now)
        await delegation_rows.insert_consent(consent)
        await CallWordRow.raw(_END, now, by.community_id, terms.call_id)
        word = Word(
            id=key,
            community_id=by.community_id,
            call_id=terms.call_id,
            member_id=terms.member_id,
            given_by=terms.given_by,
            operator_id=by.member_id,
            acts=terms.acts,
            consent_id=consent.id,
            delegation_id=rests_on.id if rests_on else None,
            since=now,
            until=now + spoken_rules.CALL_AT_MOST,
        )
        await _insert(word)
        await record(
            "delegation.word",
            by=by,
            subject_kind="member",
            subject_id=terms.member_id,
            details={
                "call": terms.call_id,
                "acts": sorted(terms.acts),
                "consent": consent.id,
                "channel": consent.channel.value,
                "given_by": terms.given_by,
            },
        )
    return word


async def end_words(call_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """End the word of a call; where there is none any more, nothing changes."""
    async with transaction():
        now = at or datetime.now(UTC)
        for row in await CallWordRow.raw(_END, now, by.community_id, call_id):
            await record(
                "delegation.word_over",
                by=by,
                subject_kind="member",
                subject_id=row["member_id"],
                details={"call": call_id, "consent": row["consent_id"]},
            )


async def word_of_call(call_id: UUID, by: Actor, *, at: datetime | None = None) -> Word | None:
    """Return the word on which this operator acts in a call now; None where there is none."""
    found = await _one(
        "call_id = {} AND operator_id = {} AND ended_at IS NULL",
        by.community_id,
        call_id,
        by.member_id,
    )
    now = at or datetime.now(UTC)
    return None if found is None or found.over_at(now) is not None else found


async def covering_word(
    by: Actor, acts: _Acts, *, at: datetime, lock: Lock = Lock.NONE
) -> tuple[Word, UUID]:
    """Return the word that an actor rests on, and the member's own consent behind it.

    That is what the member said in this call, or what they agreed to when they let their delegate
    act for them, who speaks now. Raises `NotDelegated`.
    """
    suffix = " FOR SHARE" if lock is Lock.TO_ACT else ""
    found = await _one(f"id = {{}}{suffix}", by.community_id, by.word_id)
    word = spoken_rules.covered(found, by, acts, at=at)
    if word.delegation_id is None:
        return word, word.consent_id
    terms = WordTerms(word.call_id, word.member_id, word.given_by, word.acts)
    rests_on = await _covering(terms, by.community_id, word.acts & set(acts), at=at, lock=lock)
    if rests_on is None:
        raise NotDelegated(word.member_id, Missing.NEVER)
    return word, rests_on.consent.id


async def _covering(
    terms: WordTerms, community_id: UUID, acts: _Acts, *, at: datetime, lock: Lock = Lock.NONE
) -> Delegation | None:
    """Return the delegation behind a delegate's word; None where the member speaks."""
    if terms.given_by == terms.member_id:
        return None
    found = await delegation_rows.between(terms.member_id, terms.given_by, community_id, lock)
    one = rules.covering(found, terms.member_id, acts, at=at)
    if not set(acts) <= one.acts:
        raise NotDelegated(terms.member_id, Missing.NOT_THIS_ACT)
    return one


async def _lock_active(terms: WordTerms, community_id: UUID) -> None:
    """Keep whom it concerns from being merged or leaving meanwhile."""
    await lock_active(terms.member_id, terms.given_by, community_id=community_id)


def _consent(terms: WordTerms, agreed: Agreement, *, by: Actor, at: datetime) -> Consent:
    return Consent(
        id=new_id(),
        community_id=by.community_id,
        member_id=terms.given_by,
        channel=Channel.PHONE,
        words=agreed.words.strip(),
        language=agreed.language,
        witness_id=by.member_id,
        recorded_by=by.member_id,
        given_at=at,
        recorded_at=at,
    )


async def _insert(word: Word) -> None:
    await CallWordRow.raw(
        _ADD,
        word.id,
        word.community_id,
        word.call_id,
        word.member_id,
        word.given_by,
        word.operator_id,
        sorted(word.acts),
        word.consent_id,
        word.delegation_id,
        word.since,
        word.until,
    )


async def _one(condition: str, community_id: UUID, *values: Any) -> Word | None:
    rows = await CallWordRow.raw(_SELECT + condition, community_id, *values)
    return _word(rows[0]) if rows else None


def _word(row: Mapping[str, Any]) -> Word:
    return Word(**{**row, "acts": frozenset(DelegatedAct(name) for name in row["acts"])})


def _same_or_refused(before: Word, terms: WordTerms, by: Actor) -> Word:
    kept = WordTerms(before.call_id, before.member_id, before.given_by, before.acts)
    if (before.operator_id, kept) != (by.member_id, terms):
        raise AlreadyGranted(before.id)
    return before
