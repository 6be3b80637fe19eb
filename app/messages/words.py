"""The words of each kind of message, in English here and in Chinese in the catalog.

A kind has a title and one or two sentences. A gap in them is filled with what the verb told, said
as a person says it in the member's own language: a moment as "tomorrow at 3 pm", minutes as hours
and minutes. An SMS carries the sentences alone, so they must say everything.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.i18n import Language, current_language, mark, speaking
from app.i18n import gettext as _
from app.messages.aftercare_words import AFTERCARE
from app.messages.community_words import COMMUNITY
from app.messages.delivery_words import DELIVERY
from app.messages.evaluation_words import EVALUATION
from app.messages.gaps import Gap, Words
from app.messages.marketplace_words import MARKETPLACE
from app.messages.time_bank_words import TIME_BANK
from app.messages.work_words import WORK
from app.wording import duration, money, number, spoken_day, spoken_time
from community import DelegatedAct, Role


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message as one member reads it."""

    title: str
    sentence: str


KINDS: Final[Mapping[str, Words]] = {
    **TIME_BANK,
    **COMMUNITY,
    **MARKETPLACE,
    **AFTERCARE,
    **DELIVERY,
    **WORK,
    **EVALUATION,
}

ROLES: Final[Mapping[Role, str]] = {
    Role.RESIDENT: mark("a resident"),
    Role.VOLUNTEER: mark("a volunteer"),
    Role.ELDER: mark("an elder"),
    Role.DELEGATE: mark("a delegate"),
    Role.COORDINATOR: mark("a coordinator"),
    Role.PHONE_OPERATOR: mark("a phone operator"),
    Role.TREASURER: mark("a treasurer"),
    Role.AUDITOR: mark("an auditor"),
    Role.ADMINISTRATOR: mark("an administrator"),
}

DELEGATED: Final[Mapping[DelegatedAct, str]] = {
    DelegatedAct.REQUEST: mark("ask for help"),
    DelegatedAct.CONFIRM: mark("confirm visits"),
    DelegatedAct.PASSBOOK: mark("see the passbook"),
}

UNKNOWN: Final = Words(mark("A message"), mark("Open Linli to read it."))
"""For a kind that this program does not know, such as one of a newer program's."""


def speak(
    kind: str,
    fill: Mapping[str, Any],
    *,
    language: Language,
    zone: ZoneInfo,
    lasting: bool = False,
    now: datetime | None = None,
) -> Spoken:
    """Return a message in a language. A fill that does not fit its gap is shown as it is.

    `lasting` is for what may be read on another day than it is said: it never says "tomorrow".
    """
    words = KINDS.get(kind, UNKNOWN)
    clock = _Clock(zone, now or datetime.now(UTC), lasting=lasting)
    with speaking(language):
        said = {name: _say(name, gap, fill, clock) for name, gap in words.gaps.items()}
        return Spoken(_(words.title), _spaced(_(words.sentence), said) % said)


@dataclass(frozen=True, slots=True)
class _Clock:
    zone: ZoneInfo
    now: datetime
    lasting: bool

    def beside(self, day: date) -> datetime:
        """Return the moment that days are said from: one far from the day, where it must last."""
        if not self.lasting or abs((day - self.now.astimezone(self.zone).date()).days) > _NEAR:
            return self.now
        earlier = self.now - _FAR
        same_year = earlier.astimezone(self.zone).year == self.now.astimezone(self.zone).year
        return earlier if same_year else self.now + _FAR


_NEAR: Final = 2  # days that have a name of their own
_FAR: Final = timedelta(days=10)


# Chinese text and a figure have a space between them, as everywhere on the site.
_BEHIND_CHINESE: Final = re.compile(r"(?<=[\u4e00-\u9fff])%\((\w+)\)s")


def _spaced(sentence: str, said: Mapping[str, str]) -> str:
    return _BEHIND_CHINESE.sub(
        lambda gap: f" {gap[0]}" if said[gap[1]][:1].isdigit() else gap[0], sentence
    )


def _say(name: str, gap: Gap, fill: Mapping[str, Any], clock: _Clock) -> str:
    if gap is Gap.BOTH:
        return _one_line(fill.get(f"{name}_{current_language()}", ""))
    given = fill.get(name, "")
    try:
        return _SAYING[gap](given, clock)
    except (ValueError, TypeError):
        return _one_line(given)


def _moment(given: Any, clock: _Clock) -> str:
    moment = datetime.fromisoformat(given)
    beside = clock.beside(moment.astimezone(clock.zone).date())
    return spoken_time(moment, clock.zone, beside)


def _day(given: Any, clock: _Clock) -> str:
    day = date.fromisoformat(given)
    return spoken_day(day, clock.beside(day).astimezone(clock.zone).date())


def _acts(given: Any, _clock: _Clock) -> str:
    acts = [_(DELEGATED[DelegatedAct(one)]) for one in str(given).split(",") if one]
    return _(", ").join(acts)


def _one_line(given: Any) -> str:
    """Return text without line breaks and other control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(given)).split())


_SAYING: Final[Mapping[Gap, Callable[[Any, _Clock], str]]] = {
    Gap.TEXT: lambda given, _clock: _one_line(given),
    Gap.NUMBER: lambda given, _clock: number(int(given)),
    Gap.MINUTES: lambda given, _clock: duration(int(given)),
    Gap.FEN: lambda given, _clock: money(int(given)),
    Gap.MOMENT: _moment,
    Gap.DAY: _day,
    Gap.ROLE: lambda given, _clock: _(ROLES[Role(given)]),
    Gap.ACTS: _acts,
}
