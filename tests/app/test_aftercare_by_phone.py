"""Finished projects on the telephone: broken things, signatures and offers on the caller's word."""

import uuid
from dataclasses import replace

import community
from community import Role
from marketplace import aftercare
from tests.app.test_phone_desk import Room, room
from tests.marketplace.aftercare_examples import Finished, finished
from tests.marketplace.conftest import Neighbourhood

__all__ = ["room"]


async def _finished(room: Room) -> Finished:
    """Give the room's community a finished project that its elder and volunteer live beside."""
    street = room.desk.street
    for who in (street.elder, street.volunteer):
        await community.grant_role(who.member_id, Role.RESIDENT, at=who.community_id)
    residents = [
        replace(who, roles=frozenset({Role.RESIDENT})) for who in (street.volunteer, street.elder)
    ]
    coordinator = await community.add_member(
        community_id=street.elder.community_id, name="Zhou", roles=(Role.COORDINATOR,)
    )
    by = community.Actor(coordinator.id, coordinator.community_id, coordinator.roles)
    return await finished(Neighbourhood(street.elder.community_id, by, residents, residents[0]))


async def test_a_caller_says_what_is_broken_signs_and_offers_help(room: Room) -> None:
    found, elder = await _finished(room), room.desk.street.elder
    await aftercare.write_covenant(found.id, "No shoes here.", base=0, by=found.residents[0])
    operator = await room.enter(room.desk.operator)
    call = await room.answered(operator, await room.number(elder))
    page = f"{call}/aftercare"
    assert (await operator.open(page)).status_code == 303, "no word has been given"
    await operator.open(call)
    await operator.send_and_follow(
        f"{call}/word", checked=["name", "address"], language="zh", key=operator.hidden("key")
    )
    await operator.open(page)
    assert "No shoes here." in operator.words
    key = operator.hidden("key")
    assert (await operator.send(page, key=key, project="", words="Loose")).status_code == 422
    assert (await operator.send(page, key=key, project=str(found.id), words=" ")).status_code == 422
    for _ in range(2):
        await operator.open(page)
        await operator.send_and_follow(page, key=key, project=str(found.id), words="A loose rail")
    (said,) = await aftercare.open_attentions(found.home.id)
    assert (said.raised_by, said.words) == (elder.member_id, "A loose rail")
    await operator.send_and_follow(f"{page}/{found.id}/sign", version="1")
    assert "They have signed it." in operator.words
    (signed,) = await aftercare.signatures(found.id, community_id=found.home.id)
    assert (signed.member_id, signed.way.value) == (elder.member_id, "phone")
    await operator.send_and_follow(f"{page}/{found.id}/volunteer")
    (offer,) = await aftercare.custodian_offers(found.home.id)
    assert offer.member_id == elder.member_id
    await operator.open(page)
    assert (await operator.send(f"{page}/{uuid.uuid4()}/sign", version="1")).status_code == 404
