"""The form in which a treasurer enters money that came in, with its scanned paper."""

from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar.datastructures import FormMultiDict

from app.days import typed_day
from app.forms import Form
from app.funding_form import yuan
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.named_field import Asked, Candidates, read_named
from app.plan_files import PICTURE_BYTES_MAX, handed_in
from app.uploads import AROUND_BYTES, Unfit
from marketplace.funding.rules import FILE_BYTES_MAX, FILE_KINDS
from marketplace.funding.values import BY_HAND, ContributionId, Gift, LiesIn, Source

YES, NO = "yes", "no"
MEMBER, ORGANISATION, OTHER, NOBODY = "member", "organisation", "other", "nobody"
"""Who gave, as the form has it."""

FORM_BYTES_MAX: Final = PICTURE_BYTES_MAX + AROUND_BYTES * 4


async def paper(submitted: FormMultiDict, form: Form) -> tuple[str, bytes] | None:
    """Return the kind and content of the scanned paper; None for none, or with it refused.

    A photograph is written anew, so that nothing comes in with it.
    """
    try:
        given = await handed_in(submitted, "paper")
    except Unfit as refusal:
        form.refuse("paper", refusal.why)
        return None
    if not given:
        return None
    _name, kind, body = given[0]
    if kind not in FILE_KINDS or len(body) > FILE_BYTES_MAX:
        form.refuse("paper", _("Choose a PDF or a picture of at most 5 megabytes."))
        return None
    return kind, body


async def read(
    form: Form, key: UUID, *, community_id: UUID, zone: ZoneInfo
) -> tuple[Gift | None, Candidates]:
    """Return the gift that a form describes, None with what is wrong refused; and namesakes.

    Its paper is the one whose hash the form keeps.
    """
    source, giver = form.value("source"), form.value("giver")
    if source not in BY_HAND:
        form.refuse("source", _("Choose how the money came."))
    fen, day = yuan(form, "amount"), _day(form, zone)
    if giver not in {MEMBER, ORGANISATION, OTHER, NOBODY}:
        form.refuse("giver", _("Say who gave it, or choose “nobody knows”."))
    member_id, namesakes = await _member(form, community_id)
    organisation_id = uuid_or_none(form.value("organisation")) if giver == ORGANISATION else None
    if giver == ORGANISATION and organisation_id is None:
        form.refuse("organisation", _("Choose the organisation."))
    name = form.value("name") if giver == OTHER else ""
    if giver == OTHER and not name:
        form.refuse("name", _("Write the giver's name."))
    if (source == Source.ORGANISATION) != (giver == ORGANISATION):
        form.refuse("giver", _("A gift by an organisation comes from one, and no other does."))
    lies_in = form.value("lies_in") or LiesIn.BANK.value
    if lies_in not in {LiesIn.BANK, LiesIn.CASH_BOX}:
        form.refuse("lies_in", _("Choose one of these."))
    if not form.value("kept"):
        form.refuse("paper", _("Choose the scanned paper."))
    if fen is None or day is None or not form.ok:
        return None, namesakes
    gift = Gift(
        id=ContributionId(key),
        source=Source(source),
        amount_fen=fen,
        receipt=form.value("kept"),
        received_on=day,
        member_id=member_id,
        organisation_id=organisation_id,
        name=name,
        anonymous=form.value("named") != YES or giver == NOBODY,
        lies_in=LiesIn(lies_in),
    )
    return gift, namesakes


def _day(form: Form, zone: ZoneInfo) -> date | None:
    day = typed_day(form, "received_on")
    if day is None:
        form.refuse("received_on", _("Choose the day on which the money came."))
    elif day > datetime.now(UTC).astimezone(zone).date():
        form.refuse("received_on", _("Choose a day that has come already."))
    return day


async def _member(form: Form, community_id: UUID) -> tuple[UUID | None, Candidates]:
    if form.value("giver") != MEMBER:
        return None, []
    asked = Asked(
        missing=_("Type the full name."),
        nobody=_("Nobody here has exactly this name."),
        several=_("Several members have this name. Choose which one."),
        field="member_name",
    )
    return await read_named(form, asked, community_id=community_id)
