"""The form that enters a certificate, and certificates as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import ledger
from app.care_words import CERTIFICATE_STATES, kind_name, wrong_field
from app.days import typed_day
from app.forms import Form
from app.i18n import gettext as _
from app.wording import printed_day
from timebank import TimebankError, care
from timebank.care import Certificate, CertificateState, Claim


@dataclass(frozen=True, slots=True)
class Line:
    """A certificate in words: its kind, where it stands, and until when it is good."""

    certificate: Certificate
    kind: str
    state: str
    good: bool
    until: str


def fresh() -> Form:
    """Return an empty form with an id of its own."""
    return Form.of({"key": str(ledger.new_id())})


def read(form: Form, key: UUID | None) -> Claim | None:
    """Return what a form says of a certificate; None with what is missing refused."""
    kind = None
    try:
        kind = UUID(form.value("kind"))
    except ValueError:
        form.refuse("kind", _("Choose what kind of certificate it is."))
    issued = typed_day(form, "issued_on")
    if issued is None:
        form.refuse("issued_on", _("Write the day on which it was given out."))
    expires = typed_day(form, "expires_on")
    if kind is None or issued is None or not form.ok:
        return None
    return Claim(key or ledger.new_id(), kind, issued, expires, form.value("number"))


def refuse(form: Form, refusal: TimebankError) -> None:
    """Say at the right field what was refused; raise it again where it is about no field."""
    field = wrong_field(refusal)
    if field is None:
        raise refusal
    name, words = field
    form.refuse("kind" if name == "certificate" else name, words)


async def kinds(community_id: UUID) -> list[tuple[str, str]]:
    """Return the kinds of certificate to choose from."""
    found = await care.certificate_kinds(community_id)
    return [(str(one.id), kind_name(one)) for one in found]


def lines(certificates: Iterable[Certificate], today: date) -> list[Line]:
    """Return certificates as a page shows them on a day."""
    return [_line(one, today) for one in certificates]


def _line(one: Certificate, today: date) -> Line:
    over = one.state is CertificateState.VERIFIED and one.expired(today)
    state = _("Over") if over else _(CERTIFICATE_STATES[one.state])
    until = printed_day(one.expires_on) if one.expires_on else _("without an end")
    good = one.state is CertificateState.VERIFIED and not over
    return Line(one, kind_name(one.kind), state, good, until)
