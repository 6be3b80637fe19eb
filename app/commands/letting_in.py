"""How a command makes somebody administrator of a community, and says how they get in."""

import asyncio
from datetime import timedelta
from typing import Final

import click

import community
from app.exits import Exit, StopError
from app.migrations import migrate, want_current
from app.phones import e164
from app.settings import settings
from app.sign_in.codes import put_read_out_code
from community import Community, Role
from community.transactions import transaction

CODE_LIFE: Final = timedelta(hours=24)


def read_number(phone: str, option: str = "--phone") -> str:
    """Return a telephone number as it is kept. Raises `StopError` for what is none."""
    number = e164(phone)
    if number is None:
        raise StopError(f"{option}: got {len(phone)} characters that are no number.", Exit.MISUSED)
    return number


def bring_up_to_date() -> None:
    """Migrate our own database, as `linli serve` does; want another to be current."""
    asyncio.run(migrate() if settings().database_url is None else want_current())


async def make_administrator(home: Community, *, name: str, phone: str) -> str:
    """Make whoever has the number administrator, a new member if nobody has it; return a code.

    The code signs them in once within `CODE_LIFE`; an earlier one ends. Raises `StopError` where
    the number is that of a member elsewhere.
    """
    async with transaction():
        member = await community.active_member_by_phone(phone)
        if member is None:
            member = await community.add_member(community_id=home.id, name=name, phone=phone)
        if member.community_id != home.id:
            raise StopError(
                "The number is that of a member elsewhere. Nothing was stored.", Exit.MISUSED
            )
        if Role.ADMINISTRATOR not in member.roles:
            await community.grant_role(member.id, Role.ADMINISTRATOR, at=home.id)
        return await put_read_out_code(phone, member.id, life=CODE_LIFE)


def tell_way_in(name: str, home: str, code: str) -> None:
    """Print how the administrator signs in for the first time."""
    site = settings().public_address or f"http://{settings().host}:{settings().port}"
    click.echo(f"{name} is administrator of {home}. To sign in, within 24 hours:")
    click.echo(f"  1. open {site}/sign-in/code/enter?read-out=yes")
    click.echo(f"  2. type the telephone number and this code: {code[:4]} {code[4:]}")
    click.echo("  3. set up the second step, and choose a password under My sign-in")
