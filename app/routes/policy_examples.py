"""The packs that come with Linli: side by side, what each would change here, and as files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response, Template

import community
from app import packs, policies, time_bank_rules
from app.acts import act
from app.guards import actor_of
from app.i18n import gettext as _
from app.neighbourhood import community_shown, roles_shown
from app.packs import Example
from community import Policy

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class _Listed:
    """A pack in the list: how many rules would be others than here."""

    code: str
    name: str
    source: str
    changes: int


@get("/time-bank/rules", name="time-bank.rules", opt=act("policy.read"))
async def rules_page(request: AnyRequest) -> Template:
    """Tell members the rules of the time bank, short, and what they mean for whoever reads."""
    home = await community_shown(request)
    now = datetime.now(UTC)
    told = policies.rules(await community.adopted_packs(home.id), now)
    every = [rule for _group, of_group in told.groups for rule in of_group]
    by = await actor_of(request)
    policy = await community.policy_in_force(home.id, now)
    context = {
        "home": home,
        "topics": time_bank_rules.topics(every, short=True),
        "mine": await time_bank_rules.for_me(by, policy, now) if by else [],
    }
    return Template("timebank/rules.html", context=context)


@get("/policy/examples", name="policy.examples", opt=act("policy.read"))
async def examples_page(request: AnyRequest) -> Template:
    """Show the packs side by side with what holds here."""
    home = await community_shown(request)
    here = await community.policy_in_force(home.id)
    found = packs.examples()
    others = [one.on(here) for one in found]
    every = [(_("Here"), here), *zip((one.name for one in found), others, strict=True)]
    context = {
        "home": home,
        "examples": [
            _Listed(one.code, one.name, one.source, len(policies.changed(here, after)))
            for one, after in zip(found, others, strict=True)
        ],
        "differences": [
            time_bank_rules.difference(setting, every)
            for setting in packs.differing([here, *others])
        ],
    }
    return Template("community/policy_examples.html", context=context)


@get("/policy/examples/{example:str}", name="policy.example", opt=act("policy.read"))
async def example_page(request: AnyRequest, example: FromPath[str]) -> Template:
    """Show what would change here if the community went by this pack."""
    found = _known(example)
    home = await community_shown(request)
    here = await community.policy_in_force(home.id)
    context = {
        "home": home,
        "example": found,
        "changes": policies.changed(here, found.on(here)),
        "roles": await roles_shown(request),
    }
    return Template("community/policy_example.html", context=context)


@get(
    "/policy/examples/{example:str}/pack.toml",
    name="policy.example.file",
    opt=act("policy.read"),
)
async def example_file(example: FromPath[str]) -> Response[bytes]:
    """Give a pack's file as it comes with Linli."""
    found = _known(example)
    return Response(
        found.text.encode(),
        media_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.code}.toml"'},
    )


def draft(example: Example, here: Policy) -> str:
    """Return a pack's rules as a file to change and hand in, the other rules as they are here."""
    name, source = example.in_both
    return policies.as_file(example.on(here), name=name, source=source)


def _known(code: str) -> Example:
    found = packs.example(code)
    if found is None:
        raise NotFoundException
    return found


handlers = [rules_page, examples_page, example_page, example_file]
