"""Keeping the catalogue: what is added, changed, retired; who may; and what the trail says."""

import dataclasses
import uuid
from typing import Any

import pytest

import community
import timebank
from community import Actor, Role
from tests.timebank.street import NOON, Street, open_street
from timebank import CareService, care
from timebank.care.values import CertificateKind


def draft(street: Street, **changes: Any) -> CareService:
    one = CareService(uuid.uuid4(), street.id, "", "理发", "Haircuts", 30, "上门理发。", "At home.")
    return dataclasses.replace(one, **changes)


async def trail(street: Street, act: str) -> list[community.AuditEvent]:
    events = await community.audit_events(street.id)
    return [one for one in events if one.act == act]


async def test_the_twelve_usual_services_have_sensible_values(street: Street) -> None:
    found = {one.code: one for one in await timebank.care_services(street.id)}
    assert len(found) == 12
    kinds = {one.id: one.code for one in await care.certificate_kinds(street.id)}
    needing = {code: one.certificate for code, one in found.items() if one.certificate}
    assert {code: kinds[kind] for code, kind in needing.items()} == {"bathing": "bathing_care"}
    assert {code for code, one in found.items() if not one.low_risk} == {
        "bathing", "hospital", "urgent",
    }  # fmt: skip
    assert all(one.low_risk for one in found.values() if one.minors)
    assert found["companionship"].minors
    for group in ("culture", "health", "legal", "fraud"):
        assert found[group].group
    assert not found["meals"].group
    assert {one.credit_per_hour for one in found.values()} == {60}
    assert all(one.words_zh and one.words_en for one in found.values())


async def test_a_service_from_its_first_day_to_its_retirement(street: Street) -> None:
    one = draft(street, credit_per_hour=90)
    added = await care.add_care_service(one, by=street.coordinator)
    assert await care.add_care_service(one, by=street.coordinator) == added
    assert added.code.startswith("haircuts-")
    assert (await timebank.care_services(street.id))[-1] == added
    (event,) = await trail(street, "care_service.add")
    assert event.after is not None
    assert event.after["credit_per_hour"] == 90
    version = await care.care_service_version(one.id, community_id=street.id)
    changed = dataclasses.replace(added, credit_per_hour=60, group=True)
    await care.change_care_service(changed, version=version, by=street.coordinator)
    (event,) = await trail(street, "care_service.change")
    assert event.before == {"credit_per_hour": 90, "group": False}
    assert event.after == {"credit_per_hour": 60, "group": True}
    for _twice in range(2):
        await care.retire_care_service(one.id, by=street.coordinator)
    assert len(await trail(street, "care_service.retire")) == 1
    assert one.id not in {known.id for known in await timebank.care_services(street.id)}
    every = await timebank.care_services(street.id, retired=True)
    assert [known.retired for known in every if known.id == one.id] == [True]
    with pytest.raises(timebank.UnknownCareService):
        await timebank.ask(
            timebank.Request(added.code, NOON, 60, "梧桐里 12 号"),
            by=street.elder, form_key=uuid.uuid4(), at=NOON,
        )  # fmt: skip
    await care.resume_care_service(one.id, by=street.coordinator)
    assert (await timebank.care_services(street.id))[-1].id == one.id


async def test_two_who_change_the_same_service_do_not_overwrite_each_other(street: Street) -> None:
    added = await care.add_care_service(draft(street), by=street.coordinator)
    version = await care.care_service_version(added.id, community_id=street.id)
    first = dataclasses.replace(added, usual_minutes=45)
    await care.change_care_service(first, version=version, by=street.coordinator)
    second = dataclasses.replace(added, usual_minutes=60)
    with pytest.raises(care.ChangedMeanwhile):
        await care.change_care_service(second, version=version, by=street.coordinator)
    # The same change sent twice is done already.
    assert await care.change_care_service(first, version=version, by=street.coordinator) == first


async def test_names_are_each_their_own(street: Street) -> None:
    with pytest.raises(care.NameTaken) as taken:
        await care.add_care_service(draft(street, name_zh=" 助餐 "), by=street.coordinator)
    assert taken.value.field == "name_zh"
    with pytest.raises(care.EnglishNameTaken) as english:
        await care.add_care_service(draft(street, name_en="Meals"), by=street.coordinator)
    assert english.value.field == "name_en"
    added = await care.add_care_service(draft(street), by=street.coordinator)
    with pytest.raises(care.NameTaken):
        await care.change_care_service(
            dataclasses.replace(added, name_zh="助餐"), version=1, by=street.coordinator
        )


async def test_only_the_desk_keeps_the_catalogue_and_only_its_own(street: Street) -> None:
    (meals, *_rest) = await timebank.care_services(street.id)
    for by in (street.elder, street.volunteer, dataclasses.replace(
        street.coordinator, on_behalf_of=street.elder.member_id
    )):  # fmt: skip
        with pytest.raises(care.NotAllowed):
            await care.add_care_service(draft(street), by=by)
        with pytest.raises(care.NotAllowed):
            await care.change_care_service(meals, version=1, by=by)
        with pytest.raises(care.NotAllowed):
            await care.retire_care_service(meals.id, by=by)
    there = await open_street()
    stranger = Actor(there.coordinator.member_id, there.id, frozenset({Role.COORDINATOR}))
    with pytest.raises(timebank.UnknownCareService):
        await care.retire_care_service(meals.id, by=stranger)
    with pytest.raises(timebank.UnknownCareService):
        await care.change_care_service(meals, version=1, by=stranger)
    (kind, *_more) = await care.certificate_kinds(there.id)
    with pytest.raises(care.UnknownKind):
        await care.add_care_service(draft(street, certificate=kind.id), by=street.coordinator)


async def test_a_kind_of_certificate_that_is_needed_stays(street: Street) -> None:
    kind = CertificateKind(uuid.uuid4(), street.id, "", "理发证", "Hairdressing")
    for _twice in range(2):
        await care.add_certificate_kind(kind, by=street.coordinator)
    added = await care.add_care_service(draft(street, certificate=kind.id), by=street.coordinator)
    with pytest.raises(care.KindNeeded) as needed:
        await care.retire_certificate_kind(kind.id, by=street.coordinator)
    assert needed.value.services == ("理发",)
    await care.retire_care_service(added.id, by=street.coordinator)
    await care.retire_certificate_kind(kind.id, by=street.coordinator)
    with pytest.raises(care.UnknownKind):
        await care.resume_care_service(added.id, by=street.coordinator)
    other = dataclasses.replace(kind, id=uuid.uuid4(), name_en="Hair")
    with pytest.raises(care.NameTaken):
        await care.add_certificate_kind(other, by=street.coordinator)
    with pytest.raises(care.NotAllowed):
        await care.add_certificate_kind(kind, by=street.elder)


async def test_opening_again_changes_nothing_that_the_community_changed(street: Street) -> None:
    (meals, *_rest) = await timebank.care_services(street.id)
    mine = dataclasses.replace(meals, name_zh="送餐", usual_minutes=30)
    await care.change_care_service(mine, version=1, by=street.coordinator)
    await timebank.open_time_bank(street.id)
    found = await timebank.care_services(street.id)
    assert len(found) == 12
    assert found[0] == mine
