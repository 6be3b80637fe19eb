"""Money and hours for a project by every hand, in a browser: the words, the amounts, the ways."""

from playwright.async_api import expect

from app.i18n import gettext as said
from app.wording import money
from marketplace.funding.values import Source
from tests.journeys.funded_walk import (
    ASKS_THE_BANK,
    AUTHOR,
    DECLINED,
    PAPER,
    TREASURER,
    UNDERTAKER,
    figure,
    hand_in,
    pay_by_card,
)
from tests.journeys.marketplace_walk import Lane, follow, press, send, tap, write

BY_CARD, IN_CASH, INSPECTOR = "李明", "王晓燕", "何进"
RATERS = (AUTHOR, BY_CARD, IN_CASH, "赵阿姨", "吴老师", "郑小兰")

# In fen. The fund adds half of every gift, and no more than the goal still lacks.
PUBLIC, CARD, CASH, MATCHED = 600_000, 123_456, 50_044, 86_500
GOAL, RECEIVED = CARD + CASH + MATCHED, PUBLIC + CARD + CASH + MATCHED
RAILS = 480_000  # a line of the plan; what the drive raised is in none
FIRST, SECOND, LAST = 400_010, 259_900, 115_025
FREE_AT_FIRST = RECEIVED - RECEIVED // 10  # a tenth waits for the judgement
LEFT = RECEIVED - FIRST - SECOND - LAST
GAVE = {
    Source.PUBLIC_BUDGET: PUBLIC,
    Source.CARD: CARD,
    Source.CASH: CASH,
    Source.MATCHING: MATCHED,
}
BACK = {
    Source.PUBLIC_BUDGET: 59_348,
    Source.CARD: 12_211,
    Source.CASH: 4_950,
    Source.MATCHING: 8_556,
}
"""Each source's part of the ¥850.65 that are left, by the largest remainder."""

# In minutes.
PLEDGED, CAME = {"赵阿姨": 360, "郑小兰": 240}, {"吴老师": 120, "郑小兰": 90}
MINUTES_BACK = {"赵阿姨": 234, "郑小兰": 156}

WORDS = {
    "zh": {
        "need": "楼道没有扶手", "story": "老人上楼要歇三次。", "place": "凤池弄 3 号楼",
        "plan": "三号楼扶手和座椅", "summary": "每层装扶手，二楼和四楼装折叠座椅。",
        "offer": "我装过六幢楼的扶手。", "brings": "电钻和梯子", "rails": "不锈钢扶手",
        "seats": "折叠座椅", "help": "搬运和清扫", "first": "扶手装好", "second": "座椅装好",
        "round": "秋季微实事", "fund": "物业互助基金", "why": "再加一排矮扶手，给孩子用。",
        "from": "银杏物业公司", "first done": "六层扶手都装好了，晃不动。",
        "second done": "两把座椅装好了，一百五十公斤也坐得稳。",
        "ask first": "扶手材料和安装", "ask second": "给孩子的矮扶手", "ask last": "两把折叠座椅",
        "work": "搬座椅上楼", "about": "请戴手套。", "finish": "请大家来看，来试坐。",
        "comment": "我妈妈敢自己下楼了。", "inspected": "每层都试过，牢固。发票和实物一致。",
        "reply": "谢谢邻居们，四楼的座椅下周再调低一点。",
        "last word": "比计划早做好，省下的钱按比例退回。",
        "back": "王晓燕本人，已签字",
    },
    "en": {
        "need": "No handrail on the stairs", "story": "Elders rest three times on the way up.",
        "place": "House 3", "plan": "Rails and seats in house 3",
        "summary": "A rail on every floor, folding seats on the second and fourth.",
        "offer": "I have put rails into six houses.", "brings": "A drill and ladders",
        "rails": "Steel rails", "seats": "Folding seats", "help": "Carrying and sweeping",
        "first": "The rails are up", "second": "The seats are up", "round": "Autumn projects",
        "fund": "Property company's fund", "why": "A lower rail as well, for children.",
        "from": "Ginkgo property company", "first done": "Six floors of rails. They stand firm.",
        "second done": "Two seats. They carry 150 kilograms.",
        "ask first": "Rails, with fitting", "ask second": "The lower rail for children",
        "ask last": "Two folding seats", "work": "Carry the seats upstairs",
        "about": "Bring gloves.", "finish": "Come and try the seats.",
        "comment": "My mother dares to go down alone.",
        "inspected": "Tried on every floor. The receipts fit what I saw.",
        "reply": "Thank you. The seat on the fourth floor comes a little lower next week.",
        "last word": "Done before the day. What was saved goes back.",
        "back": "Wang Xiaoyan in person, signed",
    },
}  # fmt: skip


async def fill_a_fund(lane: Lane, words: dict[str, str]) -> None:
    """Let the treasurer found a matching fund and put money into it."""
    page = await lane.at(TREASURER, "/funding/desk")
    await follow(page, "/funding/funds")
    await follow(page, "/funding/funds/new")
    await write(page, {"name": words["fund"]})
    await send(page)
    await follow(page, "/top-up")
    await write(page, {"amount": "2000", "words": words["from"]})
    await tap(page, "came_from", "bank")
    await hand_in(page, "paper", PAPER)
    assert await figure(page, said("Free")) == "¥2,000"


async def open_the_drive(lane: Lane, where: str) -> None:
    """Let who carries it out ask for ¥2,600 and ten hours more, matched by the fund."""
    words = WORDS[lane.view.language]
    page = await lane.at(UNDERTAKER, where)
    await follow(page, "/funding/open")
    await write(page, {"goal": "2600", "hours": "10", "words": words["why"]})
    await tap(page, "matching", "ratio")
    await page.locator("#field-fund").select_option(index=1)
    await write(page, {"ratio": "50", "cap": "1000"})
    await lane.look(page, "drive-form", axe=None)
    await send(page)
    await lane.look(page, "drive-open", axe=None)


async def give_by_card(lane: Lane, where: str) -> None:
    """Give by card: one is declined, the next asks the bank, and only Stripe's word counts."""
    page = await lane.at(BY_CARD, where)
    await follow(page, "/funding")
    for number in (DECLINED, ASKS_THE_BANK):
        await follow(page, "/give")
        await write(page, {"amount": "1234.56"})
        await tap(page, "named", "yes")
        await send(page)
        await lane.look(page, "card-field", axe=None)
        await pay_by_card(page, number)
        if number == DECLINED:
            await expect(page.get_by_text(said("The payment did not go through"))).to_be_visible()
            await lane.look(page, "card-declined", axe=None)
    await page.get_by_role("button", name="Complete authentication").click()
    await expect(page.locator("#pay-waiting")).to_be_visible()
    await lane.look(page, "card-waiting", axe=None)
    await expect(page.locator("main .notice-done")).to_be_visible()
    await lane.look(page, "card-paid")
    await press(page.locator("main a[href^='/contributions/']").first)
    await expect(page.locator("main .quorum")).to_have_text(money(CARD))


async def enter_cash(lane: Lane, where: str) -> None:
    """Let the treasurer enter cash, with its paper, of somebody who wishes no name."""
    page = await lane.at(TREASURER, "/funding/desk")
    await follow(page, "/funding/receipts")
    await tap(page, "source", "cash")
    await tap(page, "giver", "member")
    await tap(page, "named", "no")
    await write(page, {"amount": "500.44", "member_name": IN_CASH})
    await send(page)
    await expect(page.locator("#field-paper-error")).to_be_visible()
    await lane.look(page, "cash-refused", axe=None)
    await hand_in(page, "paper", PAPER)
    await expect(page.locator("main .quorum")).to_have_text(money(CASH))
    await expect(page.locator("main")).to_contain_text(IN_CASH)
    await lane.look(page, "cash-entered", axe=None)
    page = await lane.at(BY_CARD, f"{where}/funding")
    await expect(page.locator(".givers")).to_contain_text(BY_CARD)
    await expect(page.locator(".givers")).not_to_contain_text(IN_CASH)


async def pledge_hours(lane: Lane, where: str) -> None:
    """Let two neighbours pledge hours of their own."""
    for name, minutes in PLEDGED.items():
        page = await lane.at(name, f"{where}/funding")
        await follow(page, "/pledge")
        await write(page, {"hours": str(minutes // 60)})
        await lane.look(page, "pledge", axe=None)
        await send(page)
