"""Certificates from claim to end, who may take a visit on, and the reminder that comes once."""

import asyncio
import dataclasses
import uuid
from datetime import date, timedelta

import pytest

import community
import timebank
from community import Actor, Role
from community.policy import read_pack
from tests.timebank.street import NOON, Street, open_street
from timebank import care
from timebank.care.values import Profile, Reason, Speech
from timebank.policy import SETTINGS

TODAY = date(2026, 3, 2)
ONE = timedelta(days=1)
SEEN = "原件，在服务站看过"


async def kind_of(street: Street, code: str) -> uuid.UUID:
    kinds = {one.code: one.id for one in await care.certificate_kinds(street.id)}
    return kinds[code]


async def claimed(
    street: Street, *, until: date | None = None, code: str = "bathing_care"
) -> care.Certificate:
    claim = care.Claim(uuid.uuid4(), await kind_of(street, code), TODAY - 30 * ONE, until, "苏 1")
    return await care.claim_certificate(claim, by=street.volunteer, at=NOON)


async def verified(street: Street, **more: date) -> care.Certificate:
    one = await claimed(street, **more)
    return await care.verify_certificate(
        one.id, of=one.member_id, evidence=SEEN, by=street.coordinator, at=NOON
    )


async def fits(street: Street, code: str, *, at_day: date = TODAY) -> Reason | None:
    """Return why the street's volunteer may not take a visit at noon of a day."""
    services = {one.code: one for one in await timebank.care_services(street.id)}
    try:
        await care.refuse_unfit(
            street.volunteer.member_id,
            services[code],
            at=NOON + (at_day - TODAY),
            community_id=street.id,
        )
    except care.NotFit as refused:
        return refused.reason
    return None


async def told(who: Actor) -> list[str]:
    return [one.kind for one in await community.inbox(who.member_id, community_id=who.community_id)]


async def test_a_certificate_counts_once_somebody_else_has_seen_it(street: Street) -> None:
    assert await fits(street, "companionship") is None
    assert await fits(street, "bathing") is Reason.CERTIFICATE_MISSING
    one = await claimed(street, until=TODAY + 5 * ONE)
    assert one.state is care.CertificateState.CLAIMED
    assert await fits(street, "bathing") is Reason.CERTIFICATE_MISSING
    assert [held.holder for held in await care.claims_waiting(street.id)] == ["李明"]
    for _twice in range(2):
        done = await care.verify_certificate(
            one.id, of=one.member_id, evidence=SEEN, by=street.coordinator, at=NOON
        )
    assert done.verified_by == street.coordinator.member_id
    assert await fits(street, "bathing", at_day=TODAY + 5 * ONE) is None
    late = await fits(street, "bathing", at_day=TODAY + 6 * ONE)
    assert late is Reason.CERTIFICATE_EXPIRES
    assert await told(street.volunteer) == ["certificate.verified"]
    ended = {"of": one.member_id, "why": "证书已被吊销", "by": street.coordinator, "at": NOON}
    for _twice in range(2):
        assert await care.end_certificate(one.id, **ended) == 0  # type: ignore[arg-type] # a test's own
    assert await fits(street, "bathing") is Reason.CERTIFICATE_MISSING
    assert sorted(await told(street.volunteer)) == ["certificate.ended", "certificate.verified"]
    with pytest.raises(care.CertificateOver):
        await care.verify_certificate(
            one.id, of=one.member_id, evidence=SEEN, by=street.coordinator
        )


async def test_nobody_checks_their_own_and_only_a_coordinator_checks(street: Street) -> None:
    one = await claimed(street)
    both = dataclasses.replace(
        street.volunteer, roles=frozenset({Role.VOLUNTEER, Role.COORDINATOR})
    )
    with pytest.raises(care.OwnCertificate):
        await care.verify_certificate(one.id, of=one.member_id, evidence=SEEN, by=both)
    for by in (street.elder, street.volunteer):
        with pytest.raises(care.NotAllowed):
            await care.verify_certificate(one.id, of=one.member_id, evidence=SEEN, by=by)
    with pytest.raises(care.NotAllowed):
        await care.end_certificate(one.id, of=one.member_id, why="x", by=street.elder)
    claim = care.Claim(uuid.uuid4(), one.kind.id, TODAY)
    with pytest.raises(care.NotAllowed):
        await care.claim_certificate(claim, of=one.member_id, by=street.elder, at=NOON)
    stranger = (await open_street()).coordinator
    with pytest.raises(care.UnknownCertificate):
        await care.verify_certificate(one.id, of=one.member_id, evidence=SEEN, by=stranger)
    for evidence in ("  ", "字" * 301):
        with pytest.raises(care.InvalidCertificate):
            await care.verify_certificate(
                one.id, of=one.member_id, evidence=evidence, by=street.coordinator
            )


async def test_the_same_claim_twice_is_one_and_a_second_waits_for_the_first(street: Street) -> None:
    kind = await kind_of(street, "first_aid")
    claim = care.Claim(uuid.uuid4(), kind, TODAY)
    first, again = await asyncio.gather(
        *(care.claim_certificate(claim, by=street.volunteer, at=NOON) for _ in range(2)),
        return_exceptions=True,
    )
    assert isinstance(first, care.Certificate) or isinstance(again, care.Certificate)
    assert len(await care.certificates_of(street.volunteer.member_id, community_id=street.id)) == 1
    other = dataclasses.replace(claim, id=uuid.uuid4())
    with pytest.raises(care.ClaimedAlready):
        await care.claim_certificate(other, by=street.volunteer, at=NOON)
    wrong = care.Claim(uuid.uuid4(), uuid.uuid4(), TODAY)
    with pytest.raises(care.UnknownKind):
        await care.claim_certificate(wrong, by=street.volunteer, at=NOON)
    assert await care.end_certificate(claim.id, of=street.volunteer.member_id, by=street.volunteer,
                                      at=NOON) == 0  # fmt: skip
    other = dataclasses.replace(claim, id=uuid.uuid4())
    assert (await care.claim_certificate(other, by=street.volunteer, at=NOON)).id == other.id


async def test_the_reminder_comes_once_within_thirty_days(street: Street) -> None:
    one = await verified(street, until=TODAY + 31 * ONE)
    await care.remind_of_expiring(NOON)
    assert "certificate.ends" not in await told(street.volunteer)
    for days in (1, 1, 2, 20):
        await care.remind_of_expiring(NOON + days * ONE)
    assert (await told(street.volunteer)).count("certificate.ends") == 1
    # One that outlives it makes the next reminder needless.
    newer = await verified(street, until=TODAY + 60 * ONE)
    assert newer.id != one.id
    await care.remind_of_expiring(NOON + 25 * ONE)
    assert (await told(street.volunteer)).count("certificate.ends") == 1
    await care.remind_of_expiring(NOON + 45 * ONE)
    assert (await told(street.volunteer)).count("certificate.ends") == 2


async def adopt(street: Street, **settings: int | bool) -> None:
    lines = [f"{name} = {str(value).lower()}" for name, value in settings.items()]
    text = 'name = "N"\nsource = "S"\n[time_bank]\n' + "\n".join(lines)
    home = await community.community(street.id)
    from zoneinfo import ZoneInfo  # noqa: PLC0415 (only here)

    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo(home.time_zone))
    await community.adopt_policy(pack, by=community.system(street.id))


async def member(street: Street, name: str, born: date, *roles: Role) -> Actor:
    added = await community.add_member(
        community_id=street.id, name=name, birth_date=born, roles=roles
    )
    return Actor(added.id, street.id, added.roles)


async def unfit(street: Street, who: Actor, code: str) -> Reason | None:
    return await fits(dataclasses.replace(street, volunteer=who), code)


async def test_somebody_under_age_needs_a_guardian_on_record(street: Street) -> None:
    pupil = await member(street, "小雨", date(2010, 5, 1), Role.VOLUNTEER)
    parent = await member(street, "方芳", date(1980, 5, 1), Role.RESIDENT)
    assert await unfit(street, pupil, "companionship") is Reason.NO_GUARDIAN
    assert await unfit(street, pupil, "meals") is Reason.NOT_FOR_MINORS
    await care.save_profile(Profile(languages=frozenset({Speech.MANDARIN})), by=pupil)
    guarded = {"evidence": SEEN, "by": street.coordinator}
    for nobody in (pupil.member_id, uuid.uuid4()):
        with pytest.raises(care.NotAGuardian):
            await care.set_guardian(pupil.member_id, nobody, **guarded)  # type: ignore[arg-type] # a test's own
    twin = await member(street, "小风", date(2010, 5, 1))
    with pytest.raises(care.NotAGuardian):
        await care.set_guardian(pupil.member_id, twin.member_id, **guarded)  # type: ignore[arg-type] # a test's own
    desk = street.coordinator.member_id
    with pytest.raises(care.OwnVetting):
        await care.set_guardian(pupil.member_id, desk, **guarded)  # type: ignore[arg-type] # a test's own
    await care.set_guardian(pupil.member_id, parent.member_id, **guarded)  # type: ignore[arg-type] # a test's own
    assert await unfit(street, pupil, "companionship") is None
    await adopt(street, minors_with_guardian=False)
    assert await unfit(street, pupil, "companionship") is Reason.TOO_YOUNG


async def test_the_ages_of_the_community_s_policy_hold(street: Street) -> None:
    forty = await member(street, "赵四十", date(1986, 1, 1), Role.VOLUNTEER)
    ninety = await member(street, "钱九十", date(1936, 1, 1), Role.VOLUNTEER)
    await adopt(street, give_age_min=50, give_age_max=80)
    assert await unfit(street, forty, "companionship") is Reason.TOO_YOUNG
    assert await unfit(street, ninety, "companionship") is Reason.TOO_OLD
    assert await fits(street, "companionship") is None, "nobody knows how old they are"


async def test_where_training_comes_first_it_must_be_on_record(street: Street) -> None:
    await adopt(street, training_first=True)
    assert await fits(street, "companionship") is Reason.NOT_TRAINED
    one = await claimed(street, code="training")
    await care.verify_certificate(
        one.id, of=one.member_id, evidence=SEEN, by=street.coordinator, at=NOON
    )
    assert await fits(street, "companionship") is None
