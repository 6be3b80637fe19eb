"""Every template compiles, asks only for what exists, and keeps the rules of its HTML."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from app.checks.markup import mistakes
from app.templating import STATIC, TEMPLATES, make_environment

LINES_MAX: Final = 250
STYLESHEET_BYTES_MAX: Final = 48 * 1024
WING_STYLESHEET_BYTES_MAX: Final = 24 * 1024
SPRITE_BYTES_MAX: Final = 32 * 1024

_TRANSLATING: Final = {"_", "gettext", "ngettext", "pgettext"}
_PROSE: Final = re.compile("^[A-Z][a-z]|[\u4e00-\u9fff]")
_SYMBOL: Final = re.compile(r'<symbol id="([^"]+)"')


def template_names(folder: Path = TEMPLATES) -> list[str]:
    """Return every template under the folder, as Jinja names it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


def icons() -> frozenset[str]:
    """Return the names of the icons in the sprite."""
    return frozenset(_SYMBOL.findall((STATIC / "vendor" / "lucide.svg").read_text()))


def problems(folder: Path = TEMPLATES) -> list[str]:
    """Return one line for each mistake in the templates of the folder.

    Macros and layouts are looked for there first, then among our own.
    """
    house = House(make_environment(folder, TEMPLATES))
    found: list[str] = []
    for name in template_names(folder):
        source = (folder / name).read_text(encoding="utf-8")
        found.extend(f"{name}:{line}: {words}" for line, words in house.mistakes(name, source))
    found.extend(_too_large(STATIC / "linli.css", STYLESHEET_BYTES_MAX))
    found.extend(_too_large(STATIC / "marketplace.css", WING_STYLESHEET_BYTES_MAX))
    found.extend(_too_large(STATIC / "vendor" / "lucide.svg", SPRITE_BYTES_MAX))
    return found


def _too_large(path: Path, bytes_max: int) -> list[str]:
    size = path.stat().st_size
    return [f"{path.name}: {size} bytes, more than {bytes_max}"] if size > bytes_max else []


class House:
    """The templates together: what each one offers and what it asks of the others."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._icons = icons()
        self._offers: dict[str, dict[str, nodes.Macro]] = {}

    def mistakes(self, name: str, source: str) -> list[tuple[int, str]]:
        """Return what is wrong with one template: line and words for it."""
        try:
            tree = self._environment.parse(source, name)
            self._environment.compile(source, name, name)
        except TemplateSyntaxError as error:
            return [(error.lineno, f"does not compile: {error.message}")]
        found = [*mistakes(source), *self._asked(tree), *self._untold(tree)]
        if name.startswith("components/"):
            missing = meta.find_undeclared_variables(tree) - {*self._environment.globals, "_trans"}
            found.extend((1, f"a macro knows no {variable!r}") for variable in sorted(missing))
        if source.count("\n") > LINES_MAX:
            found.append((LINES_MAX, f"longer than {LINES_MAX} lines"))
        return sorted(found)

    def _asked(self, tree: nodes.Template) -> Iterator[tuple[int, str]]:
        """Yield what the template asks for and nobody has: files, macros, arguments, icons."""
        macros = _macros(tree)
        for wanted in tree.find_all((nodes.Extends, nodes.Include, nodes.FromImport)):
            for other in _constants(wanted.template):  # type: ignore[attr-defined] # all three have it
                offers = self._offers_of(other)
                if offers is None:
                    yield wanted.lineno, f"no such template: {other}"
                elif isinstance(wanted, nodes.FromImport):
                    for pair in wanted.names:
                        theirs, ours = (pair, pair) if isinstance(pair, str) else pair
                        if theirs in offers:
                            macros[ours] = offers[theirs]
                        else:
                            yield wanted.lineno, f"no macro {theirs} in {other}"
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in macros:
                yield from self._wrong_call(call, macros[call.node.name])

    def _wrong_call(self, call: nodes.Call, macro: nodes.Macro) -> Iterator[tuple[int, str]]:
        names = [argument.name for argument in macro.args]
        given = dict(zip(names, call.args, strict=False))
        given.update({keyword.key: keyword.value for keyword in call.kwargs})
        required = names[: len(names) - len(macro.defaults)]
        if len(call.args) > len(names) or set(given) - set(names):
            yield call.lineno, f"{macro.name} takes only {', '.join(names)}"
        if missing := [name for name in required if name not in given]:
            yield call.lineno, f"{macro.name} needs {', '.join(missing)}"
        asked = given.get("name" if macro.name == "icon" else "icon_name")
        for icon in _constants(asked) if asked is not None else ():
            if icon and icon not in self._icons:
                yield call.lineno, f"no icon {icon!r} in the sprite"

    def _offers_of(self, name: str) -> dict[str, nodes.Macro] | None:
        if name not in self._offers:
            loader = self._environment.loader
            if loader is None or name not in loader.list_templates():
                return None
            source = loader.get_source(self._environment, name)[0]
            self._offers[name] = _macros(self._environment.parse(source, name))
        return self._offers[name]

    def _untold(self, tree: nodes.Template) -> Iterator[tuple[int, str]]:
        """Yield constants that read like words for people but do not go through `_()`."""
        told = {
            id(constant)
            for call in tree.find_all(nodes.Call)
            if isinstance(call.node, nodes.Name) and call.node.name in _TRANSLATING
            for constant in call.find_all(nodes.Const)
        }
        for constant in tree.find_all(nodes.Const):
            words = constant.value if isinstance(constant.value, str) else ""
            if id(constant) not in told and _PROSE.search(words):
                yield constant.lineno, f"words outside _(): {words!r}"


def _macros(tree: nodes.Template) -> dict[str, nodes.Macro]:
    return {macro.name: macro for macro in tree.find_all(nodes.Macro)}


def _constants(node: nodes.Node) -> Iterator[str]:
    """Yield the strings that an expression may come to, as far as the template shows them."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _constants(node.expr1)
        if node.expr2 is not None:
            yield from _constants(node.expr2)
