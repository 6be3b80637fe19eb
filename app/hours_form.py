"""What forms about saved hours share: an amount as hours and minutes, a pasted list of elders."""

import unicodedata
from typing import Final
from uuid import UUID

import community
from app.forms import Form
from app.i18n import gettext as _
from app.phones import e164
from community import Listed, Role
from timebank.hours.proposal_rules import LINES_MAX

HOURS_DIGITS_MAX: Final = 4
LIST_CHARACTERS_MAX: Final = 40_000


def read_amount(form: Form) -> int | None:
    """Return an amount typed as hours and minutes, in minutes; None with the field refused."""
    typed = [_whole(form.value(name)) for name in ("hours", "minutes")]
    if None in typed or not (form.value("hours") or form.value("minutes")):
        form.refuse("minutes", _("Type whole numbers, such as 1 h 30 min."))
        return None
    whole, minutes = typed
    return (whole or 0) * 60 + (minutes or 0)


def amount_values(minutes: int) -> dict[str, str]:
    """Return an amount as the form's two fields show it."""
    whole, rest = divmod(minutes, 60)
    return {"hours": str(whole) if whole else "", "minutes": str(rest) if rest or not whole else ""}


def _whole(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text).strip()  # full-width digits too
    if not plain:
        return 0
    usable = plain.isascii() and plain.isdigit() and len(plain) <= HOURS_DIGITS_MAX
    return int(plain) if usable else None


async def read_elders(form: Form, name: str, *, community_id: UUID) -> list[UUID] | None:
    """Return the elders whom a pasted list names, one a line; None with the field refused.

    A line is a full name; where several elders have it, a telephone or roster number after it says
    which one. Every line that cannot be read is named at once, so that one look mends them all.
    """
    text = form.value(name)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(text) > LIST_CHARACTERS_MAX or len(lines) > LINES_MAX:
        form.refuse(name, _("At most %(most)s lines at once.") % {"most": LINES_MAX})
        return None
    found, wrong = [], []
    for line in lines:
        one = await _elder(line, community_id=community_id)
        if one is None:
            wrong.append(line)
        else:
            found.append(one)
    if wrong:
        form.refuse(
            name,
            _("Nobody, or more than one elder, was found for: %(lines)s. Add a telephone number.")
            % {"lines": _(", ").join(wrong[:10])},
        )
        return None
    if not found:
        form.refuse(name, _("Name at least one elder."))
        return None
    return found


async def _elder(line: str, *, community_id: UUID) -> UUID | None:
    """Return the one elder whom a line names, if there is just one."""
    parts = line.replace("，", " ").replace(",", " ").replace("\t", " ").split()
    words = [part for part in parts if not any(sign.isdigit() for sign in part)]
    numbers = [part for part in parts if part not in words]
    name = " ".join(words)
    if not name:
        return None
    page = await community.directory_page(community_id, name=name, role=Role.ELDER)
    named = [one for one in page.members if "".join(one.name.split()) == "".join(words)]
    if numbers:
        said = "".join(numbers)
        named = [one for one in named if await _has_number(one, said, community_id)]
    return named[0].id if len(named) == 1 else None


async def _has_number(one: Listed, said: str, community_id: UUID) -> bool:
    if one.phone is not None and e164(said) == one.phone:
        return True
    known = await community.details_of(one.id, community_id=community_id)
    return known.roster_number is not None and known.roster_number == said
