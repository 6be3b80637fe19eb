"""The figures for Prometheus, for the machine itself unless a setting opens them."""

import ipaddress
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from app import metrics
from app.acts import act
from app.routes.health import A_MACHINE
from app.settings import settings

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@get("/metrics", opt={**A_MACHINE, **act("metrics.read")})
async def figures(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give the figures. Raises 404 for whoever may not read them, so as not to show they exist."""
    allowed = settings().metrics
    if allowed == "off" or (allowed == "loopback" and not _from_this_machine(request)):
        raise NotFoundException
    pool = request.app.state.engine.pool
    if pool is not None:
        metrics.connections_open.set(pool.get_size())
        metrics.connections_idle.set(pool.get_idle_size())
    return Response(metrics.report(), media_type=metrics.CONTENT_TYPE)


def _from_this_machine(request: Request[Any, Any, Any]) -> bool:
    """Whether the request began on this machine: a proxy's own address does not count."""
    if any(name in request.headers for name in FORWARDED) or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
