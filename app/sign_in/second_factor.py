"""The second step of signing in."""

from uuid import UUID

from app.tables import SecondFactorRow


async def is_on(member_id: UUID) -> bool:
    """Say whether a member signs in with a second factor."""
    return await SecondFactorRow.exists().where(
        (SecondFactorRow.member_id == member_id) & SecondFactorRow.confirmed_at.is_not_null()
    )
