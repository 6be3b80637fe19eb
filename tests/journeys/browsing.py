"""How a journey looks at a page: through whose eyes, and what must hold on every page.

`View` is a pair of eyes: a width, a language, a text size, light or dark. The checks raise with a
list of what is wrong and where, so that a failure can be mended without opening a browser.
"""

import itertools
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import BrowserContext, Page, Request

Language = Literal["zh", "en"]
TextSize = Literal["normal", "large"]
Scheme = Literal["light", "dark"]

TARGET_PIXELS_MIN: Final = 48
PATIENCE_MS: Final = 30_000
LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}

# WCAG 2.2 A and AA in full, the AAA rule for contrast (7:1), and what axe calls best practice. The
# AA rule for contrast (4.5:1) is left out: whatever breaks it breaks the AAA rule, which is told
# (`minThreshold`) not to leave to the other what is paler still.
_COLOURS: Final = "color-contrast-enhanced"
_AXE_OPTIONS: Final[dict[str, Any]] = {
    "resultTypes": ["violations"],
    "preload": False,  # only rules about films and turned screens read the style sheets themselves
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"),
    ],
    "checks": {
        _COLOURS: {
            "options": {
                "contrastRatio": {
                    "normal": {"expected": 7, "minThreshold": 0},
                    "large": {"expected": 4.5, "minThreshold": 0},
                }
            }
        }
    },
    "rules": {
        _COLOURS: {"enabled": True},
        "color-contrast": {"enabled": False},
    },
}
Looking = Literal["all", "colours", "all but colours"]
_LOOKING: Final[dict[Looking, dict[str, Any]]] = {
    "all": _AXE_OPTIONS,
    "colours": _AXE_OPTIONS | {"runOnly": {"type": "rule", "values": [_COLOURS]}, "rules": {}},
    "all but colours": _AXE_OPTIONS
    | {"rules": {name: {"enabled": False} for name in (_COLOURS, "color-contrast")}},
}

_AXE: Final = AXE_FILE_PATH.read_text(encoding="utf-8")
_VIOLATIONS: Final = """
async (options) => (await axe.run(document, options)).violations.flatMap((rule) =>
  rule.nodes.map((node) =>
    `${rule.id}: ${node.html.slice(0, 160)} | ${(node.failureSummary ?? '').slice(0, 300)}`))
"""

# Whatever is meant to be pressed on its own; a link inside a sentence is exempt, as in WCAG 2.5.8.
_TARGETS: Final = """
(least) => [...document.querySelectorAll(
    'button, .button, .switch, nav a, select, textarea, .choice label, ' +
    'input:not([type=hidden]):not([type=radio]):not([type=checkbox])'
  )].filter((one) => one.checkVisibility())
    .map((one) => [one.outerHTML.slice(0, 100), one.getBoundingClientRect()])
    .filter(([, box]) => box.width < least - 0.5 || box.height < least - 0.5)
    .map(([html, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`)
"""
# One heading of the first rank, a title of the page's own, a language; and no empty paragraph: the
# browser makes one where a form or a list stands inside a paragraph, and tears the layout apart.
_NAMELESS: Final = """
() => [
  document.querySelectorAll('h1').length === 1 ? '' : 'not one h1',
  document.title.split(' · ').length > 1 && document.title.split(' · ')[0].trim() ? '' : 'no title',
  document.querySelector('p:empty') ? 'an empty paragraph' : '',
  ['zh-Hans-CN', 'en'].includes(document.documentElement.lang) ? '' : 'no language',
].filter(Boolean)
"""
_TOO_WIDE: Final = """
() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 0.5)
    .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))
"""
# All three in one go: each question to the browser costs as much as its answer.
_SHAPE: Final = f"(least) => [({_TOO_WIDE})(), ({_TARGETS})(least), ({_NAMELESS})()]"


@dataclass(frozen=True)
class View:
    """How somebody looks at a page.

    The service worker changes no page as long as there is a network, and costs time to start: it
    runs only where a journey is about it.
    """

    width: int = 1280
    language: Language = "zh"
    text_size: TextSize = "normal"
    scheme: Scheme = "light"
    java_script: bool = True
    worker: bool = False

    def __str__(self) -> str:
        words = [str(self.width), self.language, self.text_size, self.scheme]
        return "-".join(words if self.java_script else [*words, "plain"])


# Every width, language and text size in light, and the dark scheme once in each language.
VIEWS: Final = [
    *itertools.starmap(View, itertools.product((360, 1280), ("zh", "en"), ("normal", "large"))),
    View(1280, "zh", scheme="dark"),
    View(360, "en", "large", scheme="dark"),
]
# 1280 pixels at 400 % are 320; a person who zooms so far may have chosen large text as well.
ZOOMED: Final = [View(320, "zh", "large"), View(320, "en", "large"), View(320, "en")]


class Watch:
    """Notes what a browser asks of other hosts, and whatever it complains about.

    It only listens: a browser whose requests are held up and let through keeps no file, and loads
    each style sheet anew for every page. That nothing gets out is the browser's own setting.
    """

    def __init__(self) -> None:
        self.strayed: list[str] = []
        self.complaints: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watch every page of the context."""
        context.on("request", self._note)
        context.on("page", self._listen)

    def _listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                self.complaints.append(f"{page.url}: {said.text}")
                if said.type == "error" and "Failed to load resource" not in said.text
                else None  # a refused form answers 422: the browser calls that a failure
            ),
        )

    def _note(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.hostname not in LOOPBACK:
            self.strayed.append(request.url)

    def settle(self) -> None:
        """Fail if a request wanted to leave this machine, or the browser complained."""
        _none(self.strayed, "requests that wanted to leave this machine")
        _none(self.complaints, "complaints of the browser")


def _none(found: list[str], what: str) -> None:
    """Fail with every finding on a line of its own; pytest shows no detail of asserts in here."""
    if found:
        raise AssertionError("\n".join([f"{what}:", *found]))


async def new_context(browser: Any, view: View) -> BrowserContext:
    """Open a fresh browser context with these eyes; nobody is signed in."""
    context: BrowserContext = await browser.new_context(
        viewport={"width": view.width, "height": 900},
        color_scheme=view.scheme,
        java_script_enabled=view.java_script,
        locale="zh-CN" if view.language == "zh" else "en-GB",
        reduced_motion="reduce",
        service_workers="allow" if view.worker else "block",
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


async def choose(context: BrowserContext, site: str, view: View) -> None:
    """Keep the view's language and text size in cookies, as the switches do."""
    await context.add_cookies(
        [
            {"name": "language", "value": view.language, "url": site},
            {"name": "text-size", "value": view.text_size, "url": site},
        ]
    )


async def assert_accessible(page: Page, looking: Looking = "all") -> None:
    """Fail with each axe violation: the rule, and the elements that break it."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_AXE)
    _none(await page.evaluate(_VIOLATIONS, _LOOKING[looking]), f"axe on {page.url}")


async def assert_fits(page: Page) -> None:
    """Fail if the page scrolls sideways, naming what is too wide."""
    _none(await page.evaluate(_TOO_WIDE), f"too wide on {page.url}")


async def assert_touchable(page: Page) -> None:
    """Fail if something to press is smaller than 48 by 48 pixels."""
    _none(await page.evaluate(_TARGETS, TARGET_PIXELS_MIN), f"too small on {page.url}")


async def assert_sound(page: Page, *, axe: Looking | None = "all") -> None:
    """Check what holds on every page: axe, width, targets, one heading, a language, a title."""
    wide, small, nameless = await page.evaluate(_SHAPE, TARGET_PIXELS_MIN)
    _none(wide, f"too wide on {page.url}")
    _none(small, f"too small on {page.url}")
    _none(nameless, f"no name on {page.url}")
    if axe is not None:
        await assert_accessible(page, axe)
