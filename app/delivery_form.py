"""Forms of a project's work: photographs of several at once, and a request with its papers."""

from typing import Final

from litestar.datastructures import FormMultiDict

from app import pictures
from app.amounts import fen_of_yuan
from app.forms import Form
from app.i18n import gettext as _
from app.pictures import PHOTO_BYTES_MAX
from app.plan_files import handed_in
from marketplace.delivery import DisbursementDraft, ReceiptDraft
from marketplace.delivery.rules import PHOTOS_MAX

PHOTOS_BYTES_MAX: Final = PHOTOS_MAX * PHOTO_BYTES_MAX


async def photos_of(form: FormMultiDict, field: str) -> list[bytes]:
    """Return the photographs of a field as JPEG, without the camera's data. Raises `Unfit`."""
    return await pictures.photos_of(form, field, most=PHOTOS_MAX)


def draft_of(form: Form) -> DisbursementDraft:
    """Read a request; an amount that cannot be read is nothing, which the verb refuses."""
    return DisbursementDraft(
        fen_of_yuan(form.value("amount")) or 0, form.value("purpose"), form.value("line")
    )


def look_at(form: Form, papers: list[ReceiptDraft]) -> None:
    """Say of each field of a request at once that it was left out; the verb knows the rest."""
    if not fen_of_yuan(form.value("amount")):
        form.refuse("amount", _("Write the amount in yuan, such as 1200 or 1200.50."))
    if not form.value("purpose"):
        form.refuse("purpose", _("Say what the money is for."))
    if not papers:
        form.refuse("receipts", _("Add the paper: a receipt, an invoice or an offer."))


async def papers_of(submitted: FormMultiDict, form: Form) -> list[ReceiptDraft]:
    """Return the papers that were handed in, looked at by their content. Raises `Unfit`."""
    public = form.value("public") == "yes"
    return [
        ReceiptDraft(name, kind, body, public)
        for name, kind, body in await handed_in(submitted, "receipts")
    ]
