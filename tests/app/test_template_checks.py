"""The template checks pass on our templates, and catch each kind of mistake when it is planted."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.checks import templates
from app.checks.markup import without_constructs

PLANTED = {
    "style attribute": ('<p style="color:red">{{ _("a") }}</p>', "a style attribute"),
    "style element": ("<style>p{color:red}</style>", "a style element"),
    "inline script": ("<script>go()</script>", "an inline script"),
    "event handler": ('<p onclick="go()"></p>', "an event handler"),
    "htmx handler": ('<p hx-on:click="go()"></p>', "an event handler"),
    "script address": ('<a href="javascript:go()"></a>', "a script in an attribute"),
    "script value": ("<p hx-vals='js:{a: 1}'></p>", "a script in an attribute"),
    "other host": ('<script src="https://example.org/a.js"></script>', "another host"),
    "other host, no scheme": ('<link href="//example.org/a.css">', "another host"),
    "image without alt": ('<img src="/static/mark.svg">', "without alt"),
    "form without token": ('<form method="post" action="/x"></form>', "csrf_field"),
    "form after a sealed one": (
        '<form method="post">{{ csrf_field() }}</form>\n<form method="post"></form>',
        "a.html:2: a form without",
    ),
    "English outside _()": ("<p>Hello</p>", "words outside _(): 'Hello'"),
    "Chinese outside _()": ("<p>\n你好</p>", "words outside _(): '你好'"),
    "words in an attribute": ('<p title="Hello"></p>', "words outside _() in title"),
    "words given to a macro": (
        '{% from "components/action.html" import link_button %}{{ link_button("Go on", "/") }}',
        "words outside _(): 'Go on'",
    ),
    "unknown macro": ('{% from "components/action.html" import nothing %}', "no macro nothing"),
    "unknown argument": (
        '{% from "components/icon.html" import icon %}{{ icon("check", colour="x") }}',
        "icon takes only",
    ),
    "missing argument": (
        '{% from "components/action.html" import link_button %}{{ link_button(_("a")) }}',
        "link_button needs href",
    ),
    "unknown icon": (
        '{% from "components/icon.html" import icon %}{{ icon("unicorn") }}',
        "no icon 'unicorn'",
    ),
    "unknown icon in a macro": (
        """{% from "components/action.html" import button %}
{{ button(_("a"), icon_name="check" if x else "unicorn") }}""",
        "no icon 'unicorn'",
    ),
    "unknown layout": ('{% extends "nothing.html" %}', "no such template"),
    "unknown fragment": ('{% include "_nothing.html" %}', "no such template"),
    "does not compile": ("{% if %}", "does not compile"),
    "unknown filter": ("{{ 1|sparkle }}", "does not compile"),
    "order of reading": ('<p tabindex="3"></p>', "tabindex"),
    "too long": ("\n" * 300, "longer than"),
}


def test_our_templates_are_in_order() -> None:
    assert len(templates.template_names()) >= 14
    assert templates.problems() == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_caught(tmp_path: Path, name: str) -> None:
    source, complaint = PLANTED[name]
    (tmp_path / "a.html").write_text(source)
    found = templates.problems(tmp_path)
    assert len(found) == 1, found
    assert complaint in found[0]


def test_a_macro_that_knows_no_such_variable_is_caught(tmp_path: Path) -> None:
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "a.html").write_text("{% macro a(b) %}{{ b }}{{ c }}{% endmacro %}")
    assert templates.problems(tmp_path) == ["components/a.html:1: a macro knows no 'c'"]


def test_what_is_right_is_let_through(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        """{% extends "base.html" %}
{% from "components/action.html" import button as press %}
{% block title %}{{ _("Hello") }}{% endblock %}
{% block content %}
<p class="{{ "lede" if x else "hint" }}">{% trans n=3 %}Three {{ n }} words{% endtrans %} · 12</p>
<form method="get" action="/x">{{ press(_("Go"), icon_name="check") }}</form>
<form method="post"{% if x %} hx-post="/x"{% endif %}>{{ csrf_field() }}<b lang="zh">邻里</b></form>
<img src="{{ x }}" alt="{{ _("A face") }}"><img src="{{ x }}" alt="">
{% endblock %}
"""
    )
    assert templates.problems(tmp_path) == []


def test_lines_stay_where_they_are() -> None:
    source = (
        "a\n{# two\nlines #}\n{%- if x -%}\n\n  {{ y }}\n{% trans %}\nwords\n{% endtrans %}\n<b>"
    )
    assert without_constructs(source).count("\n") == source.count("\n")


@pytest.mark.parametrize("what", ["templates", "translations"])
def test_the_command_ends_well(what: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "app.checks", what], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "in order" in ran.stdout
