"""The rules of the catalogue, certificates and who may give what, in words above the code. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from timebank.care.errors import InvalidCareService, InvalidCertificate
from timebank.care.values import (
    GivePolicy,
    HeldCertificate,
    Needs,
    Person,
    Reason,
    VolunteerStanding,
)
from timebank.values import CareService

NAME_LENGTH_MAX: Final = 40
WORDS_LENGTH_MAX: Final = 200
USUAL_MINUTES: Final = range(15, 241, 15)
CREDIT_PER_HOUR_MIN: Final = 15
CREDIT_PER_HOUR_MAX: Final = 240


# A care service has a name in both languages, each its own in the community, and a description of
# at most 200 characters. It usually takes a quarter of an hour to four hours. For an hour of help a
# quarter of an hour to four hours pass; usually one. Somebody under age gives only what is of low
# risk and needs no certificate.


def check_care_service(draft: CareService) -> None:
    """Raise `InvalidCareService` for what no care service can be."""
    check_names(draft.name_zh, draft.name_en)
    for field in ("words_zh", "words_en"):
        if len(getattr(draft, field)) > WORDS_LENGTH_MAX:
            raise InvalidCareService(field, "too long", most=WORDS_LENGTH_MAX)
    if draft.usual_minutes not in USUAL_MINUTES:
        raise InvalidCareService("usual_minutes", "not offered")
    least, most = CREDIT_PER_HOUR_MIN, CREDIT_PER_HOUR_MAX
    if not least <= draft.credit_per_hour <= most:
        raise InvalidCareService("credit_per_hour", "out of bounds", least=least, most=most)
    if draft.minors and not draft.low_risk:
        raise InvalidCareService("minors", "not of low risk")
    if draft.minors and draft.certificate is not None:
        raise InvalidCareService("minors", "needs a certificate")


def check_names(name_zh: str, name_en: str) -> None:
    """Raise `InvalidCareService` for a name that is missing or too long in a language."""
    for field, name in (("name_zh", name_zh), ("name_en", name_en)):
        if not name.strip() or len(name) > NAME_LENGTH_MAX:
            raise InvalidCareService(field, "name", most=NAME_LENGTH_MAX)


# A certificate was given out on a day that is not to come, and after 1950; it ends after that day,
# within fifty years. It has a number of at most 40 characters, or none. A coordinator who checks it
# says what they saw, in at most 300 characters, and whoever ends it says why.

NUMBER_LENGTH_MAX: Final = 40
EVIDENCE_LENGTH_MAX: Final = 300
ISSUED_MIN: Final = date(1950, 1, 1)
YEARS_MAX: Final = 50


def check_certificate(number: str, issued_on: date, expires_on: date | None, today: date) -> None:
    """Raise `InvalidCertificate` for what no certificate can be."""
    if len(number) > NUMBER_LENGTH_MAX:
        raise InvalidCertificate("number", "too long")
    if issued_on > today:
        raise InvalidCertificate("issued_on", "to come")
    if issued_on < ISSUED_MIN:
        raise InvalidCertificate("issued_on", "too long ago")
    if expires_on is not None and expires_on <= issued_on:
        raise InvalidCertificate("expires_on", "before it began")
    if expires_on is not None and expires_on < today:
        raise InvalidCertificate("expires_on", "over")
    if expires_on is not None and expires_on.year > issued_on.year + YEARS_MAX:
        raise InvalidCertificate("expires_on", "too far ahead")


def check_evidence(field: str, text: str) -> str:
    """Return what somebody saw or why, without spaces around it; raise `InvalidCertificate`."""
    told = text.strip()
    if not told:
        raise InvalidCertificate(field, "missing")
    if len(told) > EVIDENCE_LENGTH_MAX:
        raise InvalidCertificate(field, "too long")
    return told


# Who may take a visit on, in the order in which it is asked. Whoever has asked to help and was not
# approved yet may not, nor whoever was declined, nor whoever the desk has let pause. Somebody under
# 18 helps only where the community allows it with a guardian who is on record, or as an assistant
# in a group that somebody else leads; only with care services that are for minors, and not where
# the community's own youngest age is above 18. For everybody else the community's youngest and
# oldest age count, both included. Where the community trains first, the training must be on record.
# A care service that needs a certificate is given only with one that was checked, and that is good
# on the day of the visit. Ages and days are those of the visit, on the community's clocks. Whose
# birth date nobody knows counts as of age: a coordinator has seen them.

OF_AGE: Final = 18


def age_on(birth_date: date, day: date) -> int:
    """Return how many birthdays somebody has had; one of 29 February counts on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def unfit(
    person: Person,
    needs: Needs,
    *,
    first_day: date,
    last_day: date,
    policy: GivePolicy,
    in_group: bool = False,
) -> tuple[Reason, UUID | None] | None:
    """Return why somebody may not take a visit on these days, and for want of which certificate.

    `in_group` is for whoever assists somebody who leads a group.
    """
    standing = _unfit_standing(person)
    if standing is not None:
        return standing, None
    aged = _unfit_age(person, needs, first_day, policy, in_group=in_group)
    if aged is not None:
        return aged, None
    days = (first_day, last_day)
    if policy.training is not None and not _good(person.certificates, policy.training, days):
        return Reason.NOT_TRAINED, policy.training
    if needs.certificate is None or _good(person.certificates, needs.certificate, days):
        return None
    ends = any(
        one.kind == needs.certificate and one.issued_on <= first_day for one in person.certificates
    )
    reason = Reason.CERTIFICATE_EXPIRES if ends else Reason.CERTIFICATE_MISSING
    return reason, needs.certificate


def _unfit_standing(person: Person) -> Reason | None:
    if person.standing is VolunteerStanding.PAUSED:
        return Reason.PAUSED
    return None if person.standing is VolunteerStanding.ACTIVE else Reason.NOT_APPROVED


def _unfit_age(
    person: Person, needs: Needs, day: date, policy: GivePolicy, *, in_group: bool
) -> Reason | None:
    if person.birth_date is None:
        return None
    age = age_on(person.birth_date, day)
    if age >= OF_AGE:
        if age < policy.age_min:
            return Reason.TOO_YOUNG
        return Reason.TOO_OLD if policy.age_max and age > policy.age_max else None
    in_group = in_group and policy.minors_in_groups
    if policy.age_min > OF_AGE or not (policy.minors_with_guardian or in_group):
        return Reason.TOO_YOUNG
    if not needs.minors:
        return Reason.NOT_FOR_MINORS
    return None if person.guardian or in_group else Reason.NO_GUARDIAN


def _good(held: Iterable[HeldCertificate], kind: UUID, days: tuple[date, date]) -> bool:
    first, last = days
    return any(
        one.kind == kind
        and one.issued_on <= first
        and (one.expires_on is None or last <= one.expires_on)
        for one in held
    )


# Stars thank somebody for the hours that they gave in all. Each has its own number of minutes, and
# whoever reaches it has that many stars; a star of 0 minutes is not given.


def stars(minutes: int, thresholds: Sequence[int]) -> int:
    """Return how many stars somebody has who gave so many minutes."""
    reached = [
        number for number, needed in enumerate(thresholds, start=1) if needed and minutes >= needed
    ]
    return max(reached, default=0)
