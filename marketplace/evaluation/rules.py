"""What an evaluation allows and counts, as pure functions; each policy stands above its code."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from marketplace.errors import TooLong, WordsMissing
from marketplace.evaluation.errors import FindingsWrong, MarksMissing, PhotosWrong, TermWrong
from marketplace.evaluation.values import (
    MARKS,
    Aspect,
    Check,
    CheckAnswer,
    Finding,
    Result,
    Score,
    SignOffDraft,
    WhyNot,
)

LENGTHS_MAX: Final[Mapping[str, int]] = MappingProxyType(
    {"comment": 600, "words": 1000, "finding": 300, "reply": 2000, "why": 300, "summary": 3000,
     "photo": 120, "reason": 500}
)  # fmt: skip
"""The most characters that each text may have."""

PHOTOS_MAX: Final = 6
PHOTO_BYTES_MAX: Final = 1024 * 1024
CANNOT_SAY: Final = 0


# Of all who could be asked, only so many are: who they are, nobody chooses. Everybody is put in the
# order of the hash of the evaluation's id with their own, and the first are asked. Whoever knows
# the two ids can work it out again.
def drawn(candidates: Iterable[UUID], most: int, seed: UUID) -> list[UUID]:
    """Return at most so many of the candidates, drawn by the seed, whatever their order."""

    def lot(one: UUID) -> tuple[bytes, UUID]:
        return hashlib.sha256(seed.bytes + one.bytes).digest(), one

    return sorted(set(candidates), key=lot)[:most]


# Who carried the project out does not rate it, nor who is of the organisation that did, nor who
# approved its payments, nor the kin of any of them. Of those who may, a resident of the project's
# area, and whoever raised or seconded the need, gave or helped.
def why_not(
    member_id: UUID, *, barred: Mapping[UUID, WhyNot], took_part: bool, lives_here: bool
) -> WhyNot | None:
    """Return why a member does not rate; None where nothing is in the way."""
    if member_id in barred:
        return barred[member_id]
    return None if took_part or lives_here else WhyNot.ELSEWHERE


# A mark is 1 to 5. Whoever cannot say says so, and that counts as no mark; but a rating in which
# nothing is said is none.
def marks(given: Mapping[Aspect, int], aspects: Sequence[Aspect]) -> tuple[int, ...]:
    """Return the marks in the order of the aspects. Raises `MarksMissing`."""
    for aspect in aspects:
        if given.get(aspect) not in {CANNOT_SAY, *MARKS}:
            raise MarksMissing(aspect)
    found = tuple(given[aspect] for aspect in aspects)
    if not any(found):
        raise MarksMissing(aspects[0])
    return found


def score(given: Iterable[int]) -> Score:
    """Return how often each mark was given; who could not say is left out."""
    every = list(given)
    one, two, three, four, five = (every.count(mark) for mark in MARKS)
    return Score((one, two, three, four, five))


# Nobody is singled out: as long as fewer than so many rated, only their number is shown. An aspect
# that fewer gave a mark is not shown either, and the marks of all together are those of the shown
# aspects, so that taking one from the other tells nothing.
def result(
    ratings: Collection[Sequence[int]], aspects: Sequence[Aspect], *, shown_from: int
) -> Result:
    """Return what everybody may know of the ratings, each with a mark for every aspect."""
    enough = len(ratings) >= shown_from
    shown: dict[Aspect, Score | None] = {}
    for place, aspect in enumerate(aspects):
        found = score(one[place] for one in ratings)
        shown[aspect] = found if enough and found.raters >= shown_from else None
    scores = [one for one in shown.values() if one is not None]
    overall = sum(scores[1:], scores[0]) if scores else None
    return Result(len(ratings), shown_from, overall, MappingProxyType(shown))


def text(field: str, words: str, *, most: int, needed: bool = True) -> str:
    """Return words without spaces around them. Raises `WordsMissing`, `TooLong`."""
    trimmed = words.strip()
    if needed and not trimmed:
        raise WordsMissing(field)
    if len(trimmed) > most:
        raise TooLong(field, most=most)
    return trimmed


# The checklist's answers carry the outcome: a point that is not so sends the project back, with
# words about that point and a day by which it is mended. Where every point is so, or does not
# apply, the project has passed.
def passes(findings: Iterable[Finding]) -> bool:
    """Whether nothing was found wanting."""
    return all(one.answer is not CheckAnswer.NO for one in findings)


def sign_off(
    draft: SignOffDraft, checks: Sequence[Check], *, today: date, days_max: int
) -> SignOffDraft:
    """Return a sign-off as it is kept, its findings in the order of the checklist.

    Raises `FindingsWrong`, `TermWrong`, `PhotosWrong`, `WordsMissing`, `TooLong`.
    """
    given = {one.check: one for one in draft.findings}
    findings = []
    for check in checks:
        found = given.get(check)
        if found is None:
            raise FindingsWrong(check)
        words = text(check, found.words, most=LENGTHS_MAX["finding"], needed=False)
        if found.answer is CheckAnswer.NO and not words:
            raise FindingsWrong(f"{check}_words")
        findings.append(Finding(check, found.answer, words))
    words = text("words", draft.words, most=LENGTHS_MAX["words"])
    mend_by = None if passes(findings) else draft.mend_by
    first, last = today + timedelta(days=1), today + timedelta(days=days_max)
    if not passes(findings) and (mend_by is None or not first <= mend_by <= last):
        raise TermWrong(first, last)
    photos = tuple(
        (image, text("photos", beside, most=LENGTHS_MAX["photo"], needed=False))
        for image, beside in draft.photos
    )
    sizes = [len(image) for image, _beside in photos]
    if len(photos) > PHOTOS_MAX or any(not 0 < size <= PHOTO_BYTES_MAX for size in sizes):
        raise PhotosWrong(PHOTOS_MAX)
    return SignOffDraft(tuple(findings), words, mend_by, photos)


# A comment stands where its id's hash puts it: the order tells nothing of who came when.
def comment_order(rating_id: UUID) -> bytes:
    """Return what comments are sorted by."""
    return hashlib.sha256(rating_id.bytes).digest()
