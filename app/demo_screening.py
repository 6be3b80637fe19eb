"""The demo's screenings: one begun, one accepted, one refused and appealed against."""

from collections.abc import Sequence
from typing import Final

from community import Actor
from marketplace import screening
from marketplace.needs import Need
from marketplace.screening import Answer, Band, Draft, Outcome, Verdict

YUAN: Final = 100  # fen
YES: Final = Answer(Verdict.YES)

BEGUN: Final = Draft(
    {
        "duty": Answer(Verdict.UNCLEAR, "站台归公交公司，旁边的空地归社区。已经去问了。"),
        "safety": YES,
    }
)
FINE: Final = Draft(
    {
        "duty": Answer(Verdict.YES, "不在职责清单里。"),
        "safety": Answer(Verdict.YES, "活动室有消防验收，每次两位志愿者在场。"),
        "budget": Answer(Verdict.YES, "桌椅、台灯和两个月的水电。"),
        "like": Answer(Verdict.YES, "去年的四点半课堂只在开学期间。"),
    },
    Band(6_000 * YUAN, 9_000 * YUAN),
)
ACCEPTED: Final = "四项都符合。下一步请愿意承办的团队一起做方案。"
AGAINST: Final = Draft(
    {
        "duty": YES,
        "safety": YES,
        "budget": Answer(Verdict.NO, "每户一台，三百户要九十多万元，超过上限。"),
        "like": Answer(Verdict.UNCLEAR, "街道有老旧家电以旧换新补贴，可能重复。"),
    },
    Band(900_000 * YUAN, 1_100_000 * YUAN),
)
REFUSED: Final = "室内空调是各家自己的设备，钱也超过一个项目的上限。公共活动室的空调可以另外提出。"
APPEAL: Final = "我们说的是独居老人的三十户，不是每一户。三十台不到九万元，请再看一次。"


async def fill_screening(
    raised: Sequence[Need], coordinator: Actor, residents: Sequence[Actor], *, colleague: Actor
) -> Need:
    """Screen some of the demo's needs; return the one that was accepted.

    The colleague refuses one, so that the coordinator finds an appeal to decide.
    """
    bench, study, cooling = raised[1], raised[2], raised[6]
    await screening.save_screening(bench.id, BEGUN, revision=0, by=coordinator)
    await screening.save_screening(study.id, FINE, revision=0, by=coordinator)
    await screening.decide_screening(
        study.id, Outcome.ACCEPTED, ACCEPTED, revision=1, by=coordinator
    )
    await screening.save_screening(cooling.id, AGAINST, revision=0, by=colleague)
    await screening.decide_screening(cooling.id, Outcome.REFUSED, REFUSED, revision=1, by=colleague)
    author = next(one for one in residents if one.member_id == cooling.raised_by)
    await screening.appeal(cooling.id, APPEAL, by=author)
    return study
