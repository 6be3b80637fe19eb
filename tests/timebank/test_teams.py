"""Teams on a real database: joined by two halves, handed over, closed, offered a request."""

import uuid
from datetime import timedelta

import pytest

import community
import timebank
from community import Actor, OrganisationDraft, OrganisationKind, Role
from tests.timebank.classes import begun, held, kinds, neighbours, posted
from tests.timebank.street import NOON, Street
from tests.timebank.test_policy import adopt
from timebank import group_sessions, teams
from timebank.teams import Team, TeamDraft


async def choir(street: Street, **more: object) -> Team:
    """Let the volunteer found a team."""
    draft = TeamDraft("银铃合唱队", **more)  # type: ignore[arg-type]  # a test's own
    return await teams.found_team(draft, by=street.volunteer, at=NOON)


async def test_a_team_has_a_name_a_leader_and_whoever_joins(street: Street) -> None:
    key, draft = uuid.uuid4(), TeamDraft("银铃合唱队", "每周三练歌。")
    team = await teams.found_team(draft, by=street.volunteer, id=key, at=NOON)
    assert (team.id, team.leader_id, team.people) == (key, street.volunteer.member_id, 1)
    assert await teams.found_team(draft, by=street.volunteer, id=key, at=NOON) == team
    other = street.other_volunteer
    asked = await teams.join_team(team.id, by=other, at=NOON)
    assert not asked.belongs
    assert await kinds(street.volunteer, street) == ["team.asked"]
    assert await teams.teams_of(other.member_id, community_id=street.id) == []
    admitted = await teams.invite_to_team(team.id, other.member_id, by=street.volunteer, at=NOON)
    assert admitted.belongs
    assert await kinds(other, street) == ["team.admitted"]
    (mine,) = await teams.teams_of(other.member_id, community_id=street.id)
    assert (mine.id, mine.people) == (team.id, 2)
    found = await teams.teams_of_many(
        {other.member_id, street.elder.member_id}, community_id=street.id
    )
    assert found == {other.member_id: {team.id}, street.elder.member_id: frozenset()}
    people = await teams.people_of_team(mine)
    assert [one.name for one in people] == ["李明", "周敏"]


async def test_an_invitation_is_taken_or_left(street: Street) -> None:
    team, other = await choir(street), street.other_volunteer
    invited = await teams.invite_to_team(team.id, other.member_id, by=street.volunteer, at=NOON)
    again = await teams.invite_to_team(team.id, other.member_id, by=street.volunteer, at=NOON)
    assert again == invited
    assert [one.id for one in await teams.invitations(other)] == [team.id]
    await teams.leave_team(team.id, by=other, at=NOON)
    assert await teams.invitations(other) == []
    with pytest.raises(teams.NotInTeam):
        await teams.leave_team(team.id, by=other, at=NOON)
    await teams.invite_to_team(team.id, other.member_id, by=street.coordinator, at=NOON)
    assert (await teams.join_team(team.id, by=other, at=NOON)).belongs
    assert (await teams.join_team(team.id, by=other, at=NOON)).belongs
    await teams.leave_team(
        team.id, by=street.volunteer, member_id=other.member_id, at=NOON + timedelta(days=1)
    )
    assert "team.taken_out" in await kinds(other, street)
    spans = await teams.belonging_to_team(team)
    assert (other.member_id, NOON, NOON + timedelta(days=1)) in spans


async def test_what_a_team_refuses(street: Street) -> None:
    team, other = await choir(street), street.other_volunteer
    for wrong in (" ", "长" * 41):
        with pytest.raises(teams.InvalidTeam):
            await teams.found_team(TeamDraft(wrong), by=street.volunteer)
    with pytest.raises(teams.TeamNameTaken):
        await teams.found_team(TeamDraft("银铃合唱队"), by=other)
    with pytest.raises(timebank.NotYours):
        await teams.found_team(TeamDraft("修理队"), by=street.elder)
    with pytest.raises(timebank.NotYours):
        await teams.found_team(TeamDraft("修理队"), by=other, leader_id=street.volunteer.member_id)
    with pytest.raises(teams.InvalidTeam):
        await teams.found_team(
            TeamDraft("修理队"), by=street.coordinator, leader_id=street.elder.member_id
        )
    with pytest.raises(teams.InvalidTeam):
        await teams.found_team(TeamDraft("修理队", organisation_id=uuid.uuid4()), by=other)
    with pytest.raises(timebank.NotYours):
        await teams.join_team(team.id, by=street.elder)
    with pytest.raises(timebank.NotYours):
        await teams.invite_to_team(team.id, street.volunteer.member_id, by=other)
    with pytest.raises(teams.InvalidTeam):
        await teams.invite_to_team(team.id, street.elder.member_id, by=street.volunteer)
    with pytest.raises(teams.LeadsTeam):
        await teams.leave_team(team.id, by=street.volunteer)
    with pytest.raises(timebank.NotYours):
        await teams.leave_team(team.id, by=other, member_id=street.volunteer.member_id)
    with pytest.raises(teams.NotInTeam):
        await teams.hand_over_team(team.id, other.member_id, by=street.volunteer)
    with pytest.raises(teams.UnknownTeam):
        await teams.team(team.id, community_id=uuid.uuid4())
    with pytest.raises(timebank.NotYours):
        await teams.close_team(team.id, by=other)


async def test_handing_over_and_closing(street: Street) -> None:
    team, other = await choir(street), street.other_volunteer
    await teams.join_team(team.id, by=other, at=NOON)
    await teams.invite_to_team(team.id, other.member_id, by=street.volunteer, at=NOON)
    led = await teams.hand_over_team(team.id, other.member_id, by=street.volunteer)
    assert led.leader_id == other.member_id
    assert "team.led" in await kinds(other, street)
    await teams.leave_team(team.id, by=street.volunteer, at=NOON)
    renamed = await teams.amend_team(team.id, TeamDraft("金铃合唱队", "改名了"), by=other)
    assert (renamed.name, renamed.about) == ("金铃合唱队", "改名了")
    closed = await teams.close_team(team.id, by=other)
    assert closed.closed
    with pytest.raises(teams.TeamClosed):
        await teams.join_team(team.id, by=street.volunteer)
    assert await teams.teams(street.id) == []
    assert [one.id for one in await teams.teams(street.id, closed=True)] == [team.id]
    await teams.leave_team(team.id, by=other)
    await choir(street)  # the name is free again


async def test_a_team_may_belong_to_an_organisation(street: Street) -> None:
    draft = OrganisationDraft(OrganisationKind.RESIDENTS_GROUP, "梧桐里合唱团")
    group = await community.add_organisation(draft, by=street.coordinator)
    team = await choir(street, organisation_id=group.id)
    assert team.organisation_id == group.id


async def test_a_request_is_offered_to_a_team(street: Street) -> None:
    team, other = await choir(street), street.other_volunteer
    await teams.join_team(team.id, by=other, at=NOON)
    await teams.invite_to_team(team.id, other.member_id, by=street.volunteer, at=NOON)
    visit = await street.asked(60)
    with pytest.raises(timebank.NotYours):
        await teams.offer_to_team(visit.id, team.id, by=street.volunteer, at=NOON)
    for _twice in range(2):
        await teams.offer_to_team(visit.id, team.id, by=street.coordinator, at=NOON)
    assert await kinds(street.volunteer, street) == ["team.offered", "team.asked"]
    (offered,) = await teams.offered_to_team(team, at=NOON)
    assert (offered.id, offered.code) == (visit.id, "")
    assert await teams.teams_offered([visit.id], community_id=street.id) == {visit.id: {team.id}}
    await timebank.accept(visit.id, by=other, at=NOON)
    assert await teams.offered_to_team(team, at=NOON) == []
    with pytest.raises(timebank.WrongState):
        await teams.offer_to_team(visit.id, team.id, by=street.coordinator, at=NOON)


async def test_a_team_s_class_is_taken_on_by_anybody_in_it(street: Street) -> None:
    team, other = await choir(street), street.other_volunteer
    await teams.join_team(team.id, by=other, at=NOON)
    await teams.invite_to_team(team.id, other.member_id, by=street.volunteer, at=NOON)
    _course, session = await begun(street, team_id=team.id)
    with pytest.raises(group_sessions.LeaderFound):
        await group_sessions.lead(session.id, by=other, at=NOON)
    await group_sessions.step_back(session.id, by=street.volunteer, at=NOON)
    (waiting,) = await group_sessions.without_leader(other, at=NOON)
    assert waiting.session.id == session.id
    led = await group_sessions.lead(session.id, by=other, at=NOON)
    assert led.leader_id == other.member_id
    assert await group_sessions.without_leader(other, at=NOON) == []


async def test_a_class_of_a_team_that_is_not_there(street: Street) -> None:
    team = await choir(street)
    await teams.close_team(team.id, by=street.volunteer)
    for wrong in (uuid.uuid4(), team.id):
        with pytest.raises(group_sessions.InvalidCourse) as refused:
            await begun(street, team_id=wrong)
        assert refused.value.field == "team"


async def test_a_team_s_hours_go_to_the_fund_where_the_community_says_so(street: Street) -> None:
    await adopt(street.id, -2, team_hours_donated="true")  # type: ignore[arg-type]  # as TOML has it
    team = await choir(street)
    session = await held(street, await neighbours(street, 2), team_id=team.id)
    await group_sessions.confirm_session(session.id, by=street.coordinator)
    assert await posted(street.volunteer) == [0]
    street.granted += 60


async def test_whoever_is_merged_or_leaves(street: Street) -> None:
    from timebank.teams.personal import leave_teams, take_over_teams  # noqa: PLC0415 (not the face)

    team, heir = await choir(street), street.other_volunteer
    member = await community.add_member(
        community_id=street.id, name="何静", roles=(Role.VOLUNTEER,)
    )
    third = Actor(member.id, street.id, member.roles)
    await teams.join_team(team.id, by=third, at=NOON)
    await teams.invite_to_team(team.id, third.member_id, by=street.volunteer, at=NOON)
    import ledger  # noqa: PLC0415 (for the transaction of the merge alone)

    async with ledger.transaction():
        await community.record(
            "member.merge", by=third, subject_kind="member", subject_id=heir.member_id
        )
        await take_over_teams(
            street.volunteer.member_id, heir.member_id, by=street.coordinator, at=NOON
        )
        await leave_teams([third.member_id], community_id=street.id, at=NOON)
    now = await teams.team(team.id, community_id=street.id)
    assert (now.leader_id, now.people) == (heir.member_id, 1)
