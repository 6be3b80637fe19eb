"""The web app: everything that stands around the routes, put together."""

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from litestar import Litestar
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.static_files import create_static_files_router
from litestar.types import (
    ControllerRouterHandler,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Receive,
    Scope,
    Send,
)

import ledger
import marketplace
import timebank
from app import failures, forgery, logs
from app.acts import act
from app.bodies import FORM_BYTES_MAX, FormRequest, close_files, readable
from app.card_payments.calling import make_due_calls
from app.card_payments.following import follow_payments
from app.card_payments.reconciling import reconcile_nightly
from app.card_payments.stripe_client import close_processors
from app.database import Engine, pool_settings
from app.guards import MemberMiddleware, authorised
from app.jobs import Job, Jobs
from app.messages import post
from app.messages.counting import UnreadMiddleware
from app.messages.staff import tell_staff
from app.messages.worker import Postman, sweep
from app.notices import NoticeMiddleware
from app.pacing import in_pace
from app.postgres import end_with_parent
from app.preferences import SpeakingMiddleware
from app.retention import clear_everywhere
from app.roster import working
from app.round_keys import destroy_left_keys
from app.routes import route_handlers
from app.routes.health import A_MACHINE
from app.settings import settings
from app.sign_in.tidying import tidy_sign_in
from app.templating import STATIC, template_config
from app.unrouted import Unrouted
from app.watching import watched
from community.applications import let_go_unconfirmed
from community.roster import empty_old_rosters
from marketplace.aftercare import begin_aftercare, end_terms, miss_checks, remind_of_checks
from marketplace.delivery import remind_of_milestones
from marketplace.delivery.changes import ask_for_decisions
from marketplace.desk_voting import clear_desk_ballots
from marketplace.evaluation import close_due as close_due_evaluations
from marketplace.evaluation import open_due as open_due_evaluations
from marketplace.evaluation import remind_of_evaluations
from marketplace.funding.reminding import remind_of_drives
from marketplace.funding.settling import settle_due
from marketplace.meetings import chase_minutes, publish_minutes, remind_of_meetings
from marketplace.needs.alike import look_for_pairs
from marketplace.needs.merging import look_after_merges
from marketplace.open_books.sums import keep_sums
from marketplace.plans import close_due_calls, lapse_amendments, remind_of_calls
from marketplace.screening import remind_of_screenings
from marketplace.uploading import import_waiting
from marketplace.work import ask_who_came, end_stopped_work, remind_of_work, return_late_hours
from timebank.care import remind_of_expiring
from timebank.figures import make_due_reports, prompt_members
from timebank.group_sessions import plan_ahead, remind_of_classes
from timebank.hours import lapse_gifts
from timebank.matching import clear_old_runs, match_waiting
from timebank.repeats import ask_ahead

# Every periodic job of the app.
jobs = [
    Job("void expired holds", every_seconds=60, run=ledger.void_expired_holds),
    Job("return gifts that nobody accepted", every_seconds=60, run=lapse_gifts),
    Job("end requests that nobody took", every_seconds=60, run=timebank.expire_requests),
    Job("tell of requests that end", every_seconds=60, run=timebank.remind_of_ending),
    Job("ask for what repeats", every_seconds=600, run=ask_ahead),
    Job("end offers without an answer", every_seconds=60, run=timebank.lapse_offers),
    Job("confirm by themselves", every_seconds=60, run=timebank.confirm_by_themselves),
    Job("plan classes ahead", every_seconds=3600, run=plan_ahead),
    Job("remind of classes", every_seconds=300, run=remind_of_classes),
    Job("begin to look after what is finished", every_seconds=600, run=begin_aftercare),
    Job("remind of checks", every_seconds=3600, run=remind_of_checks),
    Job("note missed checks", every_seconds=3600, run=miss_checks),
    Job("end terms of custodians", every_seconds=3600, run=end_terms),
    Job("remind of meetings", every_seconds=300, run=remind_of_meetings),
    Job("publish minutes", every_seconds=60, run=publish_minutes),
    Job("ask for late minutes", every_seconds=3600, run=chase_minutes),
    Job("tidy the sign-in", every_seconds=600, run=tidy_sign_in),
    Job("look after messages", every_seconds=60, run=sweep),
    Job("remind of screenings", every_seconds=300, run=remind_of_screenings),
    Job("look after merges of needs", every_seconds=300, run=look_after_merges),
    Job("look for needs that are alike", every_seconds=30, run=look_for_pairs),
    Job("tell staff what waits", every_seconds=300, run=tell_staff),
    Job("match weeks", every_seconds=2, run=match_waiting),
    Job("throw old proposals away", every_seconds=3600, run=clear_old_runs),
    Job("open ballots at their dates", every_seconds=30, run=marketplace.open_due),
    Job("close ballots at their dates", every_seconds=30, run=marketplace.close_due),
    Job("tell of rounds", every_seconds=60, run=marketplace.tell_due),
    Job("remind of help for projects", every_seconds=300, run=remind_of_work),
    Job("ask who came to help projects", every_seconds=300, run=ask_who_came),
    Job("end help for stopped projects", every_seconds=60, run=end_stopped_work),
    Job("return late hours of ended projects", every_seconds=300, run=return_late_hours),
    Job("tell of changes to decide", every_seconds=300, run=ask_for_decisions),
    Job("close calls for undertakers", every_seconds=60, run=close_due_calls),
    Job("remind of calls for undertakers", every_seconds=600, run=remind_of_calls),
    Job("settle drives at their deadlines", every_seconds=30, run=settle_due),
    Job("remind of drives", every_seconds=600, run=remind_of_drives),
    Job("let late amendments lapse", every_seconds=60, run=lapse_amendments),
    Job("remind of milestones", every_seconds=600, run=remind_of_milestones),
    Job("ask the card processor", every_seconds=2, run=make_due_calls),
    Job("ask after card payments", every_seconds=15, run=follow_payments),
    Job("compare card payments", every_seconds=24 * 3600, run=reconcile_nightly),
    Job("ask residents to judge", every_seconds=30, run=open_due_evaluations),
    Job("close judgements", every_seconds=60, run=close_due_evaluations),
    Job("remind of judgements", every_seconds=600, run=remind_of_evaluations),
    Job("keep the sums of long trails", every_seconds=300, run=keep_sums),
    Job("take rosters in", every_seconds=2, run=working.work),
    Job("take elections in", every_seconds=2, run=import_waiting),
    Job("let unconfirmed applications go", every_seconds=3600, run=let_go_unconfirmed),
    Job("throw old rosters away", every_seconds=3600, run=empty_old_rosters),
    Job("remind of certificates", every_seconds=3600, run=remind_of_expiring),
    Job("remind of unused hours", every_seconds=6 * 3600, run=prompt_members),
    Job("make the monthly reports", every_seconds=3600, run=make_due_reports),
    Job("destroy keys left behind", every_seconds=60, run=destroy_left_keys),
    Job("end ballots at desks", every_seconds=600, run=clear_desk_ballots),
    Job("clear what was kept long enough", every_seconds=3600, run=clear_everywhere),
]


class Linli(Litestar):
    """Litestar, with the watching layer around everything, unknown addresses included."""

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Answer one request, or take part in the start and the end of the process."""
        if scope["type"] != ScopeType.HTTP:
            await super().__call__(scope, receive, send)
            return
        readable(scope)  # type: ignore[arg-type]  # an HTTP scope, as just asked
        forgery.drop_odd_tokens(scope)  # type: ignore[arg-type]  # an HTTP scope
        answer = Unrouted(self, super().__call__)
        try:
            await watched(
                partial(forgery.keeping, answer),
                scope,  # type: ignore[arg-type]  # an HTTP scope, as just asked
                receive,  # type: ignore[arg-type]  # an HTTP scope comes with HTTP's receive
                send,  # type: ignore[arg-type]  # and send
                over_tls=settings().secure,
            )
        finally:
            await close_files(scope)  # type: ignore[arg-type]  # an HTTP scope


def create_app(more_routes: Sequence[ControllerRouterHandler] = ()) -> Linli:
    """Build the app from the settings; the server calls this once in every worker."""
    from piccolo_conf import DB  # noqa: PLC0415 (it reads the settings when it is imported)

    given = settings()
    logs.configure(given)
    return Linli(
        route_handlers=[*route_handlers, *more_routes, _static_files()],
        guards=[authorised, in_pace],
        lifespan=[running],
        state=State({"engine": DB, "stopping": False}),
        middleware=[
            MemberMiddleware(),
            UnreadMiddleware(),
            SpeakingMiddleware(),
            NoticeMiddleware(),
        ],
        csrf_config=CSRFConfig(
            secret=forgery.forms_secret(),
            cookie_name=forgery.forms_cookie(),
            cookie_secure=given.secure,
            cookie_httponly=True,
        ),
        template_config=template_config,
        exception_handlers=failures.handlers,
        request_class=FormRequest,
        request_max_body_size=FORM_BYTES_MAX,  # a route that takes a file says its own
        openapi_config=None,
        logging_config=None,  # structlog is set up above; failures.py writes down what fails
    )


@asynccontextmanager
async def running(app: Litestar) -> AsyncGenerator[None, None]:
    """Hold the database's connections and run the jobs for as long as the app serves."""
    if multiprocessing.parent_process() is not None:
        # Else a killed parent leaves us holding the port. At once: nobody would be left to end a
        # worker that hangs while it stops, which the server sees to otherwise.
        end_with_parent(signal.SIGKILL)
    engine: Engine = app.state.engine
    ours = engine.pool is None  # a test may hold the pool already
    if ours:
        await engine.start_connection_pool(**pool_settings())
    periodic = Jobs(engine, jobs)
    periodic.start()
    postman = Postman(engine, post.carriers(settings()), post.site(settings()))
    postman.start()
    try:
        yield
    finally:
        app.state.stopping = True
        patience = settings().stop_seconds_max
        await asyncio.gather(periodic.stop(patience), postman.stop(patience))
        await close_processors()
        if ours:
            await engine.close_connection_pool()


def _static_files() -> ControllerRouterHandler:
    return create_static_files_router(
        "/static", directories=[STATIC], opt={**A_MACHINE, **act("static.read")}
    )
