"""The undertaker's verbs about the work: a milestone reported, news told, all of it delivered."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor
from marketplace.delivery import rules, telling
from marketplace.delivery.beginning import local_day
from marketplace.delivery.errors import NotYourProject, ReportedAlready
from marketplace.delivery.moving import locked, move
from marketplace.delivery.reading import milestone, milestones, updates
from marketplace.delivery.refusals import verb
from marketplace.delivery.tables import DeliveryPhotoRow, DeliveryUpdateRow, MilestoneReportRow
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import Delivery, DeliveryState, Milestone, Update, UpdateId
from marketplace.reading import read_project
from marketplace.values import Project

_REPORT: Final = """
INSERT INTO milestone_report (project_id, number, community_id, done_on, words, reported_by)
VALUES ({}, {}, {}, {}, {}, {})
"""

_UPDATE: Final = """
INSERT INTO delivery_update (id, project_id, community_id, words, written_by)
VALUES ({}, {}, {}, {}, {})
"""

_PHOTO: Final = """
INSERT INTO delivery_photo (id, project_id, community_id, milestone, update_id, image, added_by,
    added_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, clock_timestamp())
"""


async def own_delivery(project_id: UUID, *, by: Actor) -> tuple[Delivery, Project]:
    """Return a delivery, locked, and its project, to somebody who acts for its undertaker.

    The member is kept first, as a merge does. Raises `NotBegun`, `NotYourProject`.
    """
    if not await community.keep_active(by.member_id, community_id=by.community_id):
        raise NotYourProject
    delivery = await locked(project_id, community_id=by.community_id)
    project = await read_project(delivery.project_id, community_id=by.community_id)
    rules.undertakes(await undertaking_of(project), by)
    return delivery, project


async def report(  # noqa: PLR0913 (a report has these parts)
    project_id: UUID,
    number: int,
    *,
    done_on: date,
    words: str,
    photos: Sequence[bytes] = (),
    by: Actor,
    at: datetime | None = None,
) -> Milestone:
    """Report that a milestone is done, on which day, with words and photographs; once.

    The photographs are JPEG, without what the camera wrote. The same report again is answered with
    the first. Raises `NotBegun`, `NotYourProject`, `DeliveryMoved`, `UnknownMilestone`,
    `ReportedAlready`, `InvalidDelivery`, `TooManyPhotos`.
    """
    rules.photos(len(photos))
    async with verb():
        delivery, project = await own_delivery(project_id, by=by)
        found = await milestone(project.id, number, community_id=by.community_id)
        if found.report is not None:
            if (found.report.done_on, found.report.words) == (done_on, words.strip()):
                return found
            raise ReportedAlready
        rules.standing(delivery, {DeliveryState.UNDER_WAY})
        rules.reporting(
            done_on,
            words,
            began_on=await local_day(by.community_id, delivery.began_at),
            today=await local_day(by.community_id, at or datetime.now(UTC)),
        )
        await MilestoneReportRow.raw(
            _REPORT, project.id, number, by.community_id, done_on, words.strip(), by.member_id
        )
        await _keep(photos, project, by, milestone=number)
        done = await milestone(project.id, number, community_id=by.community_id)
        await community.record(
            "delivery.report",
            by=by,
            subject_kind="project",
            subject_id=project.id,
            details={
                "milestone": number,
                "days_late": done.days_late(done_on),
                "photos": len(photos),
            },
        )
        await telling.tell(
            await telling.followers(project),
            "delivery.milestone_done",
            project,
            by=by,
            fill={"milestone": found.title},
        )
    return done


async def write_update(
    project_id: UUID,
    words: str,
    *,
    photos: Sequence[bytes] = (),
    by: Actor,
    id: UpdateId | None = None,  # noqa: A002 (the row's name)
) -> Update:
    """Tell news of a project's work, with photographs; the same `id` again changes nothing.

    Raises `NotBegun`, `NotYourProject`, `DeliveryMoved`, `InvalidDelivery`, `TooManyPhotos`.
    """
    rules.photos(len(photos))
    rules.text("words", words, rules.WORDS_MAX)
    key = id or UpdateId(ledger.new_id())
    async with verb():
        delivery, project = await own_delivery(project_id, by=by)
        for one in await updates(project.id, community_id=by.community_id):
            if one.id == key:
                return one
        rules.standing(delivery, rules.SPENDING)
        await DeliveryUpdateRow.raw(
            _UPDATE, key, project.id, by.community_id, words.strip(), by.member_id
        )
        await _keep(photos, project, by, update_id=key)
        await community.record(
            "delivery.update",
            by=by,
            subject_kind="project",
            subject_id=project.id,
            details={"update": key, "photos": len(photos)},
        )
        await telling.tell(await telling.followers(project), "delivery.news", project, by=by)
        found = await updates(project.id, community_id=by.community_id)
    return next(one for one in found if one.id == key)


async def declare_delivered(project_id: UUID, *, words: str = "", by: Actor) -> Delivery:
    """Say that a project is delivered: all its milestones are reported; residents judge it now.

    Raises `NotBegun`, `NotYourProject`, `DeliveryMoved`, `MilestonesOpen`, `InvalidDelivery`.
    """
    if words:
        rules.text("words", words, rules.REASON_MAX)
    async with verb():
        delivery, project = await own_delivery(project_id, by=by)
        rules.standing(delivery, {DeliveryState.UNDER_WAY})
        rules.all_reported(await milestones(project.id, community_id=by.community_id))
        await move(delivery, DeliveryState.DELIVERED, by=by, why=words.strip())
        return await locked(project.id, community_id=by.community_id)


async def _keep(
    photos: Sequence[bytes],
    project: Project,
    by: Actor,
    *,
    milestone: int | None = None,
    update_id: UpdateId | None = None,
) -> None:
    for image in photos:
        await DeliveryPhotoRow.raw(
            _PHOTO,
            ledger.new_id(),
            project.id,
            by.community_id,
            milestone,
            update_id,
            image,
            by.member_id,
        )
