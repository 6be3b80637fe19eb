"""Delivery in words for people: how far a project is, its requests, and what a refusal means."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.wording import money, number
from marketplace.delivery import DeliveryState, DisbursementState, Tie, Verdict, errors
from marketplace.errors import MarketplaceError
from marketplace.funding.errors import PartsReserved

STATES: Final[Mapping[DeliveryState, tuple[str, str]]] = {
    DeliveryState.UNDER_WAY: (mark("Work under way"), mark("The work goes on.")),
    DeliveryState.DELIVERED: (
        mark("Work finished"),
        mark("All milestones are reported. Now the residents judge what was done."),
    ),
    DeliveryState.JUDGED: (
        mark("Judged"),
        mark("The residents have judged it. The last part of the money can be asked for."),
    ),
    DeliveryState.CLOSED: (mark("Closed"), mark("All of it is settled.")),
    DeliveryState.STOPPED: (
        mark("Stopped"),
        mark("The project was stopped. What was left went back to where it came from."),
    ),
}
"""For each state its name, and what it means."""

REQUEST_STATES: Final[Mapping[DisbursementState, str]] = {
    DisbursementState.ASKED: mark("Waits for two approvals"),
    DisbursementState.APPROVED_ONCE: mark("Waits for the second approval"),
    DisbursementState.PAID: mark("Paid out"),
    DisbursementState.REFUSED: mark("Not approved"),
    DisbursementState.WITHDRAWN: mark("Taken back by who asked"),
    DisbursementState.STOPPED: mark("Ended with its project"),
}

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.APPROVED: mark("Approved"),
    Verdict.REFUSED: mark("Not approved"),
}

TIES: Final[Mapping[Tie, str]] = {
    Tie.ASKER: mark("You asked for this money yourself, so two others decide."),
    Tie.UNDERTAKER: mark("You carry this project out, so two others decide about its money."),
    Tie.KIN: mark("You are kin to who asks, so two others decide."),
    Tie.ORGANISATION: mark("You belong to the group that carries this out, so two others decide."),
}
"""Why somebody may not decide about a request."""

_NOW: Final[Mapping[str, str]] = {
    "under_way": mark("The work is under way. Nothing was changed."),
    "delivered": mark("The project is finished already. Nothing was changed."),
    "judged": mark("The project was judged already. Nothing was changed."),
    "closed": mark("The project is closed. Nothing was changed."),
    "stopped": mark("The project was stopped. Nothing was changed."),
}

_DRIVE: Final[Mapping[str, str]] = {
    "open": mark("Money is still raised for this project. The work begins when its goal is met."),
    "missed": mark("The goal was not reached, so the work cannot begin. Raise money anew first."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    errors.NotBegun: mark("The work on this project has not begun."),
    errors.Begun: mark("The work on this project has begun already. Nothing was changed."),
    errors.NotChosen: mark("Only a project that the residents chose is carried out."),
    errors.NotYourProject: mark("Only who carries the project out can do this."),
    errors.NotYoursToDecide: mark("This is for others to decide. Nothing was changed."),
    errors.ReportedAlready: mark("This milestone was reported already. The report stands."),
    PartsReserved: mark(
        "A payment or somebody’s hours for this project are not settled yet. Settle them first; "
        "nothing was changed."
    ),
    errors.Conflicted: mark(
        "You have another part in this project, or a tie to somebody who does. By this community's "
        "rules somebody else approves it."
    ),
    errors.ApprovedAlready: mark(
        "You have approved this request already. The second approval is another person’s."
    ),
}

_FIELDS: Final[Mapping[tuple[str, str], str]] = {
    ("words", "missing"): mark("Write something first."),
    ("why", "missing"): mark("Say why. Everybody can read the reason."),
    ("purpose", "missing"): mark("Say what the money is for."),
    ("amount", "missing"): mark("Write the amount in yuan, such as 1200 or 1200.50."),
    ("amount", "too much"): mark("That is more than any project has."),
    ("line", "unknown"): mark("Choose a line of the budget."),
    ("done_on", "missing"): mark("Say on which day it was done."),
    ("done_on", "future"): mark("That day lies ahead. A milestone is reported when it is done."),
    ("done_on", "too early"): mark("On that day the work had not begun yet."),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    told: tuple[str, str] | None = None
    match refusal:
        case errors.InvalidDelivery(field=field, why="too long", most=most):
            told = field, _("Say it in at most %(most)s characters.") % {"most": number(most)}
        case errors.InvalidDelivery(field=field, why=why):
            told = field, _(_FIELDS.get((field, why), mark("Please look at this again.")))
        case errors.BeyondBalance():
            told = "amount", _beyond(refusal)
        case errors.BeyondLine():
            told = "amount", _beyond_line(refusal)
        case errors.TooManyPhotos(most=most):
            told = "photos", _("At most %(most)s photographs.") % {"most": number(most)}
        case errors.ReceiptUnfit():
            told = "receipts", _paper(refusal)
    return told


def _paper(refusal: errors.ReceiptUnfit) -> str:
    match refusal.why:
        case "none":
            return _("Add the paper: a receipt, an invoice or an offer.")
        case "too many":
            return _("At most %(most)s papers.") % {"most": number(refusal.most)}
    return _("This paper is empty, too large, or of another kind.")


def _beyond(refusal: errors.BeyondBalance) -> str:
    told = _("At most %(free)s can be asked for now.") % {"free": money(refusal.free_fen)}
    if refusal.kept_back_fen:
        words = _("The last part, %(kept)s, waits until the residents have judged the project.")
        told = f"{told} {words % {'kept': money(refusal.kept_back_fen)}}"
    return told


def _beyond_line(refusal: errors.BeyondLine) -> str:
    free = money(refusal.free_fen)
    if not refusal.line:
        words = _("Choose a line of the budget: only %(free)s of the money is in none.")
        return words % {"free": free}
    words = _(
        "“%(line)s” has %(free)s left. Ask for less, or first ask in public to move money there."
    )
    return words % {"line": refusal.line, "free": free}


def refusal_words(refusal: MarketplaceError) -> str:
    """Return what to tell whom delivery refuses."""
    field = wrong_field(refusal)
    if field is not None:
        return field[1]
    match refusal:
        case errors.DeliveryMoved(state=state):
            told = _(_NOW.get(state, mark("The project stands elsewhere now.")))
        case errors.NotFunded(state=state):
            told = _(_DRIVE.get(state, mark("The project is not funded yet.")))
        case errors.DisbursementMoved(state=state):
            words = _("This request has been settled meanwhile: %(state)s.")
            told = words % {"state": _(REQUEST_STATES[DisbursementState(state)])}
        case errors.TiedToIt(tie=tie):
            told = _(TIES[Tie(tie)])
        case errors.MilestonesOpen(left=left):
            told = ngettext(
                "%(num)s milestone is not reported yet. Report it first.",
                "%(num)s milestones are not reported yet. Report them first.",
                left,
            ) % {"num": number(left)}
        case _:
            told = _(_SENTENCES.get(type(refusal), mark("That did not work. Nothing was changed.")))
    return told
