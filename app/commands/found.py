"""`linli found`: a community where there was none, and the way in for its first administrator."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import click

import community
from app.commands.letting_in import (
    bring_up_to_date,
    make_administrator,
    read_number,
    tell_way_in,
)
from app.commands.policy import naming_faults
from app.embedded import database_at_hand, pooled
from app.exits import Exit, StopError
from app.founding import Above, areas_above, found_community
from app.i18n import speaking
from community import Area, Community, Level
from community.areas import DEFAULT_TIME_ZONE
from community.transactions import transaction

PLACE = (str, str)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be founded, and who is to administer it."""

    code: str
    name: str
    above: list[Above]
    desk_phone: str
    time_zone: str | None
    rules: Path | None
    administrator: str
    phone: str


@click.command()
@click.option("--code", required=True, help="Its short name in addresses: a-z, 0-9, hyphens.")
@click.option("--name", required=True, help="Its name.")
@click.option("--city", type=PLACE, metavar="CODE NAME", help="The city it lies in.")
@click.option("--district", type=PLACE, metavar="CODE NAME", help="The district it lies in.")
@click.option("--street", type=PLACE, metavar="CODE NAME", help="The street it lies in.")
@click.option("--desk-phone", default="", metavar="PHONE", help="Where members call for help.")
@click.option(
    "--time-zone",
    metavar="NAME",
    help=f"Such as Europe/London; that of the place it lies in, else {DEFAULT_TIME_ZONE}.",
)
@click.option(
    "--policy",
    "rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Its own rules, as docs/policy.md explains; the usual ones unless given.",
)
@click.option("--administrator", required=True, metavar="NAME", help="The first administrator.")
@click.option("--phone", required=True, help="Their telephone number; + and the country abroad.")
def command(  # noqa: PLR0913 (a community has these parts)
    *,
    code: str,
    name: str,
    city: tuple[str, str] | None,
    district: tuple[str, str] | None,
    street: tuple[str, str] | None,
    desk_phone: str,
    time_zone: str | None,
    rules: Path | None,
    administrator: str,
    phone: str,
) -> None:
    """Found a community: its place, its time bank, its rules and its first administrator.

    City, district and street are found by their codes, or made; each may be left out. All of it is
    stored, or nothing. It prints a code with which the administrator signs in once; everything
    else (residents, staff, the desk) is then done on the site, or with `linli import-roster`.

    A community that is there already is left alone: `linli administrator add` lets somebody in.

    Exit codes: 0 founded; 2 an argument is wrong, or the community is there; 3 the database cannot
    be used; 5 it needs `linli migrate` first; 6 the rules have faults.

    \b
    Example:
      linli found --code bali --name 八里社区 --city 320500 苏州市 --district 320508 姑苏区 \\
          --street jinchang 金阊街道 --desk-phone "0512-6700 1234" \\
          --administrator 许志刚 --phone 13812345678
    """
    places = ((Level.CITY, city), (Level.DISTRICT, district), (Level.STREET, street))
    wanted = _Wanted(
        code,
        name,
        [Above(level, *place) for level, place in places if place],
        desk_phone,
        time_zone,
        rules,
        administrator,
        read_number(phone),
    )
    faults = naming_faults(rules) if rules else nullcontext()
    with database_at_hand("founds a community"), speaking("en"), faults:
        bring_up_to_date()
        home, path, made = asyncio.run(_found(wanted))
    lies = f" in {', '.join(one.name for one in path)}" if path else ""
    click.echo(f"{home.name} ({home.code}) is founded{lies}, with its time bank and its rules.")
    tell_way_in(administrator, home.code, made)


async def _found(wanted: _Wanted) -> tuple[Community, list[Area], str]:
    """Found it; return it with the areas above it, the highest first, and the code to sign in."""
    async with pooled():
        await _refuse_known(wanted)
        try:
            async with transaction():
                home = await found_community(
                    code=wanted.code,
                    name=wanted.name,
                    below=await areas_above(wanted.above, time_zone=wanted.time_zone),
                    time_zone=wanted.time_zone,
                    desk_phone=wanted.desk_phone,
                    rules=wanted.rules.read_bytes() if wanted.rules else None,
                )
                made = await make_administrator(home, name=wanted.administrator, phone=wanted.phone)
        except (community.CommunityError, community.PolicyError) as refusal:
            if isinstance(refusal, community.policy.BadPackFile):
                raise
            raise StopError(f"{refusal}. Nothing was stored.", Exit.MISUSED) from refusal
        return home, (await community.area_path(home.id))[:-1], made


async def _refuse_known(wanted: _Wanted) -> None:
    """Raise `StopError` where the community is there, saying what its operator may want instead."""
    try:
        known = await community.community_by_code(wanted.code)
    except community.UnknownCommunity:
        return
    raise StopError(
        f"There is a community {known.code} already: {known.name}. Nothing was changed. To let an "
        f"administrator in there, run: linli administrator add --community {known.code}",
        Exit.MISUSED,
    )
