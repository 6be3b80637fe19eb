"""Needs on their way, for tests of screening and deliberation."""

import uuid
from typing import Any

from community import Actor, Role, add_member
from marketplace import needs
from marketplace.needs import Need, NeedDraft, NeedState
from marketplace.refusals import verb
from marketplace.screening import Answer, Band, Draft, Verdict

YES = Answer(Verdict.YES)
FINE = Draft(dict.fromkeys(("duty", "safety", "budget", "like"), YES), Band(1_000_000, 2_000_000))


async def raised(home: Any, title: str = "Handrails on the stairs") -> Need:
    """Let the first resident raise a need."""
    said = NeedDraft(
        title, "The stairs are steep and there is nothing to hold on to.", "elder_care"
    )
    return await needs.raise_need(said, by=home.residents[0])


async def moved(need: Need, *states: NeedState, by: Actor) -> Need:
    """Move a need through these states, as its other parts would."""
    for state in states:
        async with verb():
            now = await needs.locked(need.id, community_id=need.community_id)
            await needs.move(now, state, by=by)
    return await needs.read_need(need.id, community_id=need.community_id)


async def seconded(home: Any, title: str = "Handrails on the stairs") -> Need:
    """Give a need that waits for screening; the second resident stands behind it."""
    need = await raised(home, title)
    await needs.second_need(need.id, by=home.residents[1])
    return await moved(need, NeedState.SECONDED, by=home.coordinator)


async def accepted(home: Any) -> Need:
    """Give a need that has passed its screening."""
    return await moved(await seconded(home), NeedState.ACCEPTED, by=home.coordinator)


async def coordinator(home: Any, name: str = "Qian") -> Actor:
    """Add another coordinator."""
    return await staff(home, Role.COORDINATOR, name)


async def staff(home: Any, role: Role, name: str) -> Actor:
    """Add somebody with a role."""
    member = await add_member(
        community_id=home.id,
        name=name,
        roles=(role,),
        phone=f"+86155{uuid.uuid4().int % 10**8:08d}",
    )
    return Actor(member.id, member.community_id, member.roles)
