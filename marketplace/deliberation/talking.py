"""Speaks about a need: argues, asks, answers, amends, adds, takes back, and finds words helpful.

Each verb is one transaction that begins by locking the need and its rounds, so that what is said
comes before the ballot opens, or is refused after it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, Role
from marketplace import rules as roles
from marketplace.deliberation import neighbourly, rows, rules
from marketplace.deliberation.errors import (
    GoneWords,
    NotAMember,
    NotYourWords,
    OwnWords,
    UnknownArgument,
)
from marketplace.deliberation.policy import deliberation_policy
from marketplace.deliberation.tables import ArgumentMarkRow, ArgumentRow
from marketplace.deliberation.values import Argument, Channel, Side
from marketplace.errors import NotAResident
from marketplace.needs import Need, authors
from marketplace.needs.errors import NotForAnother, NotYourDesk
from marketplace.refusals import verb

MAY_ENTER: Final = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR})
"""Who writes down what somebody said at a meeting or by telephone."""

_ADD: Final = """
INSERT INTO argument (id, community_id, need_id, parent_id, side, channel, said_by, entered_by,
    said_at) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT DO NOTHING RETURNING id
"""

_RECENT: Final = """
SELECT said_at FROM argument
WHERE community_id = {} AND said_by = {} AND channel = 'online' AND said_at > {}
"""


async def argue(  # noqa: PLR0913 (something that is said has these parts)
    need_id: UUID,
    side: Side,
    words: str,
    *,
    by: Actor,
    parent_id: UUID | None = None,
    agreed: bool = False,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Argument:
    """Say something for or against a need, ask, or answer (`parent_id`).

    Whoever speaks for the first time agrees to the neighbourly rules with `agreed`. The same `id`
    again returns what was said. Raises `NotAResident`, `NotOpen`, `NotAgreed`, `TooFast`,
    `WordsMissing`, `TooLong`, `GoneWords`, `UnknownArgument`, `UnknownNeed`.
    """
    moment = at or datetime.now(UTC)
    _in_person(by)
    roles.resides(by.roles)
    key = id or ledger.new_id()
    async with verb():
        need = await rows.held_need(need_id, community_id=by.community_id)
        again = await _said(key, by)
        if again is not None:
            return again
        if not await community.keep_active(by.member_id, community_id=by.community_id, alone=True):
            raise NotAResident
        policy = await deliberation_policy(by.community_id, moment)
        said = rules.text("words", words, most=policy.words_max)
        await _open(need)
        answered = await _answerable(need, side, parent_id)
        await neighbourly.agree(by, agreed=agreed, at=moment)
        rules.pace(await _recent(by, moment), policy, moment)
        await _store((key, need, side, parent_id), (Channel.ONLINE, by.member_id), by, moment)
        await rows.add_words(key, "said", said, at=moment)
        await _record("argument.give", key, by, {"side": side.value, "need": str(need.id)})
        await _tell_of(need, side, answered, by)
        return await rows.one(key, community_id=by.community_id)


async def enter_spoken(  # noqa: PLR0913 (something that was said has these parts)
    need_id: UUID,
    side: Side,
    words: str,
    channel: Channel,
    *,
    by: Actor,
    said_by: UUID | None = None,
    parent_id: UUID | None = None,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Argument:
    """Write down what somebody said at a meeting or by telephone; without a name if they wish.

    Raises `NotYourDesk`, `NotOpen`, `NotAMember`, `WordsMissing`, `TooLong`, `GoneWords`,
    `UnknownArgument`, `UnknownNeed`.
    """
    moment = at or datetime.now(UTC)
    _in_person(by)
    if not MAY_ENTER & by.roles or channel is Channel.ONLINE:
        raise NotYourDesk
    key = id or ledger.new_id()
    async with verb():
        need = await rows.held_need(need_id, community_id=by.community_id)
        again = await _said(key, by)
        if again is not None:
            return again
        if said_by is not None and not await community.keep_active(
            said_by, community_id=by.community_id
        ):
            raise NotAMember
        policy = await deliberation_policy(by.community_id, moment)
        said = rules.text("words", words, most=policy.words_max)
        await _open(need)
        answered = await _answerable(need, side, parent_id)
        await _store((key, need, side, parent_id), (channel, said_by), by, moment)
        await rows.add_words(key, "said", said, at=moment)
        await _record(
            "argument.enter",
            key,
            by,
            {"side": side.value, "need": str(need.id), "said_by": str(said_by or "")},
        )
        await _tell_of(need, side, answered, by)
        if said_by is not None and said_by != by.member_id:
            await _tell(said_by, "argument.entered", need)
        return await rows.one(key, community_id=by.community_id)


async def amend(
    argument_id: UUID, words: str, *, by: Actor, at: datetime | None = None
) -> Argument:
    """Put one's own words right, within the minutes that the policy gives; the earlier ones stay.

    Raises `NotYourWords`, `GoneWords`, `AmendOver`, `NotOpen`, `WordsMissing`, `TooLong`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        argument, need = await _own(argument_id, by)
        policy = await deliberation_policy(by.community_id, moment)
        rules.amending(argument, by.member_id, minutes=policy.amend_minutes, at=moment)
        await _open(need)
        said = rules.text("words", words, most=policy.words_max)
        if said == argument.words:
            return argument
        await rows.add_words(argument.id, "amended", said, at=moment)
        await _record("argument.amend", argument.id, by, {})
        return await rows.one(argument.id, community_id=by.community_id)


async def add_to(
    argument_id: UUID, words: str, *, by: Actor, at: datetime | None = None
) -> Argument:
    """Add to one's own words; a few times, each shown with its day.

    Raises `NotYourWords`, `GoneWords`, `TooManyAdded`, `NotOpen`, `WordsMissing`, `TooLong`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        argument, need = await _own(argument_id, by)
        policy = await deliberation_policy(by.community_id, moment)
        said = rules.text("words", words, most=policy.words_max)
        if argument.added and argument.added[-1].words == said:
            return argument
        rules.adding(argument, by.member_id)
        await _open(need)
        await rows.add_words(argument.id, "added", said, at=moment)
        await _record("argument.add", argument.id, by, {})
        return await rows.one(argument.id, community_id=by.community_id)


async def take_back(argument_id: UUID, *, by: Actor, at: datetime | None = None) -> Argument:
    """Take one's own words back: a mark stays in their place. Also when the talk is closed.

    Raises `NotYourWords`, `UnknownArgument`.
    """
    async with verb():
        argument, _need = await _own(argument_id, by)
        if argument.speaker != by.member_id:
            raise NotYourWords
        if argument.taken_back_at is None:
            await ArgumentRow.raw(
                "UPDATE argument SET taken_back_at = {} WHERE community_id = {} AND id = {}",
                at or datetime.now(UTC),
                by.community_id,
                argument.id,
            )
            await _record("argument.take_back", argument.id, by, {})
        return await rows.one(argument.id, community_id=by.community_id)


async def find_helpful(
    argument_id: UUID, *, by: Actor, helpful: bool = True, at: datetime | None = None
) -> int:
    """Mark another's words as helpful, once, or take the mark back; return how many marks it has.

    Raises `NotAResident`, `OwnWords`, `GoneWords`, `NotOpen`, `UnknownArgument`.
    """
    roles.resides(by.roles)
    async with verb():
        argument, need = await _own(argument_id, by)
        if by.member_id in {argument.said_by, argument.speaker}:
            raise OwnWords
        if not argument.shown:
            raise GoneWords
        await _open(need)
        if helpful:
            changed = await ArgumentMarkRow.raw(
                "INSERT INTO argument_mark (argument_id, member_id, community_id, marked_at)"
                " VALUES ({}, {}, {}, {}) ON CONFLICT ON CONSTRAINT one_argument_mark_each"
                " DO NOTHING RETURNING member_id",
                argument.id,
                by.member_id,
                by.community_id,
                at or datetime.now(UTC),
            )
        else:
            changed = await ArgumentMarkRow.raw(
                "DELETE FROM argument_mark WHERE community_id = {} AND argument_id = {}"
                " AND member_id = {} RETURNING member_id",
                by.community_id,
                argument.id,
                by.member_id,
            )
        if changed:
            await _record("argument.mark", argument.id, by, {"helpful": helpful})
        return (await rows.one(argument.id, community_id=by.community_id)).marks


def _in_person(by: Actor) -> None:
    if by.on_behalf_of is not None:
        raise NotForAnother


async def _own(argument_id: UUID, by: Actor) -> tuple[Argument, Need]:
    """Return an argument, locked, and its need; the need is locked first, as everywhere."""
    _in_person(by)
    found = await rows.one(argument_id, community_id=by.community_id)
    need = await rows.held_need(found.need_id, community_id=by.community_id)
    return await rows.locked(argument_id, community_id=by.community_id), need


async def _open(need: Need) -> None:
    """Refuse to go on once the talk is closed, and keep it open until the transaction ends."""
    state = await rows.round_state(need.id, community_id=need.community_id, lock=True)
    rules.may_talk(need.state, state)


async def _answerable(need: Need, side: Side, parent_id: UUID | None) -> Argument | None:
    """Return what is answered. Raises `UnknownArgument` for nothing, or `GoneWords`."""
    if (side is Side.ANSWER) != (parent_id is not None):
        raise UnknownArgument
    if parent_id is None:
        return None
    parent = await rows.locked(parent_id, community_id=need.community_id)
    if parent.need_id != need.id:
        raise UnknownArgument
    if not parent.shown:
        raise GoneWords
    return parent


async def _said(key: UUID, by: Actor) -> Argument | None:
    """Return what was said under this id before; None for a new one."""
    found = await rows.arguments("argument.id = {}", key, community_id=by.community_id)
    if found and found[0].entered_by != by.member_id:
        raise UnknownArgument
    return found[0] if found else None


async def _recent(by: Actor, moment: datetime) -> Sequence[datetime]:
    found = await ArgumentRow.raw(_RECENT, by.community_id, by.member_id, moment - rules.HOUR)
    return [row["said_at"] for row in found]


async def _store(
    what: tuple[UUID, Need, Side, UUID | None],
    how: tuple[Channel, UUID | None],
    by: Actor,
    moment: datetime,
) -> None:
    key, need, side, parent_id = what
    channel, said_by = how
    stored = await ArgumentRow.raw(
        _ADD,
        key,
        by.community_id,
        need.id,
        parent_id,
        side.value,
        channel.value,
        said_by,
        by.member_id,
        moment,
    )
    if not stored:  # another community's, or one about another need: not this form's own key
        raise UnknownArgument


async def _record(act: str, argument_id: UUID, by: Actor, details: dict[str, object]) -> None:
    await community.record(
        act, by=by, subject_kind="argument", subject_id=argument_id, details=details
    )


async def _tell_of(need: Need, side: Side, answered: Argument | None, by: Actor) -> None:
    """Tell whoever is answered of the answer, and the need's authors of a question."""
    if answered is not None and answered.said_by not in {None, by.member_id}:
        await _tell(answered.speaker, "argument.answered", need)
    if side is Side.QUESTION:
        for member_id in await authors(need.id):
            if member_id != by.member_id:
                await _tell(member_id, "argument.asked", need)


async def _tell(member_id: UUID, kind: str, need: Need) -> None:
    await community.tell(
        member_id,
        kind,
        community_id=need.community_id,
        fill={"title": need.title},
        link=f"/needs/{need.id}/arguments",
    )
