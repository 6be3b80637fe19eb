"""Invitations and applications: who comes in, who is told what, and what is refused."""

import uuid
from datetime import date
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

import community
from community import Actor, Community, Registration, Role, Standing, Verified
from community.applications import (
    Applicant,
    ApplicationOver,
    JoiningCode,
    WrongJoiningCode,
    accept_applicant,
    application_of,
    apply_to_join,
    confirm_phone,
    decline_applicant,
    let_go_unconfirmed,
    waiting_applications,
)
from community.errors import InvalidMember, NotForYou, PhoneTaken, UnknownMember
from community.invitations import (
    Guest,
    InvitationOver,
    accept_invitation,
    invitation_of_code,
    invite,
    open_invitations,
    renew_invitation,
    revoke_invitation,
)

pytestmark = pytest.mark.usefixtures("database")

RIGHT = b"the right code's digest".ljust(32)
WRONG = b"another code's digest".ljust(32)


def a_phone() -> str:
    return f"+86154{uuid.uuid4().int % 10**8:08d}"


class Desk:
    """A coordinator of a fresh community."""

    def __init__(self, home: Community, by: Actor) -> None:
        self.home, self.by = home, by

    async def applies(self, phone: str, name: str = "王芳", **more: Any) -> uuid.UUID:
        application_id = more.pop("id", uuid.uuid4())
        applicant = Applicant(
            name, phone, date(1950, 3, 7), Registration.REGISTERED, address="东街1号", **more
        )
        await apply_to_join(
            application_id,
            applicant,
            community_id=self.home.id,
            words="I agree.",
            code=JoiningCode("123456", RIGHT, 3, 10),
            address="192.0.2.9",
        )
        return application_id

    async def confirmed(self, phone: str, name: str = "王芳") -> uuid.UUID:
        await confirm_phone(await self.applies(phone, name), RIGHT)
        [one] = [w for w in await waiting_applications(self.home.id) if w.phone == phone]
        return one.member_id

    async def invites(self, digest: bytes, phone: str | None = None, days: int = 14) -> uuid.UUID:
        guest = Guest("陈桂芳", phone, (Role.ELDER, Role.RESIDENT), Verified.HOME_VISIT)
        made = await invite(uuid.uuid4(), guest, code_digest=digest, days=days, by=self.by)
        assert made is not None
        return made.member_id


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> Desk:
    home = await community.add_community(code=f"j-{uuid.uuid4().hex[:12]}", name="Lane")
    clerk = await community.add_member(
        community_id=home.id, name="Clerk", roles=(Role.COORDINATOR,)
    )
    return Desk(home, Actor(clerk.id, home.id, clerk.roles))


def digest() -> bytes:
    return uuid.uuid4().bytes * 2


async def kinds_told(owner: asyncpg.Connection, member_id: uuid.UUID) -> list[str]:
    rows = await owner.fetch("SELECT kind FROM message WHERE member_id = $1 ORDER BY id", member_id)
    return [row["kind"] for row in rows]


async def test_an_applicant_waits_and_is_accepted(desk: Desk, owner: asyncpg.Connection) -> None:
    phone = a_phone()
    application_id = await desk.applies(phone)
    [waiting] = await waiting_applications(desk.home.id)
    assert (waiting.name, waiting.phone, waiting.phone_verified_at) == ("王芳", phone, None)
    assert await kinds_told(owner, waiting.member_id) == ["joining.code"]
    await confirm_phone(application_id, RIGHT)
    await confirm_phone(application_id, RIGHT)
    found = await application_of(waiting.member_id, community_id=desk.home.id)
    assert found.phone_verified_at is not None
    assert await community.active_member_by_phone(phone) is None, "nobody signs in before"
    await accept_applicant(waiting.member_id, Verified.HOME_VISIT, by=desk.by)
    await accept_applicant(waiting.member_id, Verified.IDENTITY_CARD, by=desk.by)
    member = await community.active_member_by_phone(phone)
    assert member is not None
    assert member.roles == {Role.RESIDENT}
    known = await community.details_of(member.id, community_id=desk.home.id)
    assert (known.verified_by, known.verified_how) == (desk.by.member_id, Verified.HOME_VISIT)
    assert known.household_id is not None
    assert await waiting_applications(desk.home.id) == []
    assert await kinds_told(owner, member.id) == ["joining.code", "joining.accepted"]
    acts = [e.act for e in await community.audit_events(desk.home.id) if e.subject_id == member.id]
    assert acts == [
        "member.accept", "role.grant", "application.confirm", "member.apply", "member.add",
    ]  # fmt: skip


async def test_the_same_application_twice_is_one(desk: Desk) -> None:
    phone, key = a_phone(), uuid.uuid4()
    await desk.applies(phone, id=key)
    await desk.applies(phone, id=key)
    assert len(await waiting_applications(desk.home.id)) == 1
    await confirm_phone(key, RIGHT)
    events = await community.audit_events(desk.home.id)
    await desk.applies(phone)
    assert len(await waiting_applications(desk.home.id)) == 1
    assert await community.audit_events(desk.home.id) == events


async def test_a_number_that_is_not_confirmed_keeps_nobody_out(desk: Desk) -> None:
    phone = a_phone()
    first = await desk.applies(phone, "假冒")
    second = await desk.applies(phone, "王芳")
    [waiting] = await waiting_applications(desk.home.id)
    assert waiting.name == "王芳"
    with pytest.raises(ApplicationOver):
        await confirm_phone(first, RIGHT)
    await confirm_phone(second, RIGHT)


async def test_a_number_that_somebody_has_is_answered_the_same(
    desk: Desk, owner: asyncpg.Connection
) -> None:
    phone = a_phone()
    member = await community.add_member(community_id=desk.home.id, name="李强", phone=phone)
    events = await community.audit_events(desk.home.id)
    application_id = await desk.applies(phone)
    await desk.applies(phone)
    assert await waiting_applications(desk.home.id) == []
    assert await community.audit_events(desk.home.id) == events
    assert await kinds_told(owner, member.id) == ["joining.known"], "once a day is enough"
    for left in (2, 1):
        with pytest.raises(WrongJoiningCode) as wrong:
            await confirm_phone(application_id, RIGHT)
        assert wrong.value.tries_left == left
    with pytest.raises(ApplicationOver):
        await confirm_phone(application_id, RIGHT)
    # A number that nobody has: the same tries, the same answers.
    other = await desk.applies(a_phone())
    for left in (2, 1):
        with pytest.raises(WrongJoiningCode) as wrong:
            await confirm_phone(other, WRONG)
        assert wrong.value.tries_left == left
    with pytest.raises(ApplicationOver):
        await confirm_phone(other, WRONG)
    with pytest.raises(ApplicationOver):
        await confirm_phone(other, RIGHT)


async def test_a_declined_applicant_is_told_why_and_may_ask_again(
    desk: Desk, owner: asyncpg.Connection
) -> None:
    phone = a_phone()
    first = await desk.confirmed(phone)
    with pytest.raises(InvalidMember):
        await decline_applicant(first, "  ", by=desk.by)
    await decline_applicant(first, "Please come to the desk.", by=desk.by)
    await decline_applicant(first, "Another reason.", by=desk.by)
    assert (await community.member(first)).standing is Standing.DECLINED
    assert (await kinds_told(owner, first))[-1] == "joining.declined"
    with pytest.raises(ApplicationOver):
        await accept_applicant(first, Verified.HOME_VISIT, by=desk.by)
    second = await desk.confirmed(phone)
    assert second != first
    await accept_applicant(second, Verified.HOME_VISIT, by=desk.by)
    with pytest.raises(ApplicationOver):
        await decline_applicant(second, "Too late.", by=desk.by)


async def test_likely_the_same_person_is_shown_beside(desk: Desk) -> None:
    known = await community.add_member(
        community_id=desk.home.id, name="王芳", birth_date=date(1950, 3, 7)
    )
    await community.add_member(community_id=desk.home.id, name="王芳", birth_date=date(1951, 3, 7))
    member_id = await desk.confirmed(a_phone())
    found = await application_of(member_id, community_id=desk.home.id)
    assert found.alike == (known.id,)
    await community.merge_members(known.id, member_id, by=desk.by)
    assert await waiting_applications(desk.home.id) == []
    assert (await community.details_of(known.id, community_id=desk.home.id)).phone == found.phone


async def test_who_decides_is_a_coordinator_of_the_same_community(desk: Desk) -> None:
    member_id = await desk.confirmed(a_phone())
    other = await community.add_community(code=f"j-{uuid.uuid4().hex[:12]}", name="Other")
    stranger = Actor(desk.by.member_id, other.id, frozenset({Role.COORDINATOR}))
    onlooker = Actor(desk.by.member_id, desk.home.id, frozenset({Role.AUDITOR}))
    with pytest.raises(UnknownMember):
        await accept_applicant(member_id, Verified.HOME_VISIT, by=stranger)
    with pytest.raises(UnknownMember):
        await decline_applicant(member_id, "No.", by=stranger)
    with pytest.raises(ApplicationOver):
        await application_of(member_id, community_id=other.id)
    with pytest.raises(NotForYou):
        await accept_applicant(member_id, Verified.HOME_VISIT, by=onlooker)
    with pytest.raises(NotForYou):
        await invite(
            uuid.uuid4(),
            Guest("王芳", None, (Role.RESIDENT,), Verified.HOME_VISIT),
            code_digest=digest(),
            days=7,
            by=onlooker,
        )


async def test_what_nobody_confirmed_is_let_go(desk: Desk, owner: asyncpg.Connection) -> None:
    kept, gone = a_phone(), a_phone()
    await desk.confirmed(kept)
    await desk.applies(gone)
    await let_go_unconfirmed()
    assert len(await waiting_applications(desk.home.id)) == 2
    await owner.execute(
        "UPDATE application SET applied_at = applied_at - interval '3 days',"
        " code_until = code_until - interval '3 days' WHERE community_id = $1",
        desk.home.id,
    )
    await let_go_unconfirmed()
    assert [one.phone for one in await waiting_applications(desk.home.id)] == [kept]
    await community.add_member(community_id=desk.home.id, name="新人", phone=gone)


async def test_an_invitation_lets_one_person_in_once(desk: Desk) -> None:
    code, phone = digest(), a_phone()
    member_id = await desk.invites(code)
    assert (await community.member(member_id)).standing is Standing.INVITED
    found = await invitation_of_code(code)
    assert (found.name, found.roles) == ("陈桂芳", (Role.ELDER, Role.RESIDENT))
    member = await accept_invitation(code, language="en", words="I agree.", phone=phone)
    assert (member.id, member.standing, member.language) == (member_id, Standing.ACTIVE, "en")
    assert member.roles == {Role.ELDER, Role.RESIDENT}
    known = await community.details_of(member_id, community_id=desk.home.id)
    assert (known.phone, known.verified_by) == (phone, desk.by.member_id)
    assert known.verified_how is Verified.HOME_VISIT
    with pytest.raises(InvitationOver):
        await accept_invitation(code, language="en", words="I agree.")
    with pytest.raises(InvitationOver):
        await invitation_of_code(code)
    assert await open_invitations(desk.home.id) == []


async def test_a_renewed_or_revoked_code_opens_nothing(desk: Desk) -> None:
    first, second, phone = digest(), digest(), a_phone()
    member_id = await desk.invites(first, phone)
    await renew_invitation(member_id, code_digest=second, days=7, by=desk.by)
    with pytest.raises(InvitationOver):
        await accept_invitation(first, language="zh", words="好")
    await revoke_invitation(member_id, by=desk.by)
    for code in (first, second):
        with pytest.raises(InvitationOver):
            await accept_invitation(code, language="zh", words="好")
    with pytest.raises(InvitationOver):
        await revoke_invitation(member_id, by=desk.by)
    assert (await community.member(member_id)).standing is Standing.DECLINED
    await community.add_member(community_id=desk.home.id, name="新人", phone=phone)


async def test_an_invitation_ends_with_its_time(desk: Desk, owner: asyncpg.Connection) -> None:
    code = digest()
    member_id = await desk.invites(code, days=7)
    await owner.execute(
        "UPDATE invitation SET invited_at = invited_at - interval '9 days',"
        " until = until - interval '8 days' WHERE member_id = $1",
        member_id,
    )
    with pytest.raises(InvitationOver):
        await accept_invitation(code, language="zh", words="好")
    [found] = await open_invitations(desk.home.id)
    assert found.over
    await renew_invitation(member_id, code_digest=code[::-1], days=7, by=desk.by)
    assert (await accept_invitation(code[::-1], language="zh", words="好")).id == member_id


async def test_what_no_invitation_can_be(desk: Desk) -> None:
    phone = a_phone()
    await community.add_member(community_id=desk.home.id, name="李强", phone=phone)
    with pytest.raises(PhoneTaken):
        await desk.invites(digest(), phone)
    with pytest.raises(InvalidMember):
        await desk.invites(digest(), days=1000)
    for roles in ((Role.ADMINISTRATOR,), ()):
        with pytest.raises(InvalidMember):
            await invite(
                uuid.uuid4(),
                Guest("王芳", None, roles, Verified.HOME_VISIT),
                code_digest=digest(),
                days=7,
                by=desk.by,
            )
    key, guest = uuid.uuid4(), Guest("王芳", None, (Role.RESIDENT,), Verified.HOME_VISIT)
    assert await invite(key, guest, code_digest=digest(), days=7, by=desk.by) is not None
    assert await invite(key, guest, code_digest=digest(), days=7, by=desk.by) is None
    code = digest()
    await desk.invites(code)
    with pytest.raises(PhoneTaken):
        await accept_invitation(code, language="zh", words="好", phone=phone)
    assert (await invitation_of_code(code)).name == "陈桂芳", "it was not used up"
