"""Asks the rules of who may take which visit, with what is on record at this moment."""

from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import Policy, policy_in_force
from timebank.care import rules
from timebank.care.errors import NotFit
from timebank.care.tables import CertificateKindRow, CertificateRow, VolunteerRow
from timebank.care.values import (
    GivePolicy,
    HeldCertificate,
    Needs,
    Person,
    VolunteerStanding,
)
from timebank.catalogue_usual import TRAINING
from timebank.policy import (
    GIVE_AGE_MAX,
    GIVE_AGE_MIN,
    GIVE_AGE_MIN_WOMEN,
    MINORS_IN_GROUPS,
    MINORS_WITH_GUARDIAN,
    TRAINING_FIRST,
)
from timebank.tables import CareServiceRow
from timebank.values import CareService

# Locked against a pause, and against a certificate that is taken back: the visit is accepted before
# it, or refused after it.
_VOLUNTEER: Final = """
SELECT standing, EXISTS (SELECT FROM member AS guardian WHERE guardian.id = guardian_id
    AND guardian.standing = 'active') AS guardian
FROM volunteer WHERE community_id = {} AND member_id = {} FOR SHARE OF volunteer
"""

_CERTIFICATES: Final = """
SELECT kind_id, issued_on, expires_on FROM certificate
WHERE community_id = {} AND member_id = {} AND verified_at IS NOT NULL AND ended_at IS NULL
FOR SHARE
"""

_NEEDS: Final = """
SELECT certificate_kind_id, minors, (SELECT birth_date FROM member
    WHERE member.id = {} AND member.community_id = care_service.community_id) AS birth_date
FROM care_service WHERE community_id = {} AND id = {}
"""


async def refuse_unfit(
    volunteer_id: UUID,
    care_service: CareService,
    *,
    at: datetime,
    community_id: UUID,
    until: datetime | None = None,
    in_group: bool = False,
) -> None:
    """Raise `NotFit` where a volunteer may not give a care service at that moment.

    Within the transaction that gives them the visit: what it rests on cannot change until that
    ends. `at` is when the visit begins, `until` when it ends if that may be on another day.
    `in_group` says that they assist somebody who leads a group.
    """
    (needs,) = await CareServiceRow.raw(_NEEDS, volunteer_id, community_id, care_service.id)
    policy = await give_policy_at(community_id)
    volunteers = await VolunteerRow.raw(_VOLUNTEER, community_id, volunteer_id)
    held: list[dict[str, Any]] = []
    if needs["certificate_kind_id"] is not None or policy.training is not None:
        held = await CertificateRow.raw(_CERTIFICATES, community_id, volunteer_id)
    # Whoever was given the role without ever filling in a profile counts as approved by that.
    volunteer: dict[str, Any] = (
        volunteers[0] if volunteers else {"standing": "active", "guardian": False}
    )
    person = Person(
        needs["birth_date"],
        volunteer["guardian"],
        VolunteerStanding(volunteer["standing"]),
        tuple(HeldCertificate(one["kind_id"], one["issued_on"], one["expires_on"]) for one in held),
    )
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    found = rules.unfit(
        person,
        Needs(needs["certificate_kind_id"], needs["minors"]),
        first_day=_day(at, zone),
        last_day=_day(until or at, zone),
        policy=policy,
        in_group=in_group,
    )
    if found is not None:
        raise NotFit(found[0], kind=found[1])


async def give_policy_at(community_id: UUID, at: datetime | None = None) -> GivePolicy:
    """Return what a community has decided about who gives help, now unless `at` is given."""
    policy = await policy_in_force(community_id, at)
    training = None
    if policy[TRAINING_FIRST]:
        rows = await CertificateKindRow.raw(
            "SELECT id FROM certificate_kind WHERE community_id = {} AND code = {}",
            community_id,
            TRAINING,
        )
        training = rows[0]["id"] if rows else None
    return give_policy(policy, training)


def give_policy(policy: Policy, training: UUID | None = None) -> GivePolicy:
    """Return what a community's policy says about who gives help.

    The register does not know who is a woman. Where women may give help from an earlier age on,
    that age holds for the program, and the coordinator who approves a volunteer knows the rest.
    """
    ages = [policy[GIVE_AGE_MIN]]
    if policy[GIVE_AGE_MIN_WOMEN]:
        ages.append(policy[GIVE_AGE_MIN_WOMEN])
    return GivePolicy(
        age_min=min(ages),
        age_max=policy[GIVE_AGE_MAX],
        minors_with_guardian=policy[MINORS_WITH_GUARDIAN],
        minors_in_groups=policy[MINORS_IN_GROUPS],
        training=training,
    )


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(UTC).astimezone(zone).date()
