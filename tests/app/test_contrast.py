"""Text is at least 7:1 against what it stands on, and edges 3:1, in light and in dark."""

import re

import pytest

from app.templating import STATIC

CSS = (STATIC / "linli.css").read_text(encoding="utf-8")

SURFACES = ["paper", "paper-raised", "paper-sunken"]
TINTS = ["celadon-tint", "persimmon-tint", "amber-tint"]
TEXT = {
    # Plain words, links and quiet words may stand on any surface and any tint.
    **{ink: [*SURFACES, *TINTS] for ink in ("ink", "ink-soft", "celadon", "celadon-deep")},
    "persimmon-ink": [*SURFACES, "persimmon-tint"],
    "amber-ink": ["amber-tint", *SURFACES],
    "on-celadon": ["celadon", "celadon-deep"],
    "on-persimmon-ink": ["persimmon-ink"],
}
# What must be seen but not read: the edges of boxes, the focus ring, the filled part of a bar.
EDGES = {
    "line": SURFACES,
    "persimmon": SURFACES,
    "focus": [*SURFACES, *TINTS],
    "celadon": SURFACES,
}


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block))


def schemes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\n\s*\}", CSS, re.DOTALL)[:2]
    return {"light": tokens(light), "dark": {**tokens(light), **tokens(dark)}}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2.2 defines it."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_are_seven_to_one(scheme: str) -> None:
    colours = schemes()[scheme]
    pairs = {
        f"{ink} on {ground}": contrast(colours[ink], colours[ground])
        for ink, grounds in TEXT.items()
        for ground in grounds
    }
    assert {pair: round(ratio, 2) for pair, ratio in pairs.items() if ratio < 7} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_are_three_to_one(scheme: str) -> None:
    colours = schemes()[scheme]
    pairs = {
        f"{edge} on {ground}": contrast(colours[edge], colours[ground])
        for edge, grounds in EDGES.items()
        for ground in grounds
    }
    assert {pair: round(ratio, 2) for pair, ratio in pairs.items() if ratio < 3} == {}


def test_dark_names_every_colour_that_light_names() -> None:
    light, dark = re.findall(r":root \{(.*?)\n\s*\}", CSS, re.DOTALL)[:2]
    assert set(tokens(light)) == set(tokens(dark))


def test_a_rule_that_sets_words_and_ground_uses_a_proven_pair() -> None:
    used = set()
    for body in re.findall(r"\{([^{}]*)\}", CSS):
        ink = re.search(r"(?:^|[;\s])color: var\(--([\w-]+)\)", body)
        ground = re.search(r"background(?:-color)?: var\(--([\w-]+)\)", body)
        if ink and ground:
            used.add((ink[1], ground[1]))
    assert len(used) > 8
    assert {(ink, ground) for ink, ground in used if ground not in TEXT.get(ink, [])} == set()


def test_colours_stand_in_tokens_only() -> None:
    after_tokens = CSS[CSS.index("/* --- page") :]
    on_screen = after_tokens[: after_tokens.index("@media print")]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", on_screen) == []


@pytest.mark.parametrize("sheet", ["marketplace.css", "funding.css"])
def test_a_sheet_of_its_own_takes_its_colours_from_the_tokens(sheet: str) -> None:
    """So that what is measured above holds on its pages too."""
    own = (STATIC / sheet).read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|color)a?\(", own) == []
    assert set(re.findall(r"var\(--([\w-]+)", own)) <= set(re.findall(r"--([\w-]+):", CSS + own))
