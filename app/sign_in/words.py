"""What the sign-in pages say: why something is refused, what to do, which device, from where."""

from collections.abc import Mapping
from typing import Final

from app.addresses import is_local, shown, site_of
from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.sessions import How, Session
from app.sign_in.weak_secrets import Weakness

_PASSWORD: Final[Mapping[Weakness, str]] = {
    Weakness.TOO_SHORT: mark("Make it longer: at least 8 characters. Three words make a good one."),
    Weakness.TOO_LONG: mark("That is too long: at most 128 characters."),
    Weakness.COMMON: mark(
        "Very many people use that one, so strangers try it first. Take three or four words that "
        "do not belong together."
    ),
    Weakness.DAY: mark("A date is easy to guess. Take three or four words instead."),
    Weakness.OWN: mark(
        "Your own number, name or birthday is easy to guess. Take three or four words instead."
    ),
}
_PIN: Final[Mapping[Weakness, str]] = {
    Weakness.TOO_SHORT: mark("A PIN has 4 to 6 digits."),
    Weakness.TOO_LONG: mark("A PIN has 4 to 6 digits."),
    Weakness.NOT_DIGITS: mark("A PIN has only digits: 4 to 6 of them."),
    Weakness.COMMON: mark("Very many people use that one. Choose other digits."),
    Weakness.DAY: mark("A date or a year is easy to guess. Choose other digits."),
    Weakness.OWN: mark("One's own birthday or number is easy to guess. Choose other digits."),
}
_BROWSERS: Final[Mapping[str, str]] = {
    "wechat": mark("WeChat"),
    "alipay": mark("Alipay"),
    "qq": mark("QQ"),
    "uc": mark("UC browser"),
    "huawei": mark("Huawei browser"),
    "xiaomi": mark("Xiaomi browser"),
    "samsung": mark("Samsung browser"),
    "edge": mark("Edge"),
    "opera": mark("Opera"),
    "firefox": mark("Firefox"),
    "chrome": mark("Chrome"),
    "safari": mark("Safari"),
}
_SYSTEMS: Final[Mapping[str, str]] = {
    "harmony": mark("a HarmonyOS device"),
    "iphone": mark("an iPhone"),
    "ipad": mark("an iPad"),
    "android": mark("an Android phone"),
    "windows": mark("a Windows computer"),
    "mac": mark("a Mac"),
    "linux": mark("a Linux computer"),
}
_WAYS: Final[Mapping[How, str]] = {
    How.PASSWORD: mark("with the password"),
    How.CODE: mark("with a one-time code"),
    How.CARD: mark("with the card, at a desk"),
    How.DEMO: mark("by choosing a name in the demonstration"),
    How.DESK: mark("This device is a desk where cards are taken"),
}
CHECK_WORDS: Final[Mapping[str, str]] = {
    "birth_date": mark("The caller told the birth date and the address"),
    "household": mark("The caller told who else lives in the household"),
    "called_back": mark("I called back on the number that we have"),
    "known_voice": mark("I know the caller in person"),
}

_MINUTE_SECONDS: Final = 60


def password_words(weakness: Weakness) -> str:
    """Return why a password is refused, and what to take instead."""
    return _(_PASSWORD[weakness])


def pin_words(weakness: Weakness) -> str:
    """Return why a PIN is refused, and what to take instead."""
    return _(_PIN[weakness])


def wait_words(seconds: int) -> str:
    """Return how long the next try has to wait, and what helps."""
    minutes = -(-seconds // _MINUTE_SECONDS)
    if seconds < _MINUTE_SECONDS:
        told = ngettext(
            "There were several wrong tries. Please wait %(num)s second, then try again.",
            "There were several wrong tries. Please wait %(num)s seconds, then try again.",
            seconds,
        ) % {"num": seconds}
    else:
        told = ngettext(
            "There were several wrong tries. Please wait %(num)s minute, then try again.",
            "There were several wrong tries. Please wait %(num)s minutes, then try again.",
            minutes,
        ) % {"num": minutes}
    return told


def tries_words(left: int) -> str:
    """Return that a code is wrong, and how often it can still be tried."""
    return ngettext(
        "That is not the code. Look at the message again; you can try once more.",
        "That is not the code. Look at the message again; you can try %(num)s more times.",
        left,
    ) % {"num": left}


def device_words(session: Session) -> str:
    """Return a session's device as its owner knows it."""
    return browser_words(session.device)


def browser_words(device: str) -> str:
    """Return what `device_of` made, as its owner knows it: "WeChat on an Android phone"."""
    browser, _slash, system = device.partition("/")
    named, kind = _BROWSERS.get(browser), _SYSTEMS.get(system)
    if named and kind:
        return _("%(browser)s on %(system)s") % {"browser": _(named), "system": _(kind)}
    return _(named or kind or mark("A browser that does not say its name"))


def way_words(session: Session) -> str:
    """Return how somebody signed in, as a part of a sentence."""
    return _(_WAYS[session.how])


def place_words(session: Session, *, here: str | None) -> str:
    """Return from where: the connection of now, a network of one's own, or the address's start."""
    if session.address is None:
        return _("from an unknown place")
    if site_of(session.address) == site_of(here):
        return _("from the same connection as now")
    if is_local(session.address):
        return _("from inside the local network")
    return _("from a connection that begins with %(address)s") % {"address": shown(session.address)}
