"""Comments on projects are looked after as arguments are; what is kept of a rater, and goes."""

from datetime import UTC, datetime

import pytest

import community
from app.erasing import erase
from app.merging import merge
from community import Actor, Role
from marketplace import evaluation
from marketplace.deliberation import NotImpartial, ReportReason, SameModerator
from marketplace.errors import NotACoordinator
from marketplace.evaluation import (
    CommentReported,
    GoneComment,
    LookAsked,
    NothingToRule,
    NotYetClosed,
    NotYourComment,
    OwnComment,
)
from marketplace.evaluation import reading as evaluation_reading
from marketplace.evaluation.personal import KEPT
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import Chosen
from tests.marketplace.evaluation_examples import (
    FINE,
    GOOD,
    auditor,
    delivered,
    of,
    over,
)
from tests.marketplace.plans_examples import kinds_told, member


async def commented(home: Neighbourhood) -> tuple[Chosen, Actor, evaluation.Comment]:
    """Let a project be judged with one comment; return its author and the comment."""
    here = await delivered(home)
    author = home.residents[1]
    for one in home.residents[1:]:
        words = "Zhou was late." if one is author else ""
        await evaluation.rate(here.project.id, GOOD, words, by=one)
    await evaluation.sign(here.project.id, FINE, by=await auditor(home))
    await evaluation.close_evaluation(here.project.id, by=here.coordinator, at=over())
    (said,) = await evaluation.comments(await of(here))
    return here, author, said


async def test_a_comment_is_reported_hidden_and_looked_at_again(
    neighbourhood: Neighbourhood,
) -> None:
    here, author, said = await commented(neighbourhood)
    neighbour = neighbourhood.residents[2]
    other = await member(neighbourhood, "Wu", Role.COORDINATOR)
    third = await member(neighbourhood, "Xu", Role.COORDINATOR)
    with pytest.raises(OwnComment):
        await evaluation.report_comment(said.id, ReportReason.OTHER, by=author)
    await evaluation.report_comment(said.id, ReportReason.PRIVATE, "A name.", by=neighbour)
    with pytest.raises(CommentReported):
        await evaluation.report_comment(said.id, ReportReason.PRIVATE, by=neighbour)
    (case,) = await evaluation.waiting_comments(neighbourhood.id)
    assert (case.words, case.again) == ("Zhou was late.", False)
    with pytest.raises(NotACoordinator):
        await evaluation.rule_on_comment(said.id, "No", hidden=True, number=1, by=neighbour)
    with pytest.raises(NotImpartial):  # it names the coordinator Zhou
        await evaluation.rule_on_comment(said.id, "No", hidden=True, number=1, by=here.coordinator)
    await evaluation.rule_on_comment(said.id, "It names one.", hidden=True, number=1, by=other)
    with pytest.raises(NothingToRule):
        await evaluation.rule_on_comment(said.id, "It is fine.", hidden=False, number=1, by=third)
    with pytest.raises(GoneComment):
        await evaluation.report_comment(said.id, ReportReason.OTHER, by=neighbourhood.residents[3])
    (shown,) = await evaluation.comments(await of(here))
    assert (shown.hidden, shown.hidden_reason) == (True, "It names one.")
    assert "evaluation.comment_hidden" in await kinds_told(author)
    with pytest.raises(NotYourComment):
        await evaluation.ask_look_at_comment(said.id, "Please.", by=neighbour)
    await evaluation.ask_look_at_comment(said.id, "It is about the day.", by=author)
    with pytest.raises(LookAsked):
        await evaluation.ask_look_at_comment(said.id, "Again.", by=author)
    with pytest.raises(SameModerator):
        await evaluation.rule_on_comment(said.id, "Still.", hidden=True, number=2, by=other)
    await evaluation.rule_on_comment(said.id, "It may stay.", hidden=False, number=2, by=third)
    assert "evaluation.comment_kept" in await kinds_told(author)
    assert await evaluation.waiting_comments(neighbourhood.id) == []


async def test_a_comment_that_is_not_published_cannot_be_reported(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    author = neighbourhood.residents[1]
    await evaluation.rate(here.project.id, GOOD, "Words", by=author)
    own = await evaluation.own_rating(await of(here), author.member_id)
    assert own is not None
    with pytest.raises(NotYetClosed):
        await evaluation.report_comment(own.id, ReportReason.OTHER, by=neighbourhood.residents[2])


async def test_an_erasure_takes_the_words_and_leaves_the_score(
    neighbourhood: Neighbourhood,
) -> None:
    here, author, _said = await commented(neighbourhood)
    before = await evaluation.result_of(await of(here))
    await community.ask_erasure(author.member_id, by=author)
    await erase(author.member_id, by=here.coordinator)
    found = await of(here)
    assert await evaluation.comments(found) == []
    assert await evaluation.result_of(found) == before
    assert author.member_id not in await evaluation_reading.invited(found)


async def test_who_rated_under_two_names_counts_once(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    one, other, third = neighbourhood.residents[1:4]
    await evaluation.rate(here.project.id, GOOD, "Mine", by=one)
    await evaluation.rate(here.project.id, GOOD, "Mine too", by=other)
    await merge(one.member_id, other.member_id, by=here.coordinator)
    found = await of(here)
    assert (await evaluation.counted(found)).rated == 1
    await merge(third.member_id, one.member_id, by=here.coordinator)
    kept = await evaluation.own_rating(found, third.member_id)
    assert kept is not None
    assert kept.words == "Mine"


async def test_everything_of_a_rater_is_told_to_them(neighbourhood: Neighbourhood) -> None:
    here, author, said = await commented(neighbourhood)
    await evaluation.report_comment(
        said.id, ReportReason.OTHER, "Look", by=neighbourhood.residents[2], at=datetime.now(UTC)
    )
    held = await community.read_kept(KEPT, [author.member_id])
    (rated,) = held["evaluation_ratings"]
    assert (rated["title"], rated["words"], list(rated["marks"])) == (
        here.project.title, "Zhou was late.", [4, 4, 4, 4, 4],
    )  # fmt: skip
    assert len(held["evaluation_invitations"]) == 1
    held = await community.read_kept(KEPT, [neighbourhood.residents[2].member_id])
    assert [one["words"] for one in held["comment_reports"]] == ["Look"]
