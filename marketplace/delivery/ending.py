"""The coordinator's verb that stops a project in public: its requests end, its money returns."""

from uuid import UUID

from community import Actor
from marketplace.delivery import rules
from marketplace.delivery.asking import let_go
from marketplace.delivery.moving import locked, move
from marketplace.delivery.reading import disbursements, read_delivery
from marketplace.delivery.refusals import verb
from marketplace.delivery.values import Delivery, DeliveryState, DisbursementState
from marketplace.funding.returning import give_back, keep_still


async def stop(project_id: UUID, why: str, *, by: Actor) -> Delivery:
    """Stop a project for a reason that everybody can read; what is left returns to its sources.

    Open requests end unpaid. What was paid stays paid, and stays in the book; minutes that are set
    aside for somebody's help wait until it is said who came. The steps after delivery end with it
    in `marketplace.evaluation.stop_project`, which joins this. Raises `NotBegun`,
    `NotYoursToDecide`, `DeliveryMoved`, `InvalidDelivery`, `PartsReserved` where a payment is
    undecided.
    """
    rules.coordinates(by, "stop")
    rules.text("why", why, rules.REASON_MAX)
    async with verb():
        delivery = await locked(project_id, community_id=by.community_id)
        rules.standing(delivery, rules.STOPPABLE)
        await keep_still(project_id, community_id=by.community_id)  # before the book's own locks
        await move(delivery, DeliveryState.STOPPED, by=by, why=why.strip())
        for one in await disbursements(project_id, community_id=by.community_id):
            if one.state.open:
                await let_go(one, DisbursementState.STOPPED, by=by)
        await give_back(project_id, by=by, hours_wait=True)
        return await read_delivery(project_id, community_id=by.community_id)
