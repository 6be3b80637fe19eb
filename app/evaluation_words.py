"""Evaluations in words for people: aspects, marks, the checklist, scores, and every refusal."""

from collections.abc import Mapping
from typing import Final

from app.deliberation_words import REASONS as REPORTS
from app.deliberation_words import refusal_words as talk_refusal
from app.i18n import gettext as _
from app.i18n import mark
from app.wording import number, printed_day
from marketplace import evaluation
from marketplace.deliberation import ReportReason
from marketplace.delivery.errors import NotBegun, NotYourProject
from marketplace.errors import MarketplaceError, TooLong, WordsMissing
from marketplace.evaluation import Aspect, Check, CheckAnswer, Invited, Score, WhyNot
from marketplace.funding.values import Source

ASPECTS: Final[Mapping[Aspect, str]] = {
    Aspect.USEFUL: mark("Useful"),
    Aspect.WELL_MADE: mark("Well made"),
    Aspect.AS_PROMISED: mark("As promised"),
    Aspect.WORTH_IT: mark("Worth its money"),
    Aspect.INVOLVED: mark("Residents involved"),
}
QUESTIONS: Final[Mapping[Aspect, str]] = {
    Aspect.USEFUL: mark("Is it useful?"),
    Aspect.WELL_MADE: mark("Is it well made?"),
    Aspect.AS_PROMISED: mark("Is it as it was promised?"),
    Aspect.WORTH_IT: mark("Is it worth its money?"),
    Aspect.INVOLVED: mark("Were residents involved as they should be?"),
}
MARKS: Final[Mapping[int, str]] = {
    5: mark("5: very content"),
    4: mark("4: content"),
    3: mark("3: so-so"),
    2: mark("2: not content"),
    1: mark("1: not content at all"),
    0: mark("I cannot say"),
}
CHECKS: Final[Mapping[Check, tuple[str, str]]] = {
    Check.AS_PLANNED: (mark("As planned"), mark("Is all there that the plan says?")),
    Check.SAFE: (mark("Safe"), mark("Can nobody come to harm?")),
    Check.MATERIALS: (mark("Materials"), mark("Are the materials those of the plan?")),
    Check.TIDY: (mark("Tidy"), mark("Was the place left tidy?")),
    Check.ACCESSIBLE: (
        mark("Usable by all"),
        mark("Can elders and people with disabilities use it?"),
    ),
    Check.RECEIPTS: (mark("Receipts"), mark("Do the receipts fit what you see?")),
    Check.LOOKED_AFTER: (mark("Looked after"), mark("Does somebody look after it from now on?")),
}
ANSWERS: Final[Mapping[CheckAnswer, str]] = {
    CheckAnswer.YES: mark("Yes"),
    CheckAnswer.NO: mark("Not so"),
    CheckAnswer.NOT_HERE: mark("Does not apply"),
}
WHY_NOT: Final[Mapping[WhyNot, str]] = {
    WhyNot.UNDERTAKER: mark("You carried this project out, so others judge it."),
    WhyNot.APPROVER: mark("You approved this project's payments, so others judge it."),
    WhyNot.KIN: mark(
        "Somebody of your family carried it out or approved its payments, so others judge it."
    ),
    WhyNot.ELSEWHERE: mark("Those judge it who live in its area or took part in it."),
}
INVITED: Final[Mapping[Invited, str]] = {
    Invited.SECONDED: mark("stood behind the need"),
    Invited.GAVE: mark("gave money"),
    Invited.HELPED: mark("helped"),
    Invited.LIVES_HERE: mark("lives here, drawn by lot"),
}
SOURCES: Final[Mapping[Source, str]] = {
    Source.PUBLIC_BUDGET: mark("Public budget of the round"),
    Source.CARD: mark("Gifts by card"),
    Source.ALIPAY: mark("Gifts by Alipay"),
    Source.WECHAT_PAY: mark("Gifts by WeChat Pay"),
    Source.CASH: mark("Gifts in cash"),
    Source.BANK: mark("Gifts by bank transfer"),
    Source.ORGANISATION: mark("Gifts of organisations"),
    Source.MATCHING: mark("Added by a matching fund"),
}
REASONS: Final[Mapping[ReportReason, str]] = {
    **REPORTS,
    ReportReason.OFF_TOPIC: mark("It has nothing to do with this project"),
}

_MISSING: Final = {
    "why": mark("Say why. Everybody can read the reason."),
    "words": mark("Write something first."),
    "reply": mark("Write your reply first."),
    "reason": mark("Give the reason. Everybody can read it."),
    "summary": mark("Say in a few sentences how it went."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    evaluation.NotDelivered: mark("Only a delivered project is judged."),
    evaluation.EvaluationOver: mark(
        "The time for ratings is over. What you gave before stands; nothing was changed."
    ),
    evaluation.NotAnInspector: mark(
        "Only coordinators, auditors, and residents named for this project sign it off."
    ),
    evaluation.ApprovedItsMoney: mark(
        "You approved this project's money. By this community's rules somebody else inspects it."
    ),
    evaluation.CloseToUndertaker: mark(
        "Whoever carried the project out, is of their group or their family does not inspect it."
    ),
    evaluation.SignedAlready: mark("You have signed already. Your first signature stands."),
    evaluation.NotTheUndertaker: mark("Only whoever carried the project out replies."),
    evaluation.RepliedAlready: mark("There is a reply already; it stays as it is."),
    evaluation.NotYetClosed: mark("The score is not there yet. Come back when it is published."),
    evaluation.SummedUpAlready: mark("This project is summed up already. Nothing was changed."),
    evaluation.NotJudged: mark("A project is summed up once residents have judged it."),
    evaluation.MoneyOnItsWay: mark(
        "A request for money, or somebody's hours, still wait. Settle them first; then sum up."
    ),
    evaluation.NamedAlready: mark("They are named as an inspector already."),
    evaluation.GoneComment: mark("These words are gone meanwhile. Nothing was changed."),
    evaluation.OwnComment: mark("These are your own words. Nothing was changed."),
    evaluation.NotYourComment: mark("Only whoever wrote this asks for a second look."),
    evaluation.CommentReported: mark(
        "You have reported these words before. A coordinator looks at them."
    ),
    evaluation.NothingToRule: mark("A colleague was faster: nothing waits here any more."),
    evaluation.LookAsked: mark("A second look is asked for once, for words that are hidden."),
    NotBegun: mark("The work on this project has not begun."),
    NotYourProject: mark("Only whoever carried the project out, or a coordinator, can do this."),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case WordsMissing(field=field):
            told = field, _(_MISSING.get(field, _MISSING["words"]))
        case TooLong(field=field, most=most):
            told = field, _("Say it in at most %(most)s characters.") % {"most": number(most)}
        case evaluation.MarksMissing(field=field):
            told = field, _("Choose a mark, or say that you cannot say; one mark at least.")
        case evaluation.FindingsWrong(field=field):
            words = _("Say in a few words what is wrong.")
            told = field, words if field.endswith("_words") else _("Choose an answer.")
        case evaluation.TermWrong(first=first, last=last):
            words = _("Choose a day from %(first)s to %(last)s.")
            told = "mend_by", words % {"first": printed_day(first), "last": printed_day(last)}
        case evaluation.PhotosWrong(most=most):
            told = "photos", _("Add at most %(most)s photographs.") % {"most": most}
        case _:
            return None
    return told


def refusal_words(refusal: MarketplaceError) -> str:
    """Return a refusal as one or two sentences for the person who met it."""
    if isinstance(refusal, evaluation.NotARater):
        return _(WHY_NOT[WhyNot(refusal.reason)])
    if type(refusal) in _SENTENCES:
        return _(_SENTENCES[type(refusal)])
    field = wrong_field(refusal)
    return field[1] if field else talk_refusal(refusal)


def mean_words(score: Score) -> str:
    """Return a mean with one decimal place, rounded half up from the exact fraction: `4.3`."""
    tenths = (20 * score.total + score.raters) // (2 * score.raters)
    return f"{tenths // 10}.{tenths % 10}"


def spread_words(score: Score) -> str:
    """Return how often each mark was given, the best first; what nobody gave is left out."""
    words = _("mark %(mark)s: %(count)s")
    given = [(5 - place, count) for place, count in enumerate(reversed(score.counts)) if count]
    return _(", ").join(words % {"mark": one, "count": number(count)} for one, count in given)


def exact_words(score: Score) -> str:
    """Return the exact mean as a fraction in lowest terms: `13/3`, or `4`."""
    return str(score.mean)


def check_words(check: Check) -> str:
    """Return a point of the checklist in a word or two."""
    return _(CHECKS[check][0])


def answer_words(answer: CheckAnswer) -> str:
    """Return what an inspector found of a point."""
    return _(ANSWERS[answer])


IN_TEMPLATES: Final = {
    "mean_words": mean_words,
    "exact_words": exact_words,
    "spread_words": spread_words,
    "check_words": check_words,
    "answer_words": answer_words,
}
"""What the templates of evaluations and summaries say with."""
