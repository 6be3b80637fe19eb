"""The care services and kinds of certificate with which a community's time bank opens.

The twelve that community care in Chinese cities usually offers. A community changes and retires
them and adds its own; opening again adds what is missing by its code and changes nothing else.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class UsualService:
    """A care service with its usual values; `certificate` is the code of a kind."""

    code: str
    name_zh: str
    name_en: str
    minutes: int
    words_zh: str
    words_en: str
    certificate: str | None = None
    low_risk: bool = True
    minors: bool = False
    group: bool = False


@dataclass(frozen=True, slots=True)
class UsualKind:
    """A kind of certificate."""

    code: str
    name_zh: str
    name_en: str


TRAINING: Final = "training"
"""The kind that shows the training which some communities ask of every volunteer."""

KINDS: Final = (
    UsualKind(TRAINING, "志愿服务培训", "Volunteer training"),
    UsualKind("first_aid", "急救证", "First aid"),
    UsualKind("bathing_care", "助浴护理培训", "Bathing care"),
)

SERVICES: Final = (
    UsualService(
        "meals", "助餐", "Meals", 60,
        "买菜、做一顿饭，或者陪着吃饭。",
        "Shopping for food, cooking a meal, or eating together.",
    ),
    UsualService(
        "cleaning", "助洁", "Cleaning", 120,
        "扫地、擦桌子、洗衣服、换床单。",
        "Sweeping, dusting, washing clothes, changing the sheets.",
    ),
    UsualService(
        "bathing", "助浴", "Bathing", 60,
        "帮助安全洗澡。只有受过培训的志愿者才能做。",
        "Help with a safe bath. Only by volunteers who were trained for it.",
        certificate="bathing_care", low_risk=False,
    ),
    UsualService(
        "hospital", "助医", "Hospital escort", 180,
        "陪着去医院：挂号、候诊、取药、送回家。",
        "Going along to the hospital: queueing, waiting, medicines, and home again.",
        low_risk=False,
    ),
    UsualService(
        "urgent", "助急", "Urgent help", 60,
        "家里突然要人帮忙：停电、漏水、找不到钥匙。生病受伤请打 120。",
        "When something goes wrong at home: no light, a leak, lost keys. For an illness call 120.",
        low_risk=False,
    ),
    UsualService(
        "companionship", "陪伴", "Companionship", 60,
        "聊聊天、读读报、下下棋。",
        "Talking, reading the paper, a game of chess.",
        minors=True,
    ),
    UsualService(
        "outings", "陪同出行", "Outings", 120,
        "一起散步、买东西、走亲访友。",
        "A walk, shopping, or visiting friends together.",
    ),
    UsualService(
        "culture", "文体", "Culture and sport", 90,
        "唱歌、书法、太极、手工，一个人或大家一起。",
        "Singing, calligraphy, tai chi, crafts; alone or together.",
        minors=True, group=True,
    ),
    UsualService(
        "health", "健康教育", "Health talks", 60,
        "讲讲吃药、饮食、锻炼和防摔倒。不看病，不开药。",
        "About medicines, food, exercise and how not to fall. No treatment.",
        group=True,
    ),
    UsualService(
        "legal", "法律援助", "Legal help", 60,
        "帮助看懂信件、合同，告诉您该找谁。",
        "Making sense of letters and contracts, and whom to ask.",
        group=True,
    ),
    UsualService(
        "fraud", "防诈骗", "Fraud prevention", 60,
        "认识骗子的花样，遇到电话和短信怎么办。",
        "The tricks of swindlers, and what to do about calls and messages.",
        minors=True, group=True,
    ),
    UsualService(
        "digital", "数字助老", "Phone and internet help", 60,
        "学用手机：打视频、挂号、付钱、看照片。",
        "Learning the phone: video calls, appointments, paying, photographs.",
        minors=True, group=True,
    ),
)  # fmt: skip
