"""The duty list that a community starts from, and where it comes from, in words.

Source: the rule 政府职责不得转嫁 of the schemes for livelihood micro-projects. Money and hours that
residents decide about must not pay for what the law makes a duty of government, or of companies
with a public task. The lines sum up in plain words what statutes on compulsory schooling, public
health, social insurance and relief, police and fire services, city roads, drainage, waste, flood
control and property management make such a duty. It is a starting point for a community's own
list, and no legal advice.
"""

from typing import Final

from marketplace.screening.values import ScreeningList

DUTIES: Final = (
    "义务教育：学校的校舍、师资和日常经费",
    "基本医疗和公共卫生：预防接种、传染病防控、基层医疗机构的日常经费",
    "社会保险、最低生活保障、特困供养和法定救助金的发放",
    "治安、消防、应急救援和交通执法",
    "市政道路、桥梁、路灯的建设和日常养护",
    "市政供水、排水、污水、燃气、供电管网的建设和维修",
    "法定的环卫保洁、生活垃圾收集清运",
    "防汛、河道治理和地质灾害防治",
    "违法建设的查处和法定拆除",
    "户籍、证照、审批等行政事务，政府机关和工作人员的办公经费",
    "政府规划中已有立项或财政已安排经费的工程",
    "物业企业依合同应尽的保洁、维修、绿化，以及应由专项维修资金承担的大修",
)
"""What government or a company already owes. It is a community's own text, in its language."""

USUAL: Final = ScreeningList(0, DUTIES, ())
"""What a community screens by that has decided nothing."""
