"""Needs as tests want them: raised, seconded, and on a caller's word."""

import uuid

import community
from community import Actor, Agreement, Channel, DelegatedAct, Role, WordTerms, add_member
from marketplace import needs
from marketplace.needs import Need, NeedDraft, NeedState
from marketplace.refusals import verb
from tests.marketplace.conftest import Neighbourhood, actor

BENCH = NeedDraft("A bench at the bus stop", "Elders wait there standing.", "environment", "Lane 3")


async def raised(here: Neighbourhood, title: str = BENCH.title) -> Need:
    """Let the first resident raise a need."""
    draft = NeedDraft(title, BENCH.story, BENCH.category, BENCH.place)
    return await needs.raise_need(draft, by=here.residents[0])


async def seconded(here: Neighbourhood, need: Need) -> Need:
    """Let the five other residents stand behind it, which is the usual threshold."""
    for one in here.residents[1:]:
        need = await needs.second_need(need.id, by=one)
    return need


async def put(need: Need, state: NeedState, by: Actor) -> Need:
    """Move a need as a later part of the way would."""
    async with verb():
        found = await needs.locked(need.id, community_id=need.community_id)
        await needs.move(found, state, by=by)
    return await needs.read_need(need.id, community_id=need.community_id)


async def operator(here: Neighbourhood) -> Actor:
    """Let somebody answer the telephone here."""
    return actor(await add_member(community_id=here.id, name="Wu", roles=(Role.PHONE_OPERATOR,)))


async def on_the_phone(caller: Actor, by: Actor, given_by: Actor | None = None) -> uuid.UUID:
    """Take the caller's word down; return the call."""
    call_id = uuid.uuid4()
    speaker = given_by or caller
    await community.give_word(
        WordTerms(call_id, caller.member_id, speaker.member_id, frozenset(DelegatedAct)),
        Agreement("请您替我办。", "zh", Channel.PHONE, by.member_id),
        by=by,
        key=uuid.uuid4(),
    )
    return call_id
