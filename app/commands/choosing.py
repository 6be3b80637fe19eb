"""Which community a command is about: the one that was named, or the only one there is."""

import community
from app.exits import Exit, StopError
from community import Community


async def chosen_community(code: str | None) -> Community:
    """Return the community with this code, or the only one. Raises `StopError`."""
    known = await community.communities()
    if code is None and len(known) == 1:
        return known[0]
    for one in known:
        if one.code == code:
            return one
    codes = ", ".join(one.code for one in known) or "there is none yet"
    raise StopError(f"Say which community: --community CODE ({codes}).", Exit.MISUSED)
