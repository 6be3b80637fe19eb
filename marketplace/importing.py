"""Takes in a published election: its file byte for byte, what it says, and its counts.

It is counted by its own rule, where that can be followed, and compared with the winners that it
records; and under both rules that every election here is counted by.
"""

import asyncio
import gzip
import hashlib
import json
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any
from uuid import UUID

import ledger
from community import Actor, record, system
from marketplace.counting import CountRules, Rule, compared, count, official_rules
from marketplace.election import Election
from marketplace.errors import BadRules
from marketplace.pabulib import read_election
from marketplace.refusals import verb
from marketplace.results import OWN, as_stored
from marketplace.spreading import voter_groups
from marketplace.tables import CountRow, ElectionRow
from marketplace.values import ElectionId

_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('election ' || {}::text, 7046))"

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
    own, not_followed = _own_rules(election)
    summary = _summary(election)
    groups = await asyncio.to_thread(voter_groups, election)
    counts = []
    if own is not None:
        tell(OWN)
        counted = await asyncio.to_thread(count, election, own)
        counts.append((counted, await asyncio.to_thread(as_stored, counted, election, groups)))
        summary["recorded"] = asdict(compared(counted, election))
    summary["not_followed"] = not_followed
    for rule in RULES:
        tell(rule.value)
        counted = await asyncio.to_thread(count, election, CountRules(rule))
        counts.append((counted, await asyncio.to_thread(as_stored, counted, election, groups)))
    tell("store")
    packed = await asyncio.to_thread(gzip.compress, content, mtime=0)
    async with verb():
        # Who comes second waits here, and then finds the file stored.
        await ElectionRow.raw(_TURN, digest)
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
            json.dumps(summary, ensure_ascii=False),
        )
        if stored:
            for place, (counted, result) in enumerate(counts):
                await CountRow.raw(
                    "INSERT INTO count_result"
                    " (id, community_id, election_id, rule, own, rules, rules_hash, result)"
                    " VALUES ({}, {}, {}, {}, {}, {}, {}, {}::jsonb)",
                    ledger.new_id(),
                    community_id,
                    stored[0]["id"],
                    counted.rules.rule.value,
                    own is not None and place == 0,
                    counted.rules.canonical(),
                    counted.rules_sha256,
                    result,
                )
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


def _own_rules(election: Election) -> tuple[CountRules | None, str]:
    """Return the rules that a file states for itself; else None, and why they are not followed."""
    if not any(election.fact(key).strip() for key in ("rule", "count_rules", "terms")):
        return None, ""
    try:
        return official_rules(election), ""
    except BadRules as error:
        return None, str(error)


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
        "quorum": election.quorum,
        "rule": election.fact("rule").strip(),
        "max_length": election.fact("max_length").strip(),
        "knapsack": bool(election.fact("max_sum_cost").strip()),
        "ceilings": [[one.grouping.value, one.name, one.amount] for one in election.ceilings],
        "warnings": [str(warning) for warning in election.warnings],
        "projects": [
            {
                "id": project.id,
                "name": project.name,
                "category": project.category,
                "cost": project.cost,
                "votes": election.supporters[project.id],
                "score": election.scores[project.id],
                "neighbourhood": project.neighbourhood,
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
