"""The two switches in every page's header: language and text size.

A choice is kept on this device. Who is signed in finds it on the next device, too: there it holds
as long as nothing was chosen on that one.
"""

from contextlib import suppress
from typing import Annotated, Any

from litestar import Request, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

import community
from app.acts import act
from app.addresses import address_of
from app.i18n import is_language
from app.preferences import (
    LANGUAGE_COOKIE,
    TEXT_SIZE_COOKIE,
    TEXT_SIZES,
    preference_cookie,
    safe_return,
)

Submitted = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


def _back(data: dict[str, str]) -> Redirect:
    """Return to the page whose switch was pressed; a page kept by the browser is fetched anew."""
    return Redirect(
        safe_return(data.get("next")), status_code=303, headers={"Cache-Control": "no-store"}
    )


async def _keep(request: Request[Any, Any, Any], **choice: str) -> None:
    """Keep a choice with the member who is signed in; of a visitor there is nothing to keep."""
    member: community.Member | None = request.scope.get("user")
    if member is None:
        return
    address = address_of(request)
    by = community.Actor(member.id, member.community_id, member.roles, address=address)
    with suppress(community.UnknownMember):  # who has left meanwhile still reads this page
        await community.prefer(by=by, **choice)


@post("/language", name="language", opt=act("preference.choose"), status_code=303)
async def choose_language(request: Request[Any, Any, Any], data: Submitted) -> Redirect:
    """Keep the language that was chosen; anything else changes nothing."""
    answer = _back(data)
    chosen = data.get("language")
    if chosen is not None and is_language(chosen):
        answer.cookies.append(preference_cookie(LANGUAGE_COOKIE, chosen))
        await _keep(request, language=chosen)
    return answer


@post("/text-size", name="text-size", opt=act("preference.choose"), status_code=303)
async def choose_text_size(request: Request[Any, Any, Any], data: Submitted) -> Redirect:
    """Keep the text size that was chosen; anything else changes nothing."""
    answer = _back(data)
    chosen = data.get("size")
    if chosen in TEXT_SIZES:
        answer.cookies.append(preference_cookie(TEXT_SIZE_COOKIE, chosen))
        await _keep(request, text_size=chosen)
    return answer
