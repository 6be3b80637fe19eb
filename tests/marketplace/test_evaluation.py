"""Residents judge what was delivered, on real PostgreSQL: rating, inspecting, closing, replying."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import asyncpg
import pytest

import community
from community import Role
from marketplace import delivery, evaluation
from marketplace.delivery import DeliveryState
from marketplace.errors import NotACoordinator, UnknownProject
from marketplace.evaluation import (
    Aspect,
    CloseToUndertaker,
    EvaluationOver,
    EvaluationState,
    NamedAlready,
    NotAnInspector,
    NotARater,
    NotDelivered,
    NotTheUndertaker,
    NotYetClosed,
    RepliedAlready,
    SignedAlready,
    UnknownEvaluation,
    WhyNot,
    rules,
)
from marketplace.evaluation import reading as evaluation_reading
from marketplace.evaluation.tables import EvaluationRow
from marketplace.needs import NotForAnother, NotYourDesk, NoWordGiven
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import chosen, kin
from tests.marketplace.evaluation_examples import (
    FINE,
    GOOD,
    adopt,
    auditor,
    deliver,
    delivered,
    judged,
    of,
    over,
    wanting,
)
from tests.marketplace.plans_examples import kinds_told, member


async def test_a_photograph_that_no_column_could_number(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    signed = await evaluation.sign(here.project.id, FINE, by=here.coordinator)
    for number in (-1, 0, 1, 2**40):
        with pytest.raises(evaluation.UnknownEvaluation):
            await evaluation.sign_off_photo(
                signed.id, number, project_id=here.project.id, community_id=neighbourhood.id
            )


async def test_a_delivery_opens_one_evaluation_and_asks_residents(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    found = await of(here)
    assert (found.number, found.state) == (1, EvaluationState.OPEN)
    assert found.undertaker_id == here.undertaker.member_id
    assert await evaluation.open_due() == 0
    again = await evaluation.open_evaluation(here.project.id, by=here.coordinator)
    assert again.id == found.id
    asked = await evaluation_reading.invited(found)
    assert set(asked) == {one.member_id for one in neighbourhood.residents[1:]}
    assert "evaluation.invited" in await kinds_told(neighbourhood.residents[2])
    assert "evaluation.invited" not in await kinds_told(here.undertaker)
    assert "evaluation.inspect" in await kinds_told(here.coordinator)
    assert await evaluation.to_rate(asked[0], community_id=neighbourhood.id) == [(found, False)]
    assert await evaluation.not_yet_rated(asked[0], community_id=neighbourhood.id) == [found]
    one = next(one for one in neighbourhood.residents if one.member_id == asked[0])
    await evaluation.rate(here.project.id, GOOD, by=one)
    assert await evaluation.not_yet_rated(asked[0], community_id=neighbourhood.id) == []
    assert await evaluation.not_yet_rated(asked[1], community_id=neighbourhood.id) == [found]
    nobody = here.undertaker.member_id
    assert await evaluation.not_yet_rated(nobody, community_id=neighbourhood.id) == []


async def test_only_what_is_delivered_is_judged(neighbourhood: Neighbourhood) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    with pytest.raises(NotDelivered):
        await evaluation.open_evaluation(here.project.id, by=here.coordinator)
    with pytest.raises(UnknownEvaluation):
        await evaluation.rate(here.project.id, GOOD, by=neighbourhood.residents[2])


async def test_so_many_are_asked_by_lot_and_the_lot_can_be_drawn_again(
    neighbourhood: Neighbourhood,
) -> None:
    for n in range(12):
        await member(neighbourhood, f"More {n}", Role.RESIDENT)
    await adopt(neighbourhood.id, invited_max=10)
    found = await of(await delivered(neighbourhood))
    asked = await evaluation_reading.invited(found)
    assert len(asked) == 10
    everybody = {
        one.id
        for one in await community.members(neighbourhood.id, Role.RESIDENT)
        if one.id != found.undertaker_id
    }
    assert sorted(rules.drawn(everybody, 10, found.id)) == asked


async def test_a_rating_is_changed_until_the_time_is_over(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    resident = neighbourhood.residents[2]
    await evaluation.rate(here.project.id, GOOD, "好用。", by=resident)
    changed = dict(GOOD) | {Aspect.USEFUL: 2, Aspect.WORTH_IT: 0}
    await evaluation.rate(here.project.id, changed, "", by=resident)
    found = await of(here)
    own = await evaluation.own_rating(found, resident.member_id)
    assert own is not None
    assert (own.marks, own.words) == ((2, 4, 4, 0, 4), "")
    assert (await evaluation.counted(found)).rated == 1
    with pytest.raises(EvaluationOver):
        await evaluation.rate(here.project.id, GOOD, by=resident, at=over())


async def test_nothing_of_a_score_is_seen_before_the_end(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    for one in neighbourhood.residents[1:]:
        await evaluation.rate(here.project.id, GOOD, "好。", by=one)
    found = await of(here)
    result = await evaluation.result_of(found)
    assert (result.raters, result.overall) == (5, None)
    assert set(result.aspects.values()) == {None}
    assert await evaluation.comments(found) == []


async def test_a_score_is_exact_with_its_spread_and_stays_with_the_undertaker(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    for n, one in enumerate(neighbourhood.residents[1:], start=1):
        given = dict(GOOD) | {Aspect.USEFUL: n, Aspect.INVOLVED: 0 if n == 1 else 5}
        await evaluation.rate(here.project.id, given, f"Words {n}", by=one)
    await evaluation.sign(here.project.id, FINE, by=await auditor(neighbourhood))
    assert await evaluation.close_due(at=over()) >= 1
    assert await evaluation.close_due(at=over()) == 0
    found = await of(here)
    result = await evaluation.result_of(found)
    useful = result.aspects[Aspect.USEFUL]
    assert useful is not None
    assert (useful.counts, useful.mean) == ((1, 1, 1, 1, 1), Fraction(3))
    assert result.aspects[Aspect.INVOLVED] is None  # four gave a mark, and five are needed
    assert result.overall is not None
    assert result.overall.mean == Fraction(15 + 20 * 3, 20)
    said = await evaluation.comments(found)
    assert {one.words for one in said} == {f"Words {n}" for n in range(1, 6)}
    record = await evaluation.record_of(
        community_id=neighbourhood.id, member_id=here.undertaker.member_id
    )
    assert [(one.title, one.result) for one in record] == [(here.project.title, result)]
    moved = await delivery.read_delivery(here.project.id, community_id=neighbourhood.id)
    assert moved.state is DeliveryState.JUDGED
    assert "evaluation.judged" in await kinds_told(here.undertaker)
    assert "evaluation.closed" in await kinds_told(neighbourhood.residents[2])


async def test_too_few_raters_are_counted_and_nothing_else(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    for one in neighbourhood.residents[1:5]:
        await evaluation.rate(here.project.id, GOOD, by=one)
    await evaluation.sign(here.project.id, FINE, by=await auditor(neighbourhood))
    await evaluation.close_due(at=over())
    result = await evaluation.result_of(await of(here))
    assert (result.raters, result.overall) == (4, None)


async def test_who_carried_it_out_who_approved_and_their_kin_do_not_rate(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen(neighbourhood)
    await here.begun()
    await here.paid(100)
    await deliver(here)
    cousin, relative = neighbourhood.residents[1], neighbourhood.residents[2]
    await kin(neighbourhood, here.undertaker, cousin)
    await kin(neighbourhood, here.treasurer, relative)
    for who, why in (
        (here.undertaker, WhyNot.UNDERTAKER),
        (here.treasurer, WhyNot.APPROVER),
        (here.coordinator, WhyNot.APPROVER),
        (cousin, WhyNot.KIN),
        (relative, WhyNot.KIN),
        (neighbourhood.outsider, WhyNot.ELSEWHERE),
    ):
        with pytest.raises(NotARater) as refused:
            await evaluation.rate(here.project.id, GOOD, by=who)
        assert refused.value.reason == why
    assert (await evaluation.counted(await of(here))).rated == 0


async def test_a_rating_of_who_became_kin_meanwhile_is_set_aside(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    for one in neighbourhood.residents[1:]:
        await evaluation.rate(here.project.id, GOOD, "Words", by=one)
    await kin(neighbourhood, here.undertaker, neighbourhood.residents[1])
    await evaluation.sign(here.project.id, FINE, by=await auditor(neighbourhood))
    await evaluation.close_due(at=over())
    found = await of(here)
    assert (await evaluation.result_of(found)).raters == 4
    assert len(await evaluation.comments(found)) == 4


async def test_another_community_sees_and_does_nothing(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    here = await delivered(neighbourhood)
    stranger = elsewhere.residents[0]
    for refused in (
        evaluation.rate(here.project.id, GOOD, by=stranger),
        evaluation.reply(here.project.id, "Hello", by=stranger),
    ):
        with pytest.raises(UnknownEvaluation):
            await refused
    with pytest.raises(UnknownProject):
        await evaluation.name_inspector(
            here.project.id, stranger.member_id, "Knows rails.", by=elsewhere.coordinator
        )
    assert await evaluation.evaluation_of(here.project.id, community_id=elsewhere.id) is None


async def test_nobody_rates_for_another_and_a_call_needs_the_caller_s_word(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    resident = neighbourhood.residents[1]
    with pytest.raises(NotYourDesk):
        await evaluation.rate(here.project.id, GOOD, by=resident, call_id=uuid.uuid4())
    with pytest.raises(NoWordGiven):
        await evaluation.rate(here.project.id, GOOD, by=here.coordinator, call_id=uuid.uuid4())
    acting = community.Actor(
        resident.member_id,
        neighbourhood.id,
        resident.roles,
        on_behalf_of=neighbourhood.residents[2].member_id,
    )
    with pytest.raises(NotForAnother):
        await evaluation.rate(here.project.id, GOOD, by=acting)


async def test_an_evaluation_waits_for_its_inspector(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    await evaluation.rate(here.project.id, GOOD, by=neighbourhood.residents[1])
    await evaluation.close_due(at=over())
    assert (await of(here)).state is EvaluationState.OPEN
    for _twice in range(2):
        await evaluation.remind_of_evaluations(at=over())
    assert (await kinds_told(here.coordinator)).count("evaluation.unsigned") == 1
    await evaluation.sign(here.project.id, FINE, by=here.coordinator, at=over())
    await evaluation.close_due(at=over())
    assert (await of(here)).state is EvaluationState.CLOSED


async def test_who_has_not_rated_is_reminded_once(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    await evaluation.rate(here.project.id, GOOD, by=neighbourhood.residents[1])
    soon = datetime.now(UTC) + timedelta(days=12)
    for _twice in range(2):
        await evaluation.remind_of_evaluations(at=soon)
    assert "evaluation.reminder" not in await kinds_told(neighbourhood.residents[1])
    assert (await kinds_told(neighbourhood.residents[2])).count("evaluation.reminder") == 1


async def test_inspectors_are_staff_or_named_and_never_close_to_the_undertaker(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    named, cousin = neighbourhood.residents[3], neighbourhood.residents[4]
    await kin(neighbourhood, here.undertaker, cousin)
    with pytest.raises(NotAnInspector):
        await evaluation.sign(here.project.id, FINE, by=named)
    with pytest.raises(NotACoordinator):
        await evaluation.name_inspector(
            here.project.id, named.member_id, "Knows rails.", by=neighbourhood.residents[1]
        )
    with pytest.raises(CloseToUndertaker):
        await evaluation.name_inspector(
            here.project.id, cousin.member_id, "Knows rails.", by=here.coordinator
        )
    with pytest.raises(NotAnInspector):
        await evaluation.name_inspector(
            here.project.id, neighbourhood.outsider.member_id, "Knows.", by=here.coordinator
        )
    await evaluation.name_inspector(
        here.project.id, named.member_id, "Knows rails.", by=here.coordinator
    )
    with pytest.raises(NamedAlready):
        await evaluation.name_inspector(
            here.project.id, named.member_id, "Again.", by=here.coordinator
        )
    assert "evaluation.named" in await kinds_told(named)
    key = uuid.uuid4()
    signed = await evaluation.sign(here.project.id, FINE, by=named, id=key)
    assert await evaluation.sign(here.project.id, FINE, by=named, id=key) == signed
    with pytest.raises(SignedAlready):
        await evaluation.sign(here.project.id, FINE, by=named)
    assert await evaluation.sign_offs(await of(here)) == [signed]


async def test_what_is_wanting_goes_back_and_is_judged_anew(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    for one in neighbourhood.residents[1:]:
        await evaluation.rate(here.project.id, dict.fromkeys(Aspect, 1), "Bad.", by=one)
    signed = await evaluation.sign(here.project.id, wanting(), by=here.coordinator)
    assert not signed.passed
    found = await of(here)
    assert found.state is EvaluationState.SENT_BACK
    assert (await evaluation.result_of(found)).overall is None
    assert await evaluation.comments(found) == []
    moved = await delivery.read_delivery(here.project.id, community_id=neighbourhood.id)
    assert moved.state is DeliveryState.UNDER_WAY
    assert "evaluation.sent_back" in await kinds_told(here.undertaker)
    with pytest.raises(EvaluationOver):
        await evaluation.rate(here.project.id, GOOD, by=neighbourhood.residents[1])
    await deliver(here)
    second = await of(here)
    assert (second.number, second.state) == (2, EvaluationState.OPEN)
    assert (await evaluation.counted(second)).rated == 0


async def test_the_undertaker_replies_once(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    with pytest.raises(NotYetClosed):
        await evaluation.reply(here.project.id, "Thank you.", by=here.undertaker)
    await evaluation.sign(here.project.id, FINE, by=here.coordinator)
    await evaluation.close_due(at=over())
    with pytest.raises(NotTheUndertaker):
        await evaluation.reply(here.project.id, "Thank you.", by=neighbourhood.residents[2])
    replied = await evaluation.reply(here.project.id, "Thank you.", by=here.undertaker)
    again = await evaluation.reply(here.project.id, " Thank you. ", by=here.undertaker)
    assert replied == again
    with pytest.raises(RepliedAlready):
        await evaluation.reply(here.project.id, "Something else.", by=here.undertaker)


async def test_ratings_that_come_with_the_closing_count_or_are_refused(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    await evaluation.sign(here.project.id, FINE, by=here.coordinator)
    until = (await of(here)).closes_at - timedelta(seconds=1)
    given = [
        evaluation.rate(here.project.id, GOOD, by=one, at=until)
        for one in neighbourhood.residents[1:]
    ]
    ended = await asyncio.gather(
        *given[:3], evaluation.close_due(at=over()), *given[3:], return_exceptions=True
    )
    refused = [one for one in ended if isinstance(one, EvaluationOver)]
    odd = [one for one in ended if isinstance(one, Exception) and one not in refused]
    assert not odd
    assert (await evaluation.counted(await of(here))).rated == 5 - len(refused)


async def test_the_database_itself_refuses_what_comes_too_late(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    here = await judged(neighbourhood)
    found = await of(here)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as late:
        await owner.execute(
            "UPDATE evaluation_rating SET marks = '{1,1,1,1,1}' WHERE evaluation_id = $1", found.id
        )
    assert late.value.constraint_name == "evaluation_takes"
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as changed:
        await owner.execute("UPDATE evaluation SET state = 'open' WHERE id = $1", found.id)
    assert changed.value.constraint_name == "evaluation_stands"
    assert await EvaluationRow.raw("SELECT id FROM sign_off WHERE evaluation_id = {}", found.id)
