"""Plans what each row of a roster would do, set against the other rows and the register.

In words:

- A row is of a member whom it names by the first of these that it has and that somebody here has:
  the Linli number; the roster number; the identity number; the telephone with the same name; the
  name with the birth date; the name with the household (by its number, or by its address where the
  row has no number), where row or register knows no birth date.
  The last three never join two people whose roster or identity numbers differ. A row without any
  of them cannot be known again and is a fault.
- Only active members are found so. One who left, or who waits to be accepted, is a matter for a
  person: such a row is a fault that says so.
- A number of a membership that was merged into another leads to that other.
- Nobody's way in is moved by a file who has a role of staff: their telephone and e-mail stay.
- An empty cell changes nothing. Roles are added, never ended, and of the roles that let a person
  see others' data none is given by a file.
- Two rows that claim the same number or telephone, or are the same person, are both faults; so is
  one that could not be told from another once both are stored. So a file that was taken in does
  nothing when it comes again.
- A telephone may pass from one member to another within one file: it is taken only where its
  holder keeps it.

All of it is done by the database, in a few statements over all rows at once.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from community.values import STAFF

# Every step joins whole sets: the register's people are read once, and nothing is asked of an index
# row by row. Statistics tell little of a community that was just filled, and an index that begins
# with the community then looks as good as the right one: each row would read everybody.

# The register's spelling, tidied as the spelling of files is: else `１２ 幢` would seem a change.
_TIDY: Final = "regexp_replace(btrim(normalize({}, NFKC)), '[[:space:]]+', ' ', 'g')"
_HAN: Final = "[\u4e00-\u9fff]"
_TIDY_NAME: Final = f"regexp_replace({_TIDY}, '({_HAN}) (?={_HAN})', '\\1', 'g')"
_GRID_NAME: Final = _TIDY.format("area.name")
_MEMBER_NAME: Final = _TIDY_NAME.format("member.name")
_DOOR_ADDRESS: Final = _TIDY.format("door.address")

# The register as the rows are set against it: everybody of this community, those whom a row may be
# of, those who were merged into another, the households, the roles that each has or will have.
_REGISTER: Final = """
people AS MATERIALIZED (
    SELECT id, name, phone, email, birth_date, grid_id, household_id, registration, language,
        roster_number, identity_lookup, standing, merged_into
    FROM member WHERE community_id = $2),
here AS NOT MATERIALIZED (SELECT * FROM people WHERE standing IN ('active', 'left')),
homes AS MATERIALIZED (SELECT id, code, address FROM household WHERE community_id = $2),
held AS MATERIALIZED (
    SELECT member_id, array_agg(role) AS roles FROM member_role
    WHERE community_id = $2 AND (until IS NULL OR until > clock_timestamp()) GROUP BY member_id)"""

# What a row's words stand for: its grid and its household.
_PLACED: Final = f"""
areas AS MATERIALIZED (
    SELECT id, code, name, {_GRID_NAME} AS tidy FROM area
    WHERE parent_id = $2 AND level = 'grid'),
named AS MATERIALIZED (
    SELECT DISTINCT grid FROM roster_row WHERE import_id = $1 AND grid IS NOT NULL),
grids AS MATERIALIZED (
    SELECT DISTINCT ON (meant.grid) meant.grid, meant.id FROM (
        SELECT grid, id, code, 1 AS rank FROM named JOIN areas ON areas.name = named.grid
        UNION ALL
        SELECT grid, id, code, 2 FROM named JOIN areas ON areas.tidy = named.grid
        UNION ALL
        SELECT grid, id, code, 2 FROM named JOIN areas ON areas.code = lower(named.grid)) AS meant
    ORDER BY meant.grid, meant.rank, meant.code),
placed AS MATERIALIZED (
    SELECT row.row_number, row.name, row.phone, row.email, row.birth_date, row.roster_number,
        row.identity_lookup, row.identity_lookups, row.registration, row.roles, row.language,
        row.grid, row.address, row.linli_number, row.misread, grids.id AS grid_id,
        row.household, coalesce(row.household, CASE WHEN length(row.address) <= 40
            THEN row.address
            ELSE left(row.address, 31) || '-' || left(md5(row.address), 8) END) AS code
    FROM roster_row AS row LEFT JOIN grids ON grids.grid = row.grid
    WHERE row.import_id = $1)"""  # noqa: S608 (pieces of our own)

_ONE_PERSON: Final = """coalesce(here.roster_number = row.roster_number, true)
        AND coalesce(here.identity_lookup = ANY(row.identity_lookups), true)"""
_UNBORN: Final = "(row.birth_date IS NULL OR here.birth_date IS NULL)"

# Whom a row is of: those whom the first of its keys finds that finds anybody. Names are only asked
# for the rows whose numbers found nobody: a name can be many people's.
_MINE: Final = f"""
lookups AS MATERIALIZED (
    SELECT row_number, unnest(identity_lookups) AS lookup FROM placed),
bearers AS MATERIALIZED (
    SELECT lookups.row_number, people.id, people.standing FROM lookups
    JOIN people ON people.identity_lookup = lookups.lookup),
numbered AS MATERIALIZED (
    SELECT row.row_number, 1 AS rank, here.id FROM placed AS row
    LEFT JOIN people AS former ON former.id = row.linli_number
    JOIN here ON here.id = coalesce(former.merged_into, row.linli_number)
    UNION ALL
    SELECT row.row_number, 2, here.id FROM placed AS row
    JOIN here ON here.roster_number = row.roster_number WHERE row.linli_number IS NULL
    UNION ALL
    SELECT row.row_number, 3, here.id FROM placed AS row
    JOIN people AS former ON former.roster_number = row.roster_number
    JOIN here ON here.id = former.merged_into WHERE row.linli_number IS NULL
    UNION ALL
    SELECT row.row_number, 4, bearers.id FROM placed AS row
    JOIN bearers ON bearers.row_number = row.row_number
    WHERE row.linli_number IS NULL AND bearers.standing IN ('active', 'left')),
unnumbered AS MATERIALIZED (
    SELECT row.* FROM placed AS row WHERE row.linli_number IS NULL
        AND NOT EXISTS (SELECT FROM numbered WHERE numbered.row_number = row.row_number)),
found AS MATERIALIZED (
    SELECT row_number, rank, id FROM numbered
    UNION ALL
    SELECT row.row_number, 5, here.id FROM unnumbered AS row
    JOIN here ON here.phone = row.phone AND here.name = row.name WHERE {_ONE_PERSON}
    UNION ALL
    SELECT row.row_number, 6, here.id FROM unnumbered AS row
    JOIN here ON here.name = row.name AND here.birth_date = row.birth_date WHERE {_ONE_PERSON}
    UNION ALL
    SELECT row.row_number, 7, here.id FROM unnumbered AS row
    JOIN homes ON homes.code = row.code
    JOIN here ON here.household_id = homes.id AND here.name = row.name
    WHERE {_UNBORN} AND {_ONE_PERSON}
    UNION ALL
    SELECT row.row_number, 8, here.id FROM unnumbered AS row
    JOIN homes ON homes.address = row.address
    JOIN here ON here.household_id = homes.id AND here.name = row.name
    WHERE row.household IS NULL AND {_UNBORN} AND {_ONE_PERSON}),
known AS MATERIALIZED (
    SELECT DISTINCT ON (row_number) row_number, array_agg(DISTINCT id) AS matches
    FROM found GROUP BY row_number, rank ORDER BY row_number, rank),
matched AS MATERIALIZED (
    SELECT row.*, known.matches, member.id AS member_id, CASE
        WHEN row.household IS NULL AND home.address = row.address THEN home.code
        ELSE row.code END AS household_code, home.code AS home_code
    FROM placed AS row
    LEFT JOIN known ON known.row_number = row.row_number
    LEFT JOIN here AS member ON member.id = CASE WHEN cardinality(known.matches) = 1
        THEN known.matches[1] END
    LEFT JOIN homes AS home ON home.id = member.household_id)
"""  # noqa: S608 (pieces of our own)


def _twice(key: str, *more: str, of: str = "placed") -> str:
    """Return a question for what several rows have in common, with the first two of them."""
    keys = ", ".join((key, *more))
    return f"""
    SELECT {keys}, (array_agg(row_number ORDER BY row_number))[1:2] AS rows
    FROM {of} WHERE {key} IS NOT NULL GROUP BY {keys} HAVING count(*) > 1"""  # noqa: S608 (pieces of our own)


# A row that only its telephone, birth date or household could tell from a namesake's.
_WEAK: Final = """(mine.linli_number IS NULL AND mine.roster_number IS NULL
            AND mine.identity_lookup IS NULL)"""

_HELD: Final = "coalesce(held.roles, '{}')"

_OUTCOMES: Final = f"""
WITH {_REGISTER}, {_PLACED}, {_MINE},
phones AS ({_twice("phone")}),
numbers AS ({_twice("roster_number")}),
identities AS ({_twice("identity_lookup")}),
namesakes AS ({_twice("birth_date", "name")}),
housemates AS ({_twice("code", "name")}),
neighbours AS ({_twice("address", "name")}),
doors AS (
    SELECT household_code, min(address) AS one, (array_agg(row_number ORDER BY address, row_number)
        )[1] AS row_of_one, (array_agg(row_number ORDER BY address DESC, row_number))[1] AS other
    FROM matched WHERE household_code IS NOT NULL AND address IS NOT NULL
    GROUP BY household_code HAVING min(address) <> max(address)),
weighed AS (
    SELECT mine.row_number, mine.grid_id, mine.household_code, mine.member_id,
    array_remove(ARRAY[
        CASE WHEN mine.name <> member.name AND mine.name <> {_MEMBER_NAME} THEN 'name' END,
        CASE WHEN mine.phone <> coalesce(member.phone, '') THEN 'phone' END,
        CASE WHEN mine.birth_date <> coalesce(member.birth_date, 'infinity') THEN 'birth_date' END,
        CASE WHEN coalesce(member.identity_lookup, '') <> ALL(mine.identity_lookups)
            THEN 'identity' END,
        CASE WHEN mine.registration <> coalesce(member.registration, '') THEN 'registration' END,
        CASE WHEN mine.grid IS NOT NULL AND (mine.grid_id IS NULL
            OR mine.grid_id IS DISTINCT FROM member.grid_id) THEN 'grid' END,
        CASE WHEN mine.household_code <> coalesce(mine.home_code, '') THEN 'household' END,
        CASE WHEN mine.address <> door.address AND mine.address <> {_DOOR_ADDRESS}
            THEN 'address' END,
        CASE WHEN NOT mine.roles <@ {_HELD} THEN 'roles' END,
        CASE WHEN mine.language <> member.language THEN 'language' END,
        CASE WHEN mine.email <> coalesce(member.email, '') THEN 'email' END,
        CASE WHEN mine.roster_number <> coalesce(member.roster_number, '')
            AND coalesce(holder.merged_into <> member.id, true) THEN 'roster_number' END
    ], NULL) AS changed,
    (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(
            jsonb_build_object('column', said.of, 'code', said.code, 'row', said.row))), '[]')
     FROM (VALUES
        (phones.rows IS NOT NULL, 'phone', 'phone_twice', phones.rows),
        (numbers.rows IS NOT NULL, 'roster_number', 'roster_number_twice', numbers.rows),
        (identities.rows IS NOT NULL, 'identity', 'identity_twice', identities.rows),
        ({_WEAK} AND (namesakes.rows IS NOT NULL
            OR (mine.phone IS NULL AND mine.birth_date IS NULL
                AND (housemates.rows IS NOT NULL OR neighbours.rows IS NOT NULL))),
            'name', 'person_twice', coalesce(namesakes.rows, housemates.rows, neighbours.rows)),
        (doors.one IS NOT NULL AND mine.address IS NOT NULL, 'address', 'address_differs',
            CASE WHEN mine.address = doors.one THEN ARRAY[doors.other]
                 ELSE ARRAY[doors.row_of_one] END),
        (cardinality(mine.matches) > 1, 'name', 'ambiguous', NULL),
        (mine.linli_number IS NOT NULL AND mine.matches IS NULL, 'linli_number',
            'linli_number_unknown', NULL),
        (mine.misread = '[]' AND {_WEAK} AND mine.phone IS NULL AND mine.birth_date IS NULL
            AND mine.code IS NULL, 'name', 'no_key', NULL),
        (member.standing = 'left', 'name', 'has_left', NULL),
        (holder.id IS NOT NULL
            AND coalesce(holder.merged_into, holder.id) IS DISTINCT FROM member.id,
            'roster_number', 'roster_number_taken', NULL),
        (NOT same_identity.ids <@ ARRAY[member.id], 'identity', 'identity_taken', NULL),
        (EXISTS (SELECT FROM unnest(mine.roles) AS asked WHERE asked = ANY($3)
            AND asked <> ALL({_HELD})), 'roles', 'role_of_staff', NULL),
        (mine.phone <> coalesce(member.phone, '') AND {_HELD} && $3, 'phone',
            'contact_of_staff', NULL),
        (mine.email <> coalesce(member.email, '') AND {_HELD} && $3, 'email',
            'contact_of_staff', NULL)
     ) AS fault (holds, of, code, rows)
     CROSS JOIN LATERAL (SELECT fault.of, fault.code,
        CASE WHEN fault.rows[1] = mine.row_number THEN fault.rows[2] ELSE fault.rows[1] END AS row
     ) AS said
     WHERE fault.holds) AS conflicts
    FROM matched AS mine
    LEFT JOIN here AS member ON member.id = mine.member_id
    LEFT JOIN held ON held.member_id = mine.member_id
    LEFT JOIN homes AS door ON door.code = mine.household_code
    LEFT JOIN people AS holder ON holder.roster_number = mine.roster_number
    LEFT JOIN (SELECT row_number, array_agg(id) AS ids FROM bearers GROUP BY row_number)
        AS same_identity ON same_identity.row_number = mine.row_number
    LEFT JOIN phones ON phones.phone = mine.phone
    LEFT JOIN numbers ON numbers.roster_number = mine.roster_number
    LEFT JOIN identities ON identities.identity_lookup = mine.identity_lookup
    LEFT JOIN namesakes ON namesakes.name = mine.name AND namesakes.birth_date = mine.birth_date
    LEFT JOIN housemates ON housemates.name = mine.name AND housemates.code = mine.code
    LEFT JOIN neighbours ON neighbours.name = mine.name AND neighbours.address = mine.address
    LEFT JOIN doors ON doors.household_code = mine.household_code)
UPDATE roster_row AS row SET
    grid_id = weighed.grid_id,
    household_code = weighed.household_code,
    member_id = weighed.member_id,
    changed = weighed.changed,
    conflicts = weighed.conflicts,
    outcome = CASE WHEN row.misread <> '[]' OR weighed.conflicts <> '[]' THEN 'fault'
        WHEN weighed.member_id IS NULL THEN 'new'
        WHEN weighed.changed = '{{}}' THEN 'same' ELSE 'changed' END
FROM weighed WHERE row.import_id = $1 AND row.row_number = weighed.row_number
"""  # noqa: S608 (pieces of our own)

# The rows whose telephone somebody else has, with the rows by which that one would let it go.
_CLAIMS: Final = """
WITH leaving AS MATERIALIZED (
    SELECT member_id, array_agg(row_number) AS rows FROM roster_row
    WHERE import_id = $1 AND outcome = 'changed' AND 'phone' = ANY(changed) GROUP BY member_id)
SELECT row.row_number, coalesce(leaving.rows, '{}') AS leaving
FROM roster_row AS row
JOIN member AS holder ON holder.phone = row.phone
LEFT JOIN leaving ON leaving.member_id = holder.id
WHERE row.import_id = $1 AND row.outcome IN ('new', 'changed')
    AND holder.id IS DISTINCT FROM row.member_id
"""

# A holder that this community cannot see is not described.
_PHONES: Final = """
UPDATE roster_row AS row SET outcome = 'fault', conflicts = row.conflicts || jsonb_build_array(
    jsonb_build_object('column', 'phone', 'code', CASE
        WHEN holder.community_id = $2 AND holder.standing IN ('applied', 'invited')
        THEN 'phone_waiting' ELSE 'phone_taken' END))
FROM unnest($3::integer[]) AS stuck (row_number), member AS holder
WHERE row.import_id = $1 AND row.row_number = stuck.row_number AND holder.phone = row.phone
"""

# Among the rows that would do something, two that are of one member, or that could not be told
# apart once they are stored: the next time, each would be found twice. The row with the one best
# key stands.
_CLASHES: Final = f"""
WITH sound AS MATERIALIZED (
    SELECT mine.row_number, mine.member_id, mine.name, {_WEAK} AS weak,
        mine.phone IS NULL AND mine.birth_date IS NULL AS homely,
        CASE WHEN NOT {_WEAK} THEN 4 WHEN mine.phone IS NOT NULL THEN 3
            WHEN mine.birth_date IS NOT NULL THEN 2 ELSE 1 END AS strength,
        coalesce(mine.birth_date, member.birth_date) AS born,
        coalesce(mine.household_code, home.code) AS home
    FROM roster_row AS mine
    LEFT JOIN member ON member.id = mine.member_id
    LEFT JOIN household AS home ON home.id = member.household_id
    WHERE mine.import_id = $1 AND mine.outcome <> 'fault'),
people AS (
    SELECT member_id, (array_agg(row_number ORDER BY strength DESC, row_number))[1:2] AS rows,
        max(strength) AS most, (array_agg(strength ORDER BY strength DESC))[2] AS next
    FROM sound WHERE member_id IS NOT NULL GROUP BY member_id HAVING count(*) > 1),
namesakes AS ({_twice("born", "name", of="sound")}),
housemates AS ({_twice("home", "name", of="sound")}),
clashes AS (
    SELECT sound.row_number, CASE WHEN people.rows IS NOT NULL THEN 'member_twice'
        ELSE 'person_twice' END AS code,
        coalesce(people.rows, namesakes.rows, housemates.rows) AS rows
    FROM sound
    LEFT JOIN people ON people.member_id = sound.member_id
        AND (sound.strength < people.most OR people.next = people.most)
    LEFT JOIN namesakes ON namesakes.name = sound.name AND namesakes.born = sound.born
    LEFT JOIN housemates ON housemates.name = sound.name AND housemates.home = sound.home
    WHERE people.rows IS NOT NULL OR (weak AND (namesakes.rows IS NOT NULL
        OR (homely AND housemates.rows IS NOT NULL))))
UPDATE roster_row AS row SET outcome = 'fault', conflicts = row.conflicts || jsonb_build_array(
    jsonb_build_object('column', 'name', 'code', clashes.code, 'row',
        CASE WHEN clashes.rows[1] = row.row_number THEN clashes.rows[2] ELSE clashes.rows[1] END))
FROM clashes WHERE row.import_id = $1 AND row.row_number = clashes.row_number
"""  # noqa: S608 (pieces of our own)

_DIGEST: Final = """
SELECT sha256(convert_to(coalesce(string_agg(concat_ws(':', row_number, outcome, member_id,
    array_to_string(changed, ',')), ' ' ORDER BY row_number), ''), 'UTF8'))
FROM roster_row WHERE import_id = $1
"""


@asynccontextmanager
async def whole_sets(connection: Any) -> AsyncIterator[None]:
    """Have the statements inside join whole sets, whatever the statistics say, in bounded memory.

    Rows of a file and of a register that was just filled are not in the statistics yet: taken for
    a handful, 100,000 of them would be compared pair by pair, for hours.
    """
    await connection.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '32MB'")
    yield  # where it fails, the transaction ends, and the settings with it
    await connection.execute("SET LOCAL enable_nestloop = on; SET LOCAL work_mem = DEFAULT")


async def plan(connection: Any, import_id: UUID, community_id: UUID) -> bytes:
    """Write down what each staged row would do now; return a digest of the whole plan.

    `connection` is the one of the open transaction. Two plans with one digest do the same.
    """
    staff = [role.value for role in STAFF]
    async with whole_sets(connection):
        await connection.execute(_OUTCOMES, import_id, community_id, staff)
        while await _weed_out(connection, import_id, community_id):
            continue
    digest: bytes = await connection.fetchval(_DIGEST, import_id)
    return digest


async def _weed_out(connection: Any, import_id: UUID, community_id: UUID) -> bool:
    """Find the faults that rest on what other rows do; say whether there were any.

    A row with a fault does nothing, and may so be in the way of another.
    """
    claims = await connection.fetch(_CLAIMS, import_id)
    stuck = _stuck((claim["row_number"], claim["leaving"]) for claim in claims)
    if stuck:
        await connection.execute(_PHONES, import_id, community_id, stuck)
    clashes = await connection.execute(_CLASHES, import_id)
    return bool(stuck) or clashes != "UPDATE 0"


def _stuck(claims: Iterable[tuple[int, Sequence[int]]]) -> list[int]:
    """Return the rows whose telephone stays with its holder.

    A claim is a row and the rows by which the holder would let go. It is stuck once all of those
    are: who stands in the way of whom is followed to its end, however long the queue.
    """
    ways: dict[int, int] = {}
    waiting: dict[int, list[int]] = {}
    for row, leaving in claims:
        ways[row] = len(leaving)
        for other in leaving:
            waiting.setdefault(other, []).append(row)
    stuck = [row for row, count in ways.items() if count == 0]
    for row in stuck:  # grows as it goes
        for behind in waiting.get(row, ()):
            ways[behind] -= 1
            if ways[behind] == 0:
                stuck.append(behind)
    return stuck


async def grids_to_make(connection: Any, import_id: UUID) -> list[str]:
    """Return the names of the grids that sound rows name and that nobody made yet."""
    rows = await connection.fetch(
        "SELECT DISTINCT grid FROM roster_row WHERE import_id = $1 AND grid IS NOT NULL"
        " AND grid_id IS NULL AND outcome IN ('new', 'changed') ORDER BY grid",
        import_id,
    )
    return [row["grid"] for row in rows]
