"""`linli administrator`: the way in for the first administrator, and for the last one."""

import asyncio

import click

import community
from app.commands.letting_in import (
    bring_up_to_date,
    make_administrator,
    read_number,
    tell_way_in,
)
from app.embedded import database_at_hand, pooled
from app.exits import Exit, StopError
from app.sign_in.errors import FactorOff
from app.sign_in.helping import reset_second_factor


@click.group()
def command() -> None:
    """Let the first administrator in, or the last one who lost the second step."""


@command.command()
@click.option("--community", "code", required=True, help="The community's short name.")
@click.option("--name", required=True, help="The administrator's own name.")
@click.option("--phone", required=True, help="Their telephone number; + and the country abroad.")
def add(code: str, name: str, phone: str) -> None:
    """Make somebody administrator of a community, and print a code to sign in with.

    Whoever has the number already is made administrator as they are. The code works once, within
    24 hours; running this again makes a new one, and the earlier one ends. Then choose a password
    and set up the second step: an administrator's powers rest until it is set up.

    A community is made with `linli found`, which names its first administrator too.

    \b
    Example:
      linli administrator add --community bali --name 沈洁 --phone 13812345678
    """
    number = read_number(phone)
    with database_at_hand("makes an administrator"):
        bring_up_to_date()
        made = asyncio.run(_add(code, name, number))
    tell_way_in(name, code, made)


@command.command()
@click.option("--phone", required=True, help="The administrator's telephone number.")
def reset_second_step(phone: str) -> None:
    """Remove the second step of somebody who has lost app and recovery codes.

    Another administrator does this on the site; this is for the last one. They are signed out
    everywhere, told by message, and set it up anew. The audit trail keeps it.

    \b
    Example:
      linli administrator reset-second-step --phone 13812345678
    """
    number = read_number(phone)
    with database_at_hand("removes a second step"):
        bring_up_to_date()
        asyncio.run(_reset(number))
    click.echo("The second step is removed. It is set up anew at the next sign-in.")


async def _reset(phone: str) -> None:
    async with pooled():
        member = await community.active_member_by_phone(phone)
        if member is None:
            raise StopError("No active member has this number.", Exit.MISUSED)
        try:
            await reset_second_factor(member.id, by=community.system(member.community_id))
        except FactorOff as refusal:
            raise StopError("This member has no second step.", Exit.MISUSED) from refusal


async def _add(code: str, name: str, phone: str) -> str:
    async with pooled():
        try:
            home = await community.community_by_code(code)
            return await make_administrator(home, name=name, phone=phone)
        except community.CommunityError as refusal:
            raise StopError(f"{refusal}. Nothing was stored.", Exit.MISUSED) from refusal
