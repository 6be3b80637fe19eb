"""Finds the forms on a page, as a browser would send them, and fills in what they leave open."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

SKIPPED = {"_csrf_token"}
GOOD = {
    "phone": "13800138000",
    "birth_date": "1950-05-06",
    "email": "a@example.org",
    "whole": "13800138000",
    "minutes": "60",
    "budget": "5000",
    "cost": "900",
    "choices_max": "2",
    "key": str(uuid.UUID(int=9)),
    "code": "123456",
    "pin": "4729",
    "again": "4729",
}


@dataclass
class Filled:
    """A form: where it goes, and each field with the value that it shows, or several to choose."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def filled(self) -> dict[str, str]:
        """Return what somebody would send who fills everything in."""
        return {name: self._value(name, shown) for name, shown in self.fields.items()}

    def _value(self, name: str, shown: list[str]) -> str:
        known = next((one for one in shown if one), "")
        if known or name in GOOD:
            return known or GOOD[name]
        if self.kinds.get(name) == "date":
            return (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
        return "梧桐里的事"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Filled] = []
        self._form: Filled | None = None
        self._within: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Filled(told.get("action", "")) if told.get("method") == "post" else None
            if self._form is not None:
                self.forms.append(self._form)
        elif self._form is not None:
            name = told.get("name", "")
            if tag == "option" and self._within:
                self._form.fields[self._within].append(told.get("value", ""))
            elif name and name not in SKIPPED and tag in {"input", "select", "textarea", "button"}:
                self._form.fields.setdefault(name, [])
                self._form.kinds[name] = told.get("type", tag)
                if tag in {"input", "button"}:
                    self._form.fields[name].append(told.get("value", ""))
                self._within = name if tag in {"select", "textarea"} else self._within

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in {"select", "textarea"}:
            self._within = None

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._within and self._form.kinds[self._within] == "textarea":
            self._form.fields[self._within].append(data.strip())


def forms_of(page: str) -> list[Filled]:
    """Return the forms of a page that are sent by POST."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms
