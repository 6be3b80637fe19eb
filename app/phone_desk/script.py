"""What the operator says on the telephone, in the caller's language: beside the form, in its order.

The sentence that is read back before anything is done is the very one that is kept as the consent.
"""

from dataclasses import dataclass
from typing import Final

from app.i18n import HTML_LANG, Language, mark, speaking
from app.i18n import gettext as _
from app.wording import duration
from community import DelegatedAct

_SPOKEN: Final = {
    DelegatedAct.REQUEST: mark("ask for visits and call them off"),
    DelegatedAct.CONFIRM: mark("confirm visits, so that hours pass to the volunteer"),
    DelegatedAct.PASSBOOK: mark("look at the hours saved"),
}
_NEEDS: Final = mark("write down what is missing in the neighbourhood, or support it")


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """Who is on the line, by name; the caller's and the member's are empty while unknown.

    `acts` is what the caller may have done, nothing where they may not have anything done.
    """

    operator: str
    caller: str
    member: str
    acts: frozenset[DelegatedAct]


@dataclass(frozen=True, slots=True)
class Script:
    """The sentences of a call: to greet, to make sure, to read back, to close."""

    lang: str
    greeting: str
    asking: str
    checking: str
    reading: str
    needing: str
    closing: str


def read_back(line: OnTheLine, language: Language) -> str:
    """Return the sentence that the operator reads back and the caller says yes to."""
    with speaking(language):
        wishes = [_(_SPOKEN[act]) for act in DelegatedAct if act in line.acts]
        names = {"caller": line.caller, "member": line.member, "operator": line.operator}
        if line.caller == line.member:
            # Nobody raises a need for another, so only the member's own word covers it.
            names["wishes"] = _(", ").join([*wishes, _(_NEEDS)])
            return (
                _(
                    "You are %(caller)s, and you wish that I, %(operator)s, do this for you in this"
                    " call: %(wishes)s. Is that right?"
                )
                % names
            )
        names["wishes"] = _(", ").join(wishes)
        return (
            _(
                "You are %(caller)s, and you wish that I, %(operator)s, do this for %(member)s in"
                " this call, as they let you: %(wishes)s. Is that right?"
            )
            % names
        )


def script(
    line: OnTheLine, home: str, language: Language, visit: tuple[str, str, int] | None = None
) -> Script:
    """Return what to say; `visit` of a call-back is its help, its volunteer, and its minutes."""
    with speaking(language):
        greeting = _("Good day, this is the desk of %(home)s, my name is %(operator)s.")
        needing = _("What do you need help with, on which day, and for about how long?")
        names = {"home": home, "operator": line.operator}
        if visit is not None:
            names |= {"help": visit[0], "volunteer": visit[1], "minutes": duration(visit[2])}
            greeting = _(
                "Good day, this is the desk of %(home)s, my name is %(operator)s. I am calling"
                " because %(volunteer)s was with you."
            )
            needing = _("%(volunteer)s wrote down %(minutes)s for: %(help)s. Is that right?")
        return Script(
            HTML_LANG[language],
            greeting % names,
            _("May I ask who is speaking, and for whom you are calling?"),
            _("So that nobody speaks in your name: what is your birth date, and your address?"),
            read_back(line, language) if line.caller and line.acts else "",
            needing % names,
            _("Is there anything else? Thank you, and goodbye."),
        )
