"""The marketplace in words for people: categories, rules, ballots, and votes."""

from typing import Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.wording import money, number
from marketplace import Category
from marketplace.counting import Completion, Rule, Satisfaction
from marketplace.pabulib.amounts import as_text

CATEGORIES: Final = {
    Category.ELDER_CARE: mark("Care for elders"),
    Category.CULTURE: mark("Culture"),
    Category.ENVIRONMENT: mark("Environment and hygiene"),
    Category.SELF_MANAGEMENT: mark("Neighbours running things themselves"),
    Category.YOUTH: mark("Children and teenagers"),
}

CATEGORY_ICONS: Final = {
    Category.ELDER_CARE: "hand-heart",
    Category.CULTURE: "music",
    Category.ENVIRONMENT: "sprout",
    Category.SELF_MANAGEMENT: "users",
    Category.YOUTH: "graduation-cap",
}

RULES: Final = {
    Rule.GREEDY: mark("Most votes first"),
    Rule.GREEDY_NO_SKIP: mark("Most votes first, until one no longer fits"),
    Rule.MES: mark("Equal shares"),
}

POINTED_RULES: Final = {
    Rule.GREEDY: mark("Most points first"),
    Rule.GREEDY_NO_SKIP: mark("Most points first, until one no longer fits"),
}
"""The same rules where ballots hold points or an order, and the count goes by them."""

RULE_HINTS: Final = {
    Rule.GREEDY: mark(
        "The project with the most votes is paid first, then the next that the money still covers."
    ),
    Rule.GREEDY_NO_SKIP: mark(
        "The project with the most votes is paid first, then the next. The first that the money "
        "does not cover ends it."
    ),
    Rule.MES: mark(
        "Every voter has the same share of the money, and projects are paid by those who want "
        "them. Smaller groups are heard too."
    ),
}

COMPLETIONS: Final = {
    Completion.NONE: mark("It goes back to the public budget"),
    Completion.ADD1: mark("Shares are raised until nothing more fits"),
    Completion.ADD1_GREEDY: mark(
        "Shares are raised until nothing more fits, then the most wanted that fits is added"
    ),
    Completion.GREEDY: mark("The most wanted that still fits is added"),
}

SATISFACTIONS: Final = {
    Satisfaction.COST: mark("Each yuan counts alike: dearer projects count for more"),
    Satisfaction.CARDINALITY: mark("Each project counts alike: cheaper ones come first"),
}

BALLOT_KINDS: Final = {
    "approval": mark("Approval: tick the projects one wants"),
    "choose-1": mark("Choose one project"),
    "cumulative": mark("Hand out points"),
    "ordinal": mark("Put projects in order"),
}


def category(value: str) -> str:
    """Return a category as people say it; a category of a published file stays as it is."""
    return _(CATEGORIES[Category(value)]) if value in set(Category) else value


def money_words(amount: int, scale: int, currency: str) -> str:
    """Return an amount in 10 ** -`scale` of a currency as people read it."""
    if scale > 2:  # noqa: PLR2004 (hundredths are what money is shown in)
        return f"{as_text(amount, scale)}\N{NO-BREAK SPACE}{currency}".rstrip()
    return money(amount * 10 ** (2 - scale), currency).rstrip()


def votes_words(votes: int) -> str:
    """Return a number of votes with its unit."""
    return ngettext("%(count)s vote", "%(count)s votes", votes) % {"count": number(votes)}


def points_words(points: int) -> str:
    """Return a number of points with its unit."""
    return ngettext("%(count)s point", "%(count)s points", points) % {"count": number(points)}
