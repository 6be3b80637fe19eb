"""Evaluation: residents judge what was delivered, inspectors sign, and the project is summed up.

A score is exact, is published when its time is over, and never singles anybody out; it stays with
who undertook the project, beside their one reply.
"""

from marketplace.evaluation.circle import why_not
from marketplace.evaluation.closing import close_due, close_evaluation, remind_of_evaluations
from marketplace.evaluation.errors import (
    ApprovedItsMoney,
    CloseToUndertaker,
    CommentReported,
    EvaluationOver,
    FindingsWrong,
    GoneComment,
    LookAsked,
    MarksMissing,
    MoneyOnItsWay,
    NamedAlready,
    NotAnInspector,
    NotARater,
    NotDelivered,
    NothingToRule,
    NotJudged,
    NotTheUndertaker,
    NotYetClosed,
    NotYourComment,
    OwnComment,
    PhotosWrong,
    RepliedAlready,
    SignedAlready,
    SummedUpAlready,
    TermWrong,
    UnknownEvaluation,
)
from marketplace.evaluation.inspecting import may_sign, name_inspector, sign
from marketplace.evaluation.moderating import (
    CommentCase,
    ask_look_at_comment,
    comment_case,
    is_author,
    may_rule_on_comment,
    report_comment,
    rule_on_comment,
    waiting_comments,
)
from marketplace.evaluation.opening import open_due, open_evaluation
from marketplace.evaluation.policy import evaluation_policy_at
from marketplace.evaluation.rating import rate
from marketplace.evaluation.reading import (
    comments,
    counted,
    ended_at,
    evaluation_of,
    evaluations_of,
    evaluations_shown,
    inspectors_named,
    not_yet_rated,
    own_rating,
    record_of,
    result_of,
    sign_off_photo,
    to_rate,
)
from marketplace.evaluation.replying import may_reply, reply
from marketplace.evaluation.rows import sign_offs
from marketplace.evaluation.stopping import stop_project
from marketplace.evaluation.summary import LineSpent, Summary, compose
from marketplace.evaluation.summing import may_sum_up, sum_up
from marketplace.evaluation.values import (
    MARKS,
    Aspect,
    Check,
    CheckAnswer,
    Comment,
    Counted,
    Evaluation,
    EvaluationPolicy,
    EvaluationState,
    Finding,
    Inspector,
    Invited,
    Judged,
    Rating,
    Result,
    Score,
    SignOff,
    SignOffDraft,
    WhyNot,
)

__all__ = [
    "MARKS", "ApprovedItsMoney", "Aspect", "Check", "CheckAnswer", "CloseToUndertaker", "Comment",
    "CommentCase",
    "CommentReported", "Counted", "Evaluation", "EvaluationOver", "EvaluationPolicy",
    "EvaluationState", "Finding", "FindingsWrong", "GoneComment", "Inspector", "Invited", "Judged",
    "LineSpent", "LookAsked", "MarksMissing", "MoneyOnItsWay", "NamedAlready", "NotARater",
    "NotAnInspector", "NotDelivered", "NotJudged", "NotTheUndertaker", "NotYetClosed",
    "NotYourComment", "NothingToRule", "OwnComment", "PhotosWrong", "Rating", "RepliedAlready",
    "Result", "Score", "SignOff", "SignOffDraft", "SignedAlready", "Summary", "SummedUpAlready",
    "TermWrong", "UnknownEvaluation", "WhyNot", "ask_look_at_comment", "close_due",
    "close_evaluation", "comment_case", "comments", "compose", "counted", "ended_at",
    "evaluation_of",
    "evaluation_policy_at", "evaluations_of", "evaluations_shown", "inspectors_named", "is_author",
    "may_reply", "may_rule_on_comment", "may_sign", "may_sum_up", "name_inspector",
    "not_yet_rated", "open_due", "open_evaluation", "own_rating", "rate", "record_of",
    "remind_of_evaluations", "reply", "report_comment", "result_of", "rule_on_comment", "sign",
    "sign_off_photo", "sign_offs", "stop_project", "sum_up", "to_rate", "waiting_comments",
    "why_not",
]  # fmt: skip
