"""Identity numbers: checked, sealed, found; and sealed anew, whatever dies midway."""

import asyncio
import uuid
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

import community
from app import identity
from app.commands import linli
from app.settings import mistakes, settings

NUMBER = "11010519491231002X"
OTHER = "440308199901101512"
OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))

Keys = Callable[..., None]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Keys:
    def put(*given: str) -> None:
        if given:
            monkeypatch.setenv("LINLI_IDENTITY_KEYS", ",".join(given))
        else:
            monkeypatch.delenv("LINLI_IDENTITY_KEYS", raising=False)
        settings.cache_clear()

    put()
    return put


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (NUMBER, NUMBER),
        ("110105 19491231 002x", NUMBER),
        ("１１０１０５１９４９１２３１００２Ｘ", NUMBER),
        ("11010519491231002", None),
        ("110105194912310021", None),
        ("110105194913310020", None),
        ("000000194912310026", None),
        ("", None),
        ("me", None),
    ],
)
def test_a_number_is_checked_as_the_standard_says(written: str, number: str | None) -> None:
    assert identity.compact(written) == number


@given(st.text(max_size=30))
def test_no_text_breaks_the_check(written: str) -> None:
    assert identity.compact(written) is None or len(identity.compact(written) or "") == 18


def test_a_seal_opens_and_tells_nothing(keys: Keys) -> None:
    keys(OLD)
    assert identity.kept()
    sealed = identity.seal(NUMBER)
    assert identity.opened(sealed.sealed) == NUMBER
    assert NUMBER not in sealed.sealed
    assert sealed.shown == "1****X"
    assert identity.seal(NUMBER).sealed != sealed.sealed
    assert identity.seal(NUMBER).lookup == sealed.lookup
    assert identity.seal(OTHER).lookup != sealed.lookup
    keys(STRANGE)
    assert identity.seal(NUMBER).lookup != sealed.lookup
    with pytest.raises(ValueError, match="none of the keys"):
        identity.opened(sealed.sealed)


def test_without_keys_nothing_is_kept(keys: Keys) -> None:
    keys()
    assert not identity.kept()
    with pytest.raises(LookupError):
        identity.seal(NUMBER)


@pytest.mark.parametrize(
    "bad",
    ["", "short", f"{OLD},", f"{OLD},short", "x" * 44],
    ids=["none", "short", "none after one", "short after one", "no key"],
)
def test_a_wrong_key_is_named_and_not_shown(keys: Keys, bad: str) -> None:
    keys(bad)
    (line,) = mistakes({"LINLI_IDENTITY_KEYS": bad})
    assert line.startswith("LINLI_IDENTITY_KEYS: got a hidden value")
    assert OLD not in line


async def _place() -> uuid.UUID:
    home = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="八里社区")
    return home.id


async def _found(place: uuid.UUID, number: str = NUMBER) -> uuid.UUID | None:
    return await community.found_by_identity(identity.lookups(number), community_id=place)


async def _pass(size: int) -> tuple[int, list[uuid.UUID]]:
    """Seal all of them anew; return how many, and whose could not be opened."""
    last, renewed, unreadable = community.FIRST_ID, 0, list[uuid.UUID]()
    while True:
        batch = await community.reseal_identities(identity.resealed, after=last, size=size)
        renewed, last = renewed + batch.resealed, batch.last
        unreadable += batch.unreadable
        if not batch.passed:
            return renewed, unreadable


@pytest.mark.usefixtures("database")
async def test_everybody_is_found_before_midway_and_after(keys: Keys) -> None:
    keys(OLD)
    place = await _place()
    people = {}
    for number in (NUMBER, OTHER):
        one = await community.add_member(
            community_id=place, name="王秀英", identity=identity.seal(number)
        )
        people[number] = one.id
    keys(NEW, OLD)
    # As after being killed behind the first batch: one is under the new key, one under the old.
    first = min(people.values())
    midway = await community.reseal_identities(
        identity.resealed, after=uuid.UUID(int=first.int - 1), size=1
    )
    assert (midway.resealed, midway.last) == (1, first)
    for number, member_id in people.items():
        assert await _found(place, number) == member_id
        with pytest.raises(community.IdentityTaken) as refused:
            await community.add_member(
                community_id=place, name="李明", identity=identity.seal(number)
            )
        assert refused.value.holder == member_id
    renewed, _unreadable = await _pass(size=1)
    assert renewed >= 1
    again, _unreadable = await _pass(size=500)
    assert again == 0
    keys(NEW)
    for number, member_id in people.items():
        assert await _found(place, number) == member_id
        sealed = (await community.details_of(member_id, community_id=place)).identity_sealed
        assert sealed
        assert identity.opened(sealed) == number
    events = [event for event in await community.audit_events(place) if event.subject_id == place]
    assert sum(one.details["members"] for one in events if one.act == "identity.rotate") == 2


@pytest.mark.usefixtures("database")
async def test_rotations_at_once_and_an_amendment_do_not_undo_each_other(keys: Keys) -> None:
    keys(OLD)
    place = await _place()
    one = await community.add_member(
        community_id=place, name="王秀英", identity=identity.seal(NUMBER)
    )
    by = community.system(place)
    keys(NEW, OLD)
    await asyncio.gather(
        _pass(size=3),
        _pass(size=7),
        community.amend_member(one.id, {"identity": identity.seal(OTHER)}, shown={}, by=by),
    )
    keys(NEW)
    assert await _found(place, OTHER) == one.id
    assert await _found(place, NUMBER) is None


@pytest.mark.usefixtures("database")
async def test_what_no_key_opens_stays_and_is_named(keys: Keys) -> None:
    keys(STRANGE)
    place = await _place()
    one = await community.add_member(
        community_id=place, name="王秀英", identity=identity.seal(NUMBER)
    )
    before = (await community.details_of(one.id, community_id=place)).identity_sealed
    keys(NEW, OLD)
    _renewed, unreadable = await _pass(size=500)
    assert one.id in unreadable
    assert (await community.details_of(one.id, community_id=place)).identity_sealed == before
    keys(NEW, OLD, STRANGE)
    assert one.id not in (await _pass(size=500))[1]


def test_the_command_refuses_without_keys(keys: Keys) -> None:
    keys()
    done = CliRunner().invoke(linli, ["rotate-identity"])
    assert done.exit_code != 0
    assert "LINLI_IDENTITY_KEYS is not set" in str(done.exception)
