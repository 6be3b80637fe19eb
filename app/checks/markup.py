"""The rules for the HTML of a template: nothing inline, nothing from elsewhere, no untold words.

The template's own constructs are taken out first and leave a mark behind, so that what remains is
HTML with the line numbers of the file.
"""

import unicodedata
from html.parser import HTMLParser
from typing import Final

from jinja2 import Environment

# Stands for whatever an expression or a translated text would print.
_PRINTED: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
_ANTI_FORGERY: Final = "<csrf-field>"
_SPOKEN_ATTRIBUTES: Final = {"alt", "aria-label", "aria-roledescription", "placeholder", "title"}
_LOADING: Final = {("img", "src"), ("script", "src"), ("link", "href"), ("use", "href")}
_VOID: Final = {
    "base", "br", "col", "csrf-field", "hr", "img", "input", "link", "meta", "wbr",
}  # fmt: skip


def without_constructs(source: str) -> str:
    """Return the template's HTML with each Jinja construct replaced by a mark, line for line."""
    lexer = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    out: list[str] = []
    inside: list[str] | None = None  # the words of the construct being passed over
    line, translated = 1, False
    for number, kind, value in lexer.lex(source):
        out.append("\n" * (number - line))
        line = max(line, number)
        if kind.endswith("_begin"):
            inside = []
        elif kind.endswith("_end"):
            words = inside or [""]
            inside = None
            if words[0] in {"trans", "endtrans"}:
                translated = words[0] == "trans"
            if kind == "variable_end" or translated:
                out.append(_ANTI_FORGERY if "csrf_field" in words else _PRINTED)
        elif inside is None:
            out.append("\n" * value.count("\n") if translated else value)
            line += value.count("\n")
        elif kind == "name":
            inside.append(value)
    return "".join(out)


class _Reader(HTMLParser):
    """Reads one template's HTML and notes each mistake with its line."""

    def __init__(self) -> None:
        super().__init__()
        self.mistakes: list[tuple[int, str]] = []
        self._open: list[tuple[str, bool]] = []
        self._unsealed_form: int | None = None

    def note(self, mistake: str) -> None:
        self.mistakes.append((self.getpos()[0], mistake))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._check_attributes(tag, given)
        if tag == "csrf-field":
            self._unsealed_form = None
        elif tag == "form" and given.get("method", "").lower() != "get":
            self._unsealed_form = self.getpos()[0]
        elif tag == "style":
            self.note("a style element; styles belong into linli.css")
        elif tag == "script" and not given.get("src"):
            self.note("an inline script")
        elif tag == "img" and "alt" not in given:
            self.note("an image without alt")
        if tag not in _VOID:
            self._open.append((tag, "lang" in given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._unsealed_form is not None:
            self.mistakes.append((self._unsealed_form, "a form without {{ csrf_field() }}"))
            self._unsealed_form = None
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if any(named for _, named in self._open):
            return  # a name in its own language, such as the wordmark
        if any(tag in {"script", "style"} for tag, _ in self._open):
            return
        words = _words(data)
        if words:
            self.note(f"words outside _(): {words!r}")

    def _check_attributes(self, tag: str, given: dict[str, str]) -> None:
        for name, value in given.items():
            address = value.strip().lower()
            if name == "style":
                self.note("a style attribute; styles belong into linli.css")
            if name.startswith(("on", "hx-on", "data-hx-on")):
                self.note(f"an event handler in an attribute: {name}")
            if address.startswith(("javascript:", "js:")):
                self.note(f"a script in an attribute: {name}")
            if name in _SPOKEN_ATTRIBUTES and "lang" not in given and _words(value):
                self.note(f"words outside _() in {name}: {_words(value)!r}")
            if (tag, name) in _LOADING and address.startswith(("http:", "https:", "//")):
                self.note(f"loads from another host: {tag} {name}")
            if name == "tabindex" and value not in {"0", "-1", _PRINTED}:
                self.note("a tabindex that changes the order of reading")


def _words(text: str) -> str:
    """Return the text without marks if a person could read words in it, else nothing."""
    plain = " ".join(text.replace(_PRINTED, " ").split())
    return plain if any(unicodedata.category(c).startswith("L") for c in plain) else ""


def mistakes(source: str) -> list[tuple[int, str]]:
    """Return what is wrong with a template's HTML: line and words for it."""
    reader = _Reader()
    reader.feed(without_constructs(source))
    reader.close()
    return reader.mistakes
