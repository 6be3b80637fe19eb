"""Every sentence a person may read stands in Chinese, complete, with the same placeholders."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from app.i18n import CATALOG
from app.policies import SETTINGS
from app.templating import HOUSE, TEMPLATES

CODE: Final = HOUSE / "app"

# Which argument is the sentence; pgettext's first is the context.
_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "mark": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_TEMPLATE_OPTIONS: Final = {
    "extensions": "jinja2.ext.do",
    "newstyle_gettext": "true",
    "silent": "false",
    "trimmed": "true",
}
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]")

_HEADER: Final = """\
# Linli in Simplified Chinese. The words are those of the glossary: one word per thing.
msgid ""
msgstr ""
"Language: zh_Hans_CN\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


class Sentence(NamedTuple):
    """A sentence to translate: its English, singular and plural, and what tells two apart."""

    forms: tuple[str, ...]
    context: str | None


def sentences(
    templates: Path = TEMPLATES, code: Path = CODE
) -> dict[Sentence, list[tuple[str, int]]]:
    """Return every sentence with the places it is used at: file and line."""
    found: dict[Sentence, list[tuple[str, int]]] = {}
    for file, line, message, context in _extracted(templates, code):
        forms = (message,) if isinstance(message, str) else tuple(message)
        found.setdefault(Sentence(forms, context), []).append((file, line))
    return found


def _extracted(templates: Path, code: Path) -> Iterator[tuple[str, int, Any, str | None]]:
    sources: list[tuple[Path, Any, dict[str, Any]]] = [
        *((path, babel_extract, _TEMPLATE_OPTIONS) for path in sorted(templates.rglob("*.html"))),
        *((path, "python", {}) for path in sorted(code.rglob("*.py"))),
    ]
    if code == CODE:
        yield from _declared()
    for path, method, options in sources:
        name = path.relative_to(HOUSE).as_posix() if path.is_relative_to(HOUSE) else path.name
        with path.open("rb") as source:
            for line, message, _, context in extract(
                method, source, keywords=_KEYWORDS, options=options
            ):
                yield name, line, message, context


def _declared() -> Iterator[tuple[str, int, Any, str | None]]:
    """Yield what settings say: they are declared below the app, where nothing is translated."""
    for setting in SETTINGS:
        for words in (setting.words, setting.otherwise, *setting.choices.values()):
            if words:
                yield "app/policies.py", 1, words, None


def read_catalog(path: Path = CATALOG) -> Catalog:
    """Return the Chinese catalog as it stands."""
    with path.open("rb") as source:
        return read_po(source, locale="zh_Hans_CN", domain="linli")


def problems(
    catalog: Catalog | None = None,
    used: dict[Sentence, list[tuple[str, int]]] | None = None,
) -> list[str]:
    """Return one line for each sentence that is missing, unfinished, unsafe or out of use."""
    catalog = read_catalog() if catalog is None else catalog
    used = sentences() if used is None else used
    found = []
    for sentence, places in used.items():
        file, line = places[0]
        message = catalog.get(sentence.forms[0], sentence.context)
        wrong = _wrong(sentence, message)
        if wrong:
            found.append(f"{file}:{line}: {wrong}: {sentence.forms[0]!r}")
    in_use = {(sentence.forms[0], sentence.context) for sentence in used}
    found.extend(
        f"{CATALOG.name}: no longer used: {_first(message)!r}"
        for message in catalog
        if message.id and (_first(message), message.context) not in in_use
    )
    found.extend(f"{CATALOG.name}: kept although obsolete: {id_!r}" for id_ in catalog.obsolete)
    return found


def _wrong(sentence: Sentence, message: Message | None) -> str:
    if message is None:
        return "not in the catalog (run with --update)"
    if message.fuzzy:
        return "marked fuzzy"
    known = message.id if isinstance(message.id, str) else tuple(message.id)
    if known != (sentence.forms if len(sentence.forms) > 1 else sentence.forms[0]):
        return "singular and plural differ from the catalog's"
    given = message.string if isinstance(message.string, str) else "".join(message.string)
    if not given.strip():
        return "not translated"
    wanted = set(_PLACEHOLDER.findall(sentence.forms[-1]))
    if set(_PLACEHOLDER.findall(given)) != wanted:
        return f"placeholders differ ({', '.join(sorted(wanted)) or 'none'} wanted)"
    return ""


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def update(path: Path = CATALOG) -> None:
    """Write new sentences into the catalog, untranslated, and drop those that are gone."""
    catalog, used = read_catalog(path), sentences()
    in_use = {(sentence.forms[0], sentence.context) for sentence in used}
    gone = [m for m in catalog if m.id and (_first(m), m.context) not in in_use]
    for message in gone:
        catalog.delete(_first(message), message.context)
    catalog.obsolete.clear()
    for sentence, places in used.items():
        files = [(file, 1) for file in sorted({file for file, _ in places})]
        message = catalog.get(sentence.forms[0], sentence.context)
        if message is None:
            name = sentence.forms if len(sentence.forms) > 1 else sentence.forms[0]
            catalog.add(name, locations=files, context=sentence.context)
        else:
            message.locations = files
    write_catalog(catalog, path)


def write_catalog(catalog: Catalog, path: Path) -> None:
    """Write the catalog sorted and without dates, so that a change shows only what changed."""
    body = io.BytesIO()
    write_po(body, catalog, width=100, omit_header=True, include_lineno=False, sort_output=True)
    path.write_bytes(_HEADER.encode() + body.getvalue().lstrip())
