"""What plans keep of a person is told to them, every kind of it, and to nobody else."""

from zoneinfo import ZoneInfo

from app import personal_data
from marketplace import plans
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.plans_examples import RAIL, accepted_need, changed, closed_call
from tests.marketplace.test_plan_versions import PDF

OF_PLANS = {
    "plan_versions", "plan_files", "calls_opened", "offers_to_undertake", "undertakings",
    "amendments", "amendments_supported",
}  # fmt: skip


async def test_members_are_told_what_they_did_about_plans(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    author, one, two = home.residents[:3]
    call, (given,) = await closed_call(home, need, author)
    await plans.choose(call.id, given.id, by=home.coordinator, reason="最合适")
    await plans.keep_file(need.id, PDF, "pdf", by=author)
    await plans.write_plan(need.id, RAIL, by=author, note="第一稿", base=0)
    amendment = await plans.propose_amendment(
        need.id, changed(title="别的名字"), by=one, base=1, reason="更好听"
    )
    await plans.support_amendment(amendment.id, by=two)
    held = {
        who.member_id: await personal_data.gathered(who)
        for who in (author, one, two, home.coordinator)
    }
    told = {who: {kind for kind in OF_PLANS if rows[kind]} for who, rows in held.items()}
    assert told == {
        author.member_id: {"plan_versions", "plan_files", "offers_to_undertake", "undertakings"},
        one.member_id: {"amendments"},
        two.member_id: {"amendments_supported"},
        home.coordinator.member_id: {"plan_versions", "calls_opened", "undertakings"},
    }
    for rows in held.values():
        assert list(personal_data.sections(rows, ZoneInfo("Asia/Shanghai")))
