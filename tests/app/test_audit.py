"""The audit trail over HTTP: in plain words, narrowed by a form, and as a file to take away."""

import csv
import io
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio
from litestar import Litestar

import community
import ledger
from app import audit_words, field_words, trail_page
from app.i18n import speaking, translations
from app.main import create_app, running
from app.settings import settings
from community import Actor, Role, TrailSearch
from tests.acts_in_code import written_acts
from tests.app.walking import Walker, walker
from tests.timebank.street import Street, open_street


def test_every_act_in_the_code_has_a_sentence_and_a_family() -> None:
    found = written_acts()
    assert len(found) > 40
    unclear = [one.place for one in found if not one.acts]
    assert unclear == [], "write the act as a literal, so that it can be found"
    acts = {act for one in found for act in one.acts}
    assert {"visit.ask", "visit.cancel", "kin.end", "area.rename", "role.grant"} <= acts
    assert sorted(acts - set(audit_words.SENTENCES)) == [], "say it in app/audit_words.py"
    assert sorted(set(audit_words.SENTENCES) - acts) == [], "no such act any more"
    families = {act.partition(".")[0] for act in acts}
    assert families == set(audit_words.FAMILIES)


def test_every_sentence_is_said_in_chinese_too() -> None:
    known = translations("zh")
    sentences = (
        *audit_words.SENTENCES.values(),
        *audit_words.FAMILIES.values(),
        *field_words.LABELS.values(),
    )
    assert [one for one in sentences if known.gettext(one) == one] == []
