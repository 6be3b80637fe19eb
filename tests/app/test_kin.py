"""Kin over HTTP: recorded by a coordinator, seen by both, told apart from namesakes."""

import community
from tests.app.delegating import Site, site
from tests.timebank.street import open_street, street

__all__ = ["site", "street"]


async def test_kin_are_recorded_and_ended(site: Site) -> None:
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/kin"
    await coordinator.open(href)
    assert "No kin on record" in coordinator.words
    for fields, told in (
        ({"name": "", "kind": "lineal", "evidence": "户口簿"}, "Type the full name."),
        ({"name": "陈晓晓", "kind": "lineal", "evidence": "户口簿"}, "exactly this name"),
        ({"name": "陈晓", "kind": "", "evidence": "户口簿"}, "Choose how they are kin."),
        ({"name": "陈晓", "kind": "lineal", "evidence": " "}, "Say which document you saw"),
        ({"name": "沈洁", "kind": "other", "evidence": "户口簿"}, "This is your own kin."),
    ):
        answer = await coordinator.send(href, **fields)
        assert (answer.status_code, told in coordinator.words) == (422, True), fields
        assert coordinator.page.count("autofocus") == 1
    seen = "户口簿原件，在社区服务站"
    await coordinator.send_and_follow(href, name="陈晓", kind="lineal", evidence=seen)
    assert "陈桂芳 and 陈晓 are on record as kin." in coordinator.words
    for side, other in ((site.elder, "陈晓"), (site.daughter, "陈桂芳")):
        reader = await site.signed_in(side)
        await reader.open("/me/kin")
        assert other in reader.words
        assert seen in reader.words
        assert "Put kin on record" not in reader.words
    await site.granted()
    (one,) = await community.kin_of(site.elder.member_id, site.elder)
    await coordinator.open(f"{href}/{one.id}/end")
    answer = await coordinator.send(f"{href}/{one.id}/end", reason="")
    assert answer.status_code == 422
    await coordinator.send_and_follow(f"{href}/{one.id}/end", reason="mistake")
    assert "One of them may still act for the other" in coordinator.words
    assert "It was a mistake" in coordinator.words
    assert (await coordinator.client.get(f"{href}/{one.id}/end")).status_code == 303


async def test_namesakes_are_told_apart(site: Site) -> None:
    other = await community.add_member(community_id=site.street.id, name="陈晓")
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/kin"
    await coordinator.open(href)
    fields = {"name": "陈晓", "kind": "other", "evidence": "户口簿"}
    answer = await coordinator.send(href, **fields)
    assert (answer.status_code, "Several people have this name" in coordinator.words) == (422, True)
    assert site.phone[-4:] in coordinator.words
    assert site.phone[3:] not in coordinator.words
    await coordinator.send_and_follow(href, **fields, person=str(other.id))
    (one,) = await community.kin_of(site.elder.member_id, site.elder)
    assert one.other(site.elder.member_id) == other.id


async def test_kin_and_delegations_are_not_for_every_eye(site: Site) -> None:
    elder = site.elder.member_id
    elsewhere = await open_street()
    for who in (site.daughter, site.street.volunteer, elsewhere.coordinator):
        nosy = await site.signed_in(who)
        await nosy.open("/me/delegations")
        for path in (f"/members/{elder}/kin", f"/members/{elder}/delegations"):
            assert (await nosy.client.get(path)).status_code in {403, 404}
        answer = await nosy.send(f"/members/{elder}/kin", name="陈晓", kind="other", evidence="x")
        assert answer.status_code in {403, 404}
        await nosy.open("/me/delegations")
        assert (await nosy.send(f"/members/{elder}/delegations")).status_code in {403, 404}
    assert await community.kin_of(elder, site.elder) == []
