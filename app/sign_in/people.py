"""What a guesser would know of a member, for refusing passwords and PINs made of it."""

import community
from app.sign_in.weak_secrets import Person
from community import Member


async def person_of(member: Member) -> Person:
    """Return a member's name, number and birth date, for the rules of `weak_secrets`."""
    known = await community.guessable(member.id, community_id=member.community_id)
    return Person((member.name,), known.phone or "", known.birth_date)
