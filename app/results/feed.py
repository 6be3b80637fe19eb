"""News of a community's marketplace as an Atom feed (RFC 4287), written by the standard library."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree as ET

from app.i18n import gettext as _
from app.i18n import mark
from marketplace.news import News

ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"

_WORDS: Final = {
    ("round", "proposing"): mark("%(name)s: the round is open for ideas"),
    ("round", "voting"): mark("%(name)s: the ballot is open"),
    ("round", "closed"): mark("%(name)s: the result"),
    ("need", "seconded"): mark("%(name)s: enough neighbours second this need"),
    ("need", "accepted"): mark("%(name)s: the need passed screening and wants a plan"),
    ("need", "refused"): mark("%(name)s: the need did not pass screening"),
    ("need", "planned"): mark("%(name)s: there is a plan to talk about"),
    ("need", "entered"): mark("%(name)s: it stands in a round"),
}

_A_STEP: Final = mark("%(name)s: a step further")

_NOT_XML: Final = {code: None for code in range(0x20) if chr(code) not in "\t\n\r"} | {
    0xFFFE: None,
    0xFFFF: None,
}
"""Characters that no XML may hold, however they are written."""


def atom(
    items: Sequence[News], *, title: str, owner: UUID, site: str, here: str, language: str
) -> bytes:
    """Return news as an Atom feed. `site` is the address of the house, `here` the feed's own path.

    `owner` is the community or the round that it is about. Every entry keeps its id for good.
    """
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _text(feed, "id", f"urn:uuid:{owner}")
    _text(feed, "title", title)
    _text(feed, "updated", _moment(max((one.at for one in items), default=_NEVER)))
    ET.SubElement(feed, "link", {"rel": "self", "href": site + here})
    ET.SubElement(feed, "link", {"rel": "alternate", "href": f"{site}/projects"})
    author = ET.SubElement(feed, "author")
    _text(author, "name", title)
    for one in items:
        entry = ET.SubElement(feed, "entry")
        address = f"{site}/{one.kind}s/{one.subject}"
        _text(entry, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'{one.subject}:{one.key}')}")
        _text(entry, "title", _(_WORDS.get((one.kind, one.state), _A_STEP)) % {"name": one.name})
        _text(entry, "updated", _moment(one.at))
        ET.SubElement(entry, "link", {"rel": "alternate", "href": address})
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(above: ET.Element, name: str, words: str) -> None:
    ET.SubElement(above, name).text = words.translate(_NOT_XML)
