"""Needs to merge, and neighbours who stand behind them, for the tests of likeness and merging."""

from community import Actor, Member, Role, add_member
from marketplace.needs import Need, NeedDraft
from marketplace.needs.merging import Merge, answer_merge, ask_merge
from marketplace.needs.raising import raise_need


def actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)


async def residents(home: Actor, count: int) -> list[Actor]:
    """Let some more people live where somebody acts."""
    return [
        actor(
            await add_member(
                community_id=home.community_id, name=f"Neighbour {n}", roles=(Role.RESIDENT,)
            )
        )
        for n in range(count)
    ]


async def raised(by: Actor, title: str = "Lift for building 3", **said: str) -> Need:
    story = said.pop("story", "Older neighbours cannot manage the stairs.")
    draft = NeedDraft(title, story, "environment", **said)  # type: ignore[arg-type]  # a test's own
    return await raise_need(draft, by=by)


async def merged(need: Need, into: Need, *, authors: tuple[Actor, Actor]) -> Merge:
    """Ask as the author of the one, and agree as the author of the other."""
    asked = await ask_merge(need.id, into.id, "The same wish", by=authors[0])
    return await answer_merge(asked.id, agrees=True, by=authors[1])
