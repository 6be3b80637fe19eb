"""`linli administrator`: the way in for the first administrator, and for the last one."""

import asyncio
from datetime import timedelta

import click

import community
from app.embedded import database_at_hand, pooled
from app.exits import Exit, StopError
from app.founding import found_community
from app.migrations import migrate, want_current
from app.phones import e164
from app.settings import settings
from app.sign_in.codes import put_read_out_code
from app.sign_in.errors import FactorOff
from app.sign_in.helping import reset_second_factor
from community import Role
from community.transactions import transaction

CODE_LIFE = timedelta(hours=24)


@click.group()
def command() -> None:
    """Let the first administrator in, or the last one who lost the second step."""


@command.command()
@click.option("--community", "code", required=True, help="The community's short name.")
@click.option("--new-community", "new_name", help="Make the community first, with this name.")
@click.option("--name", required=True, help="The administrator's own name.")
@click.option("--phone", required=True, help="Their telephone number; + and the country abroad.")
def add(code: str, new_name: str | None, name: str, phone: str) -> None:
    """Make somebody administrator of a community, and print a code to sign in with.

    Whoever has the number already is made administrator as they are. The code works once, within
    24 hours; running this again makes a new one, and the earlier one ends. Then choose a password
    and set up the second step: an administrator's powers rest until it is set up.

    \b
    Examples:
      linli administrator add --community bali --name 沈洁 --phone 13812345678
      linli administrator add --community bali --new-community 八里社区 \\
          --name 沈洁 --phone 13812345678
    """
    number = _number(phone)
    with database_at_hand("makes an administrator"):
        _bring_up_to_date()
        made = asyncio.run(_add(code, new_name, name, number))
    site = settings().public_address or f"http://{settings().host}:{settings().port}"
    click.echo(f"{name} is administrator of {code}. To sign in, within 24 hours:")
    click.echo(f"  1. open {site}/sign-in/code/enter?read-out=yes")
    click.echo("  2. type the telephone number and this code: " + f"{made[:4]} {made[4:]}")


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
    number = _number(phone)
    with database_at_hand("removes a second step"):
        _bring_up_to_date()
        asyncio.run(_reset(number))
    click.echo("The second step is removed. It is set up anew at the next sign-in.")


def _number(phone: str) -> str:
    number = e164(phone)
    if number is None:
        raise StopError(f"--phone: got {len(phone)} characters that are no number.", Exit.MISUSED)
    return number


def _bring_up_to_date() -> None:
    """Migrate our own database, as `linli serve` does; want another to be current."""
    asyncio.run(migrate() if settings().database_url is None else want_current())


async def _reset(phone: str) -> None:
    async with pooled():
        member = await community.active_member_by_phone(phone)
        if member is None:
            raise StopError("No active member has this number.", Exit.MISUSED)
        try:
            await reset_second_factor(member.id, by=community.system(member.community_id))
        except FactorOff as refusal:
            raise StopError("This member has no second step.", Exit.MISUSED) from refusal


async def _add(code: str, new_name: str | None, name: str, phone: str) -> str:
    async with pooled():
        try:
            async with transaction():
                home = await _home(code, new_name)
                member = await community.active_member_by_phone(phone)
                if member is None:
                    member = await community.add_member(
                        community_id=home.id, name=name, phone=phone
                    )
                if member.community_id != home.id:
                    raise StopError("The number is that of a member elsewhere.", Exit.MISUSED)
                if Role.ADMINISTRATOR not in member.roles:
                    await community.grant_role(member.id, Role.ADMINISTRATOR, at=home.id)
                return await put_read_out_code(phone, member.id, life=CODE_LIFE)
        except community.CommunityError as refusal:
            raise StopError(f"{refusal}. Nothing was stored.", Exit.MISUSED) from refusal


async def _home(code: str, new_name: str | None) -> community.Community:
    if new_name is None:
        return await community.community_by_code(code)
    return await found_community(code=code, name=new_name)
