"""Letting somebody act for one, over HTTP: the two steps, the desk, and how it ends."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

import community
from community import Channel, DelegatedAct
from tests.app.delegating import Site, last_days, sentence, site, to_the_sentence
from tests.timebank.street import open_street, street

__all__ = ["site", "street"]


async def test_an_elder_lets_her_daughter_act(site: Site) -> None:
    await site.kin()
    elder = await site.signed_in(site.elder)
    await elder.open("/me/delegations")
    assert "Nobody acts for you" in elder.words
    carried = await to_the_sentence(
        elder, "/me/delegations", person=str(site.daughter.member_id), acts=["request", "passbook"]
    )
    said = sentence(elder)
    assert said.startswith("I, 陈桂芳, agree that 陈晓 (phone ending in ")
    assert "ask for visits and call them off; see my passbook" in said
    assert "confirm" not in said
    assert "Nobody votes for me" in said
    assert await community.delegations_of(site.elder.member_id, site.elder) == []
    where = await elder.send_and_follow("/me/delegations", **carried, agreed="yes")
    assert where == "/me/delegations"
    assert "陈晓 can now act for you" in elder.words
    (made,) = await community.delegations_of(site.elder.member_id, site.elder)
    assert (made.consent.words, made.consent.channel) == (said, Channel.ONLINE)
    assert made.acts == {DelegatedAct.REQUEST, DelegatedAct.PASSBOOK}
    again = await elder.send("/me/delegations", **carried, agreed="yes")
    assert again.status_code == 303
    assert len(await community.delegations_of(site.elder.member_id, site.elder)) == 1


async def test_name_and_number_both_have_to_be_right(site: Site) -> None:
    elder = await site.signed_in(site.elder)
    for name, phone, told in (
        ("陈晓", "138 0000 0000", "no member here with this name and this number"),
        ("陈晓晓", site.phone, "no member here with this name and this number"),
        ("陈晓", "me", "no member here with this name and this number"),
        ("", site.phone, "Type the full name."),
        ("陈晓", "", "Type the telephone number"),
    ):
        await elder.open("/me/delegations/new")
        fields = {"acts": "request", "until": last_days(elder.page)[0], "language": "en"}
        answer = await elder.send("/me/delegations/new", name=name, phone=phone, **fields)
        assert (answer.status_code, told in elder.words) == (422, True), (name, phone)
        assert elder.page.count("autofocus") == 1
        assert f'value="{name}"' in elder.page
    local = site.phone.removeprefix("+86")
    await to_the_sentence(elder, "/me/delegations", name=" 陈 晓 ", phone=local, person="another")
    assert "陈晓" in sentence(elder)


async def test_a_number_of_another_community_finds_nobody(site: Site) -> None:
    elsewhere = await open_street()
    elder = await site.signed_in(elsewhere.elder)
    await elder.open("/me/delegations/new")
    fields = {"acts": "request", "until": last_days(elder.page)[0], "language": "en"}
    answer = await elder.send("/me/delegations/new", name="陈晓", phone=site.phone, **fields)
    assert (answer.status_code, "no member here" in elder.words) == (422, True)
    answer = await elder.send("/me/delegations/new", person=str(site.daughter.member_id), **fields)
    assert (answer.status_code, "Choose one of the people shown" in elder.words) == (422, True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"acts": []}, "Choose at least one thing that they may do."),
        ({"acts": ["vote"]}, "Choose at least one thing that they may do."),
        ({"until": ""}, "Choose until when."),
        ({"until": "2026-02-30"}, "Write the day as year, month, day"),
    ],
)
async def test_each_wrong_answer_is_named(
    site: Site, changes: dict[str, object], told: str
) -> None:
    elder = await site.signed_in(site.elder)
    await elder.open("/me/delegations/new")
    fields = {
        "name": "陈晓",
        "phone": site.phone,
        "acts": ["request"],
        "until": last_days(elder.page)[0],
        "language": "en",
    }
    answer = await elder.send("/me/delegations/new", **{**fields, **changes})
    assert (answer.status_code, told in elder.words) == (422, True)
    assert 'value="陈晓"' in elder.page


async def test_too_long_and_long_past_are_refused_by_the_rules(site: Site) -> None:
    elder = await site.signed_in(site.elder)
    for until, told in (
        ("2020-01-01", "That day is over."),
        ("2999-01-01", "longer than this community allows"),
    ):
        carried = await to_the_sentence(
            elder, "/me/delegations", name="陈晓", phone=site.phone, until=until
        )
        answer = await elder.send("/me/delegations", **carried, agreed="yes")
        assert (answer.status_code, told in elder.words) == (422, True)
    assert await community.delegations_of(site.elder.member_id, site.elder) == []


async def test_without_the_tick_or_with_other_words_nothing_is_kept(site: Site) -> None:
    elder = await site.signed_in(site.elder)
    carried = await to_the_sentence(elder, "/me/delegations", name="陈晓", phone=site.phone)
    answer = await elder.send("/me/delegations", **carried)
    assert (answer.status_code, "Tick this once" in elder.words) == (422, True)
    changed = {**carried, "acts": ["passbook"]}
    answer = await elder.send("/me/delegations", **changed, agreed="yes")
    assert (answer.status_code, "The words have changed" in elder.words) == (422, True)
    assert await community.delegations_of(site.elder.member_id, site.elder) == []
    await elder.send("/me/delegations/new", **changed, change="1")
    assert 'value="passbook" checked' in " ".join(elder.page.split())
    assert 'value="request" checked' not in " ".join(elder.page.split())


async def test_the_desk_records_what_it_was_told(site: Site) -> None:
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/delegations"
    await coordinator.open(href)
    assert "Nobody acts for them" in coordinator.words
    carried = await to_the_sentence(
        coordinator,
        href,
        name="陈晓",
        phone=site.phone,
        channel="phone",
        witness=str(site.street.coordinator.member_id),
        language="zh",
    )
    assert "The words were read back and agreed to" in coordinator.words
    assert sentence(coordinator).startswith("我，陈桂芳，同意由 陈晓（手机尾号 ")
    assert 'lang="zh-Hans-CN">我' in coordinator.page
    await coordinator.send_and_follow(href, **carried, agreed="yes")
    assert "陈晓 can now act for 陈桂芳" in coordinator.words
    assert "On the phone" in coordinator.words
    assert "heard by 沈洁" in coordinator.words
    (made,) = await community.delegations_of(site.elder.member_id, site.elder)
    assert made.consent.witness_id == site.street.coordinator.member_id
    elder = await site.signed_in(site.elder)
    await elder.open("/me/delegations")
    assert "heard by 沈洁" in elder.words
    for told in (made.consent.words, "Ask for visits, and call them off"):
        assert told in elder.words


async def test_the_desk_says_who_heard_it_and_how(site: Site) -> None:
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/delegations"
    await coordinator.open(f"{href}/new")
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    fields = {
        "name": "陈晓",
        "phone": site.phone,
        "acts": ["request"],
        "until": last_days(coordinator.page)[0],
        "language": "zh",
        "channel": "phone",
        "witness": str(site.street.coordinator.member_id),
    }
    for changes, told in (
        ({"channel": ""}, "Choose how they said it to you."),
        ({"channel": "online"}, "Choose how they said it to you."),
        ({"witness": ""}, "Choose who heard it."),
        ({"language": "fr"}, "Choose one of the two."),
        ({"given_at": tomorrow}, "That day has not come yet."),
    ):
        answer = await coordinator.send(f"{href}/new", **{**fields, **changes})
        assert (answer.status_code, told in coordinator.words) == (422, True), changes
    wrong = {**fields, "witness": str(site.street.volunteer.member_id)}
    carried = await to_the_sentence(coordinator, href, **wrong)
    answer = await coordinator.send(href, **carried, agreed="yes")
    assert (answer.status_code, "A witness is a coordinator" in coordinator.words) == (422, True)


async def test_who_acts_cannot_record_it_themselves(site: Site) -> None:
    phone = f"+86137{uuid4().int % 10**8:08d}"
    await site.owner.execute(
        "UPDATE member SET phone = $1 WHERE id = $2", phone, site.street.coordinator.member_id
    )
    coordinator = await site.signed_in(site.street.coordinator)
    href = f"/members/{site.elder.member_id}/delegations"
    carried = await to_the_sentence(
        coordinator,
        href,
        name="沈洁",
        phone=phone,
        channel="phone",
        witness=str(site.street.coordinator.member_id),
    )
    answer = await coordinator.send(href, **carried, agreed="yes")
    assert (answer.status_code, "A colleague can record it" in coordinator.words) == (422, True)


async def test_a_delegate_lays_it_down(site: Site) -> None:
    made = await site.granted()
    daughter = await site.signed_in(site.daughter)
    path = f"/me/delegations/{made.id}/revoke"
    await daughter.open(path)
    assert "No longer act for 陈桂芳?" in daughter.words
    answer = await daughter.send(path, reason="other", why=" ")
    assert (answer.status_code, "Say why, in a few words." in daughter.words) == (422, True)
    answer = await daughter.send(path, reason="made up")
    assert (answer.status_code, "Choose one of the reasons" in daughter.words) == (422, True)
    assert await daughter.send_and_follow(path, reason="other", why="我要出国了") == "/for"
    elder = await site.signed_in(site.elder)
    await elder.open("/me/delegations")
    assert "我要出国了" in elder.words
    assert (await daughter.client.get(path)).status_code == 303


async def test_nobody_revokes_what_is_not_theirs(site: Site) -> None:
    made = await site.granted()
    elsewhere = await open_street()
    for who in (site.street.poor_elder, elsewhere.elder, elsewhere.coordinator):
        stranger = await site.signed_in(who)
        await stranger.open("/me/delegations")
        for path in (
            f"/me/delegations/{made.id}/revoke",
            f"/members/{site.elder.member_id}/delegations/{made.id}/revoke",
        ):
            assert (await stranger.client.get(path)).status_code in {403, 404}
            assert (await stranger.send(path, reason="not_needed")).status_code in {403, 404}
            await stranger.open("/me/delegations")
    coordinator = await site.signed_in(site.street.coordinator)
    wrong = f"/members/{site.street.poor_elder.member_id}/delegations/{made.id}/revoke"
    assert (await coordinator.client.get(wrong)).status_code == 404
    await coordinator.open(f"/members/{site.elder.member_id}/delegations")
    right = f"/members/{site.elder.member_id}/delegations/{made.id}/revoke"
    await coordinator.send_and_follow(right, reason="other", why="本人来电要求")
    assert "本人来电要求" in coordinator.words
