"""Collects from the source every act that the code writes down, however it comes to `record`."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

HOUSE: Final = Path(__file__).parent.parent
PACKAGES: Final = ("app", "community", "marketplace", "timebank")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Written(NamedTuple):
    """A call of `record`: where it stands, and the acts that it can write down; none is unclear."""

    place: str
    acts: frozenset[str]


def written_acts() -> list[Written]:
    """Return every call of `record` in the packages with the acts that it writes down."""
    return [one for package in PACKAGES for one in _of_package(package)]


def _of_package(package: str) -> Iterator[Written]:
    trees = {
        path: ast.parse(path.read_text())
        for path in sorted((HOUSE / package).rglob("*.py"))
        if "piccolo_migrations" not in path.parts
    }
    for path, tree in trees.items():
        own = [tree]
        near = [one for place, one in trees.items() if place.is_relative_to(path.parent)]
        for function in _functions(tree):
            for call in _calls(function):
                if _name(call) in {"record", "record_many"} and call.args:
                    place = f"{path.relative_to(HOUSE)}:{call.lineno}"
                    yield Written(place, _texts(call.args[0], function, own, near))


def _functions(tree: ast.Module) -> list[Function]:
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _calls(node: ast.AST) -> list[ast.Call]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Call)]


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _texts(
    given: ast.expr, function: Function, own: list[ast.Module], trees: list[ast.Module]
) -> frozenset[str]:
    """Return the texts that an expression can be: a literal, a choice of two, or what is passed.

    `own` is the module that it stands in: a private function is called, and a table read, there;
    another function is called from the modules of its folder.
    """
    match given:
        case ast.Constant(value=str() as text):
            return frozenset({text})
        case ast.IfExp(body=body, orelse=other):
            return _texts(body, function, own, trees) | _texts(other, function, own, trees)
        case ast.JoinedStr(
            values=[ast.Constant(value=str() as before), ast.FormattedValue(value=rest)]
        ):
            return frozenset(before + text for text in _texts(rest, function, own, trees))
        case ast.Name(id=name):
            texts = (_texts(one, function, own, trees) for one in _assigned(name, function))
            return frozenset[str]().union(*texts) | _passed(
                name, function, own if function.name.startswith("_") else trees
            )
        case ast.Subscript(value=ast.Name(id=table)):
            return _of_table(table, own)
    return frozenset()


def _assigned(name: str, function: Function) -> list[ast.expr]:
    """Return what a function gives a name of its own."""
    return [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    ]


def _passed(name: str, function: Function, trees: list[ast.Module]) -> frozenset[str]:
    """Return what the package's calls of a function pass for one of its parameters."""
    places = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    found: frozenset[str] = frozenset()
    for tree in trees:
        for caller in _functions(tree):
            for call in _calls(caller):
                if _name(call) != function.name or caller is function:
                    continue
                given = [one.value for one in call.keywords if one.arg == name]
                if not given and name in places and places.index(name) < len(call.args):
                    given = [call.args[places.index(name)]]
                for one in given:
                    found |= _texts(one, caller, [tree], trees)
    return found


def _of_table(table: str, trees: list[ast.Module]) -> frozenset[str]:
    """Return the texts of a mapping that a module declares under this name."""
    found = [
        node.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == table
    ]
    return frozenset(
        one.value
        for declared in found
        if isinstance(declared, ast.Dict)
        for one in declared.values
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    )
