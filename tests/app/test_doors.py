"""The doors of the house: each leads where its act is open, and every page lies behind one."""

from itertools import chain

import pytest
from litestar import Litestar

from app.acts import ACTS
from app.doors import Doors, ShownDoor, doors
from app.main import create_app
from community import Role
from tests.journeys.sweeping import READERS
from tests.walks import MACHINES, act_of, handlers, right_person

# Data for programs, which know no doors.
FOR_PROGRAMS = ("/api/", "/manifest.webmanifest", "/worker.js", "/offline")
# On the way in nobody is anywhere yet.
ON_THE_WAY_IN = ("/sign-in", "/desk")
EVERYBODY = [None, *(frozenset({role}) for role in Role), frozenset(Role)]


@pytest.fixture(scope="module", name="app")
def whole_app() -> Litestar:
    return create_app()


def every(found: Doors) -> list[ShownDoor]:
    return [*found.front, *chain.from_iterable(group for _heading, group in found.menu)]


@pytest.mark.parametrize(
    "roles", EVERYBODY, ids=lambda roles: "+".join(sorted(roles or {"visitor"}))
)
def test_no_door_leads_to_a_closed_page(app: Litestar, roles: frozenset[Role] | None) -> None:
    routes = handlers(app)
    for door in every(doors(roles, "/")):
        act = act_of(routes["GET", door.href])
        assert act.public or (roles is not None and act.reach(roles)), door


def test_every_page_lies_behind_one_door(app: Litestar) -> None:
    homeless = []
    for (method, path), handler in handlers(app).items():
        if method != "GET" or path.startswith((*MACHINES, *ON_THE_WAY_IN, *FOR_PROGRAMS)):
            continue
        right = READERS.get(path, (right_person(act_of(handler)),))[-1]
        if path == "/" and right is None:
            continue  # a visitor's home is behind the name of the house
        roles = frozenset({right}) if right else None
        found = [one for one in every(doors(roles, path)) if one.current]
        if len(found) != 1:
            homeless.append((path, roles, found))
    assert homeless == []


def test_a_door_says_whether_one_stands_before_it_or_behind() -> None:
    before = doors(frozenset({Role.ELDER}), "/projects")
    assert [one.current for one in before.front] == ["", "", "page", ""]
    assert not before.in_menu
    behind = doors(frozenset({Role.ELDER}), "/rounds/7")
    assert [one.current for one in behind.front] == ["", "", "true", ""]
    mine = doors(frozenset({Role.ELDER}), "/me/security/password")
    assert [one.href for one in every(mine) if one.current] == ["/me"]
    assert mine.in_menu


def test_the_nearest_door_counts() -> None:
    desk = frozenset({Role.COORDINATOR})
    for path, href in (
        ("/desk", "/desk"),
        ("/desk/undelivered", "/desk/undelivered"),
        ("/members/duplicates", "/members"),
        ("/membership", None),
        ("/for", "/me"),
    ):
        found = [one.href for one in every(doors(desk, path)) if one.current]
        assert found == ([href] if href else []), path


def test_who_sees_which_doors() -> None:
    def seen(*roles: Role) -> set[str]:
        return {one.href for one in every(doors(frozenset(roles), "/"))}

    visitor = {one.href for one in every(doors(None, "/"))}
    assert {"/sign-in", "/organisations", "/policy"} <= visitor
    assert visitor.isdisjoint({"/", "/me", "/members"})
    assert "/sign-in" not in seen(Role.ELDER)
    assert seen(Role.ELDER).isdisjoint({"/members", "/places", "/audit", "/for"})
    assert "/for" in seen(Role.DELEGATE)
    assert {"/members", "/erasures", "/desk"} <= seen(Role.COORDINATOR)
    assert "/audit" in seen(Role.AUDITOR)
    assert "/audit" not in seen(Role.COORDINATOR)


def test_every_door_s_act_is_in_the_table() -> None:
    from app.doors import FRONT, HOME, MENU, SIGN_IN  # noqa: PLC0415 (only here)

    for door in (HOME, SIGN_IN, *FRONT, *chain.from_iterable(group for _h, group in MENU)):
        assert door.act in ACTS
