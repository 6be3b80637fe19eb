"""Takes in a published election: its file byte for byte, what it says, and its counts."""

import asyncio
import gzip
import hashlib
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from uuid import UUID

import ledger
from community import Actor, record, system
from marketplace.counting import Count, CountRules, Rule, count
from marketplace.election import Election
from marketplace.pabulib import read_election
from marketplace.refusals import verb
from marketplace.results import as_stored
from marketplace.tables import CountRow, ElectionRow
from marketplace.values import ElectionId

RULES = (Rule.GREEDY, Rule.MES)
"""Each election is counted under both, with cost satisfaction and ties by id as text."""


@dataclass(frozen=True, slots=True)
class Imported:
    """An election that is in the house now; `known` says that it was before."""

    id: ElectionId
    known: bool


async def import_election(
    content: bytes,
    *,
    community_id: UUID,
    file_name: str,
    by: Actor | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Imported:
    """Store a `.pb` file for a community with its counts; the same file again changes nothing.

    `tell` is called with a word for each step, for whoever waits. Raises BadElectionFile.
    """
    digest = hashlib.sha256(content).hexdigest()
    known = await _known(community_id, digest)
    if known is not None:
        return Imported(known, known=True)
    tell("read")
    election = await asyncio.to_thread(read_election, content)
    counts = []
    for rule in RULES:
        tell(rule.value)
        counts.append(await asyncio.to_thread(count, election, CountRules(rule)))
    tell("store")
    packed = await asyncio.to_thread(gzip.compress, content, mtime=0)
    async with verb():
        stored = await ElectionRow.raw(
            "INSERT INTO election (id, community_id, name, file_name, file_sha256, file, summary)"
            " VALUES ({}, {}, {}, {}, {}, {}, {}::jsonb)"
            " ON CONFLICT ON CONSTRAINT election_imported_once DO NOTHING RETURNING id",
            ledger.new_id(),
            community_id,
            _name(election, file_name),
            PurePath(file_name).name,
            digest,
            packed,
            json.dumps(_summary(election), ensure_ascii=False),
        )
        if stored:
            for counted in counts:
                await _store(counted, ElectionId(stored[0]["id"]), community_id)
            await record(
                "election.import",
                by=by or system(community_id),
                subject_kind="election",
                subject_id=stored[0]["id"],
                details={"sha256": digest},
            )
            return Imported(ElectionId(stored[0]["id"]), known=False)
    faster = await _known(community_id, digest)
    if faster is None:
        raise RuntimeError("the election that is known already is not there")
    return Imported(faster, known=True)


async def _known(community_id: UUID, digest: str) -> ElectionId | None:
    rows = await ElectionRow.raw(
        "SELECT id FROM election WHERE community_id = {} AND file_sha256 = {}",
        community_id,
        digest,
    )
    return ElectionId(rows[0]["id"]) if rows else None


def _name(election: Election, file_name: str) -> str:
    """Return what the election calls itself: place and year, else its file's name."""
    parts = [election.fact(key).strip() for key in ("unit", "subunit", "district", "instance")]
    named = " · ".join(dict.fromkeys(part for part in parts if part))
    told = named or election.fact("description").strip() or PurePath(file_name).stem
    return unicodedata.normalize("NFC", told)


def _summary(election: Election) -> dict[str, Any]:
    """Return what the pages show of an election, as JSON; money in its smallest unit."""
    return {
        "kind": election.kind.value,
        "budget": election.budget,
        "scale": election.scale,
        "currency": election.fact("currency").strip(),
        "votes": election.votes,
        "voters": _voters(election),
        "description": election.fact("description").strip(),
        "country": election.fact("country").strip(),
        "begins": election.fact("date_begin").strip(),
        "ends": election.fact("date_end").strip(),
        "threshold": election.threshold,
        "warnings": [str(warning) for warning in election.warnings],
        "projects": [
            {
                "id": project.id,
                "name": project.name,
                "category": project.category,
                "cost": project.cost,
                "votes": election.supporters[project.id],
            }
            for project in election.projects
        ],
    }


def _voters(election: Election) -> int | None:
    """Return how many could have voted, where the file states it and it can be true."""
    for key in ("electorate", "num_voters", "eligible_voters"):
        stated = election.fact(key).strip()
        if stated.isdecimal() and int(stated) >= max(election.votes, 1):
            return int(stated)
    return None


async def _store(counted: Count, election_id: ElectionId, community_id: UUID) -> None:
    await CountRow.raw(
        "INSERT INTO count_result"
        " (id, community_id, election_id, rule, rules, rules_hash, result)"
        " VALUES ({}, {}, {}, {}, {}, {}, {}::jsonb)",
        ledger.new_id(),
        community_id,
        election_id,
        counted.rules.rule.value,
        counted.rules.canonical(),
        counted.rules_sha256,
        as_stored(counted),
    )
