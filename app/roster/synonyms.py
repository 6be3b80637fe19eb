"""The words by which columns, registrations, roles and languages are known in rosters.

The first is what is written in Chinese, the second in English; the others are read as well. How
they are compared (case, spaces, signs, brackets) is in `app/roster/columns.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from community import Registration, Role


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|"))


COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "roster_number": _words(
        "编号|Roster number|人员编号|成员编号|居民编号|名册编号|number|roster no|roster id"
        "|member number"
    ),
    "name": _words("姓名|Name|名字|居民姓名|成员姓名|全名|full name"),
    "phone": _words(
        "手机|Phone|电话|手机号|手机号码|电话号码|联系电话|联系方式|移动电话|telephone|mobile"
        "|mobile phone|phone number|cell phone|tel"
    ),
    "birth_date": _words(
        "出生日期|Birth date|生日|出生年月日|出生年月|出生|date of birth|birthday|born|dob"
        "|birthdate"
    ),
    "identity": _words(
        "身份证号|Identity number|身份证|身份证号码|公民身份号码|证件号码|证件号|id number"
        "|identity card|id card|national id"
    ),
    "registration": _words(
        "户籍|Registration|户籍状态|户籍类型|人口性质|人户状态|户口|household register"
        "|resident kind|registered"
    ),
    "grid": _words("网格|Grid|所属网格|网格名称|网格号"),
    "household": _words("户号|Household|户编号|家庭编号|户口编号|household number|household code"),
    "address": _words("地址|Address|住址|家庭住址|居住地址|现住址|详细地址|home address"),
    "roles": _words("角色|Roles|身份|role|成员角色"),
    "language": _words("语言|Language|使用语言|preferred language"),
    "email": _words("邮箱|E-mail|电子邮箱|电子邮件|邮件|email|mail|email address"),
    "linli_number": _words("邻里编号|Linli number|系统编号"),
}

REGISTRATIONS: Final[Mapping[Registration, Sequence[str]]] = {
    Registration.REGISTERED: _words(
        "户籍|Registered|户籍人口|本地户籍|户籍居民|常住户籍|本市|本地|人户一致|yes|是"
    ),
    Registration.NON_REGISTERED: _words(
        "非户籍|Non-registered|非户籍人口|非本地户籍|非户籍居民|外地|外地户籍|流动|流动人口"
        "|外来人口|not registered|no|否"
    ),
}

ROLES: Final[Mapping[Role, Sequence[str]]] = {
    Role.RESIDENT: _words("居民|Resident"),
    Role.VOLUNTEER: _words("志愿者|Volunteer|义工"),
    Role.ELDER: _words("长者|Elder|老人|老年人"),
    Role.COORDINATOR: _words("社区工作者|Coordinator|社工"),
    Role.PHONE_OPERATOR: _words("热线坐席|Phone operator|坐席"),
    Role.TREASURER: _words("财务|Treasurer"),
    Role.AUDITOR: _words("监督员|Auditor"),
    Role.ADMINISTRATOR: _words("管理员|Administrator"),
}

LANGUAGES: Final[Mapping[str, Sequence[str]]] = {
    "zh": _words("中文|Chinese|汉语|普通话|简体中文|zh|zh-cn|zh-hans"),
    "en": _words("英文|English|英语|en"),
}


def header_of(column: str, language: str) -> str:
    """Return a column's name as it is written in this language."""
    return COLUMNS[column][0 if language == "zh" else 1]


def in_words(meant: Role | Registration | str, language: str) -> str:
    """Return the word by which a role, a registration or a language is written in a roster."""
    every: Mapping[Any, Sequence[str]] = {**ROLES, **REGISTRATIONS, **LANGUAGES}
    return every[meant][0 if language == "zh" else 1]
