"""Needs on the telephone over HTTP: raised and supported on the caller's own word, and refused."""

import uuid
from dataclasses import replace

import community
from community import Role
from marketplace import needs
from tests.app.test_phone_desk import Room, room

__all__ = ["room"]


async def test_a_caller_raises_and_supports_needs_by_telephone(room: Room) -> None:
    elder, other = room.desk.street.elder, room.desk.street.volunteer
    for who in (elder, other):
        await community.grant_role(who.member_id, Role.RESIDENT, at=who.community_id)
    theirs = await needs.raise_need(
        needs.NeedDraft("A lamp in the lane", "It is dark.", "environment"),
        by=replace(other, roles=frozenset({Role.RESIDENT})),
    )
    operator = await room.enter(room.desk.operator)
    call = await room.answered(operator, await room.number(elder))
    assert (await operator.open(f"{call}/needs")).status_code == 303, "no word has been given"
    await operator.open(call)
    assert "Read it back to them again" in operator.words
    await operator.send_and_follow(
        f"{call}/word", checked=["name", "address"], language="zh", key=operator.hidden("key")
    )
    assert "或者附议" in operator.page, "the consent names it"
    await operator.open(f"{call}/needs")
    key = operator.hidden("key")
    said = {
        "title": "A rail at the lift",
        "story": "I fear the step.",
        "category": "elder_care",
        "area": "",
        "place": "",
    }
    assert (await operator.send(f"{call}/needs", key=key, **{**said, "story": ""})).status_code == (
        422
    )
    assert 'value="A rail at the lift"' in operator.page
    for _ in range(2):
        await operator.open(f"{call}/needs")
        await operator.send_and_follow(f"{call}/needs", key=key, **said)
    assert "A rail at the lift" in operator.words
    raised = await needs.read_need(uuid.UUID(key), community_id=elder.community_id)
    assert (raised.raised_by, raised.entered_by) == (
        elder.member_id,
        room.desk.operator.member_id,
    )
    await operator.open(f"{call}/needs?words=lamp")
    await operator.send_and_follow(f"{call}/needs/{theirs.id}/second")
    assert "They stand behind it." in operator.words
    assert await needs.seconders(theirs.id, community_id=elder.community_id) == [elder.member_id]
    await operator.send_and_follow(f"{call}/needs/{raised.id}/second")
    assert "You raised this need yourself" in operator.words
    assert (await operator.open(f"/calls/{uuid.uuid4()}/needs")).status_code == 404
    visitor = await room.enter(elder)
    assert (await visitor.open(f"{call}/needs")).status_code == 403
