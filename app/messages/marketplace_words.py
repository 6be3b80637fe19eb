"""The words of the marketplace's messages, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.i18n import mark
from app.messages.gaps import Gap, Words

MARKETPLACE: Final[Mapping[str, Words]] = {
    "drive.opened": Words(
        mark("A project raises money and hours"),
        mark("Until %(until)s you can give to “%(title)s”."),
        {"title": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "drive.ends_soon": Words(
        mark("Soon it is decided"),
        mark("Until %(until)s you can give to “%(title)s”. Then it is settled."),
        {"title": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "drive.reached": Words(
        mark("The goal is reached"),
        mark("“%(title)s” has %(fen)s and %(minutes)s. Thank you! It can go ahead."),
        {"title": Gap.TEXT, "fen": Gap.FEN, "minutes": Gap.MINUTES},
    ),
    "drive.missed": Words(
        mark("The goal was missed"),
        mark(
            "“%(title)s” had %(fen)s and %(minutes)s, which is too little. Everything goes back to"
            " those who gave it."
        ),
        {"title": Gap.TEXT, "fen": Gap.FEN, "minutes": Gap.MINUTES},
    ),
    "drive.cancelled": Words(
        mark("Raising money was called off"),
        mark(
            "For “%(title)s” nothing is raised any more. The %(fen)s and %(minutes)s go back to"
            " those who gave them. The project's page says why."
        ),
        {"title": Gap.TEXT, "fen": Gap.FEN, "minutes": Gap.MINUTES},
    ),
    "funding.paid": Words(
        mark("Your gift has arrived"),
        mark("Thank you for %(fen)s for “%(title)s”."),
        {"title": Gap.TEXT, "fen": Gap.FEN},
    ),
    "funding.failed": Words(
        mark("Your payment did not go through"),
        mark("Your gift of %(fen)s for “%(title)s” was not paid. You can try again."),
        {"title": Gap.TEXT, "fen": Gap.FEN},
    ),
    "funding.going_back": Words(
        mark("Your payment came too late"),
        mark("Your %(fen)s for “%(title)s” go back to you. You do not have to do anything."),
        {"title": Gap.TEXT, "fen": Gap.FEN},
    ),
    "funding.returned": Words(
        mark("Money went back to you"),
        mark("%(fen)s of your gift for “%(title)s” went back to you."),
        {"title": Gap.TEXT, "fen": Gap.FEN},
    ),
    "funding.refund_failed": Words(
        mark("Your money could not be sent back"),
        mark(
            "%(fen)s of your gift for “%(title)s” could not be sent back. The treasurer will give"
            " them to you."
        ),
        {"title": Gap.TEXT, "fen": Gap.FEN},
    ),
    "funding.hand_back": Words(
        mark("Money could not be sent back"),
        mark(
            "%(fen)s of a gift for “%(title)s” could not be sent back online. Let it be tried"
            " again, or hand it back yourself."
        ),
        {"title": Gap.TEXT, "fen": Gap.FEN},
    ),
    "funding.left_over": Words(
        mark("A project did not need all the money"),
        mark("%(fen)s of your gift for “%(title)s” were left and go back to you."),
        {"title": Gap.TEXT, "fen": Gap.FEN},
    ),
    "pledge.left_over": Words(
        mark("A project did not need all the hours"),
        mark("%(minutes)s that you gave to “%(title)s” were left and are yours again."),
        {"title": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "screening.due": Words(
        mark("A need waits for screening"),
        mark("“%(title)s” should be screened until %(day)s."),
        {"title": Gap.TEXT, "day": Gap.DAY},
    ),
    "screening.overdue": Words(
        mark("A screening is late"),
        mark("“%(title)s” should have been screened until %(day)s. Please see to it."),
        {"title": Gap.TEXT, "day": Gap.DAY},
    ),
    "screening.appealed": Words(
        mark("Somebody appealed"),
        mark("Somebody appealed against the refusal of “%(title)s”. Please decide it."),
        {"title": Gap.TEXT},
    ),
    "screening.appeal_refused": Words(
        mark("An appeal was not granted"),
        mark("The refusal of “%(title)s” stands. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "appeal.due": Words(
        mark("An appeal waits for its decision"),
        mark("The appeal about “%(title)s” should be decided until %(day)s."),
        {"title": Gap.TEXT, "day": Gap.DAY},
    ),
    "appeal.overdue": Words(
        mark("An appeal is late"),
        mark(
            "The appeal about “%(title)s” should have been decided until %(day)s. Please see to it."
        ),
        {"title": Gap.TEXT, "day": Gap.DAY},
    ),
    "argument.answered": Words(
        mark("Somebody answered you"),
        mark("In the talk about “%(title)s” somebody answered what you said."),
        {"title": Gap.TEXT},
    ),
    "argument.asked": Words(
        mark("A question about your need"),
        mark("Somebody asked something about “%(title)s”. Please answer it."),
        {"title": Gap.TEXT},
    ),
    "argument.entered": Words(
        mark("Your words were written down"),
        mark("What you said about “%(title)s” was written down for you. Read whether it is right."),
        {"title": Gap.TEXT},
    ),
    "argument.hidden": Words(
        mark("Your words were hidden"),
        mark("A coordinator hid what you said about “%(title)s”. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "argument.kept": Words(
        mark("Your words can be read again"),
        mark("A coordinator looked again at what you said about “%(title)s”. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "plan.version": Words(
        mark("A plan has changed"),
        mark(
            "The plan for “%(title)s” has a new version: number %(version)s. Its page "
            "shows what changed."
        ),
        {"title": Gap.TEXT, "version": Gap.NUMBER},
    ),
    "plan.call_opened": Words(
        mark("Somebody is looked for"),
        mark(
            "For “%(title)s” somebody is looked for who carries it out. The call is "
            "open until %(until)s."
        ),
        {"title": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "plan.call_invites": Words(
        mark("Could your group do this?"),
        mark("For “%(title)s” a group is looked for that carries it out. Answer until %(until)s."),
        {"title": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "plan.call_reminder": Words(
        mark("A call closes soon"),
        mark("The call for “%(title)s” closes %(until)s. Your group has not answered yet."),
        {"title": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "plan.call_closed": Words(
        mark("A call has closed"),
        mark(
            "The call for “%(title)s” has closed, with this many answers: %(offers)s. "
            "Choose who carries it out."
        ),
        {"title": Gap.TEXT, "offers": Gap.NUMBER},
    ),
    "plan.call_over": Words(
        mark("The call that you answered has closed"),
        mark("The call for “%(title)s” has closed. You will hear who was chosen."),
        {"title": Gap.TEXT},
    ),
    "plan.call_empty": Words(
        mark("Nobody answered a call"),
        mark("Nobody answered the call for “%(title)s”. It can be opened again."),
        {"title": Gap.TEXT},
    ),
    "plan.call_void": Words(
        mark("A call is over"),
        mark("“%(title)s” wants no plan any more, so nobody is chosen. Thank you for your offer."),
        {"title": Gap.TEXT},
    ),
    "plan.call_ended": Words(
        mark("A call ended without a choice"),
        mark("Nobody was chosen for “%(title)s”: %(why)s. Thank you for your offer."),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "plan.chosen": Words(
        mark("You were chosen"),
        mark("You were chosen to carry out “%(title)s”: %(why)s. Now write its plan."),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "plan.not_chosen": Words(
        mark("Another was chosen"),
        mark("For “%(title)s” %(name)s was chosen: %(why)s. Thank you for your offer."),
        {"title": Gap.TEXT, "name": Gap.TEXT, "why": Gap.TEXT},
    ),
    "plan.undertaker": Words(
        mark("Somebody carries it out"),
        mark("%(name)s was chosen to carry out “%(title)s”: %(why)s."),
        {"title": Gap.TEXT, "name": Gap.TEXT, "why": Gap.TEXT},
    ),
    "plan.stepped_back": Words(
        mark("An undertaker stepped back"),
        mark("%(name)s does not carry out “%(title)s” any more: %(why)s. Another is looked for."),
        {"title": Gap.TEXT, "name": Gap.TEXT, "why": Gap.TEXT},
    ),
    "plan.amendment": Words(
        mark("A change was proposed"),
        mark("%(name)s proposes a change to the plan for “%(title)s”. Accept it, or say why not."),
        {"title": Gap.TEXT, "name": Gap.TEXT},
    ),
    "plan.amendment_accepted": Words(
        mark("Your change was accepted"),
        mark("The plan for “%(title)s” has taken in your change: version %(version)s."),
        {"title": Gap.TEXT, "version": Gap.NUMBER},
    ),
    "plan.amendment_declined": Words(
        mark("Your change was declined"),
        mark("Your change to the plan for “%(title)s” was declined: %(why)s."),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "plan.amendment_lapsed": Words(
        mark("Your change came too late"),
        mark("The ballot on “%(title)s” is open, so its plan changes no more. Your change lapsed."),
        {"title": Gap.TEXT},
    ),
    "round.ballot_open": Words(
        mark("A ballot is open"),
        mark("You can vote in “%(name)s” now, and change your choice until it closes."),
        {"name": Gap.TEXT},
    ),
    "round.ballot_open_until": Words(
        mark("A ballot is open"),
        mark(
            "You can vote in “%(name)s” until %(closes)s, and change your choice as often as you "
            "like."
        ),
        {"name": Gap.TEXT, "closes": Gap.MOMENT},
    ),
    "round.closes_soon": Words(
        mark("A ballot closes soon"),
        mark(
            "The ballot of “%(name)s” closes %(closes)s. Whether you have voted, nobody knows: "
            "so we tell everybody."
        ),
        {"name": Gap.TEXT, "closes": Gap.MOMENT},
    ),
    "round.result": Words(
        mark("The result is out"),
        mark("The ballots of “%(name)s” are counted. See what was chosen, and why."),
        {"name": Gap.TEXT},
    ),
    "round.extended": Words(
        mark("A ballot stays open longer"),
        mark("You can vote in “%(name)s” until %(closes)s. The reason: %(why)s"),
        {"name": Gap.TEXT, "closes": Gap.MOMENT, "why": Gap.TEXT},
    ),
    "round.title_corrected": Words(
        mark("A title on the ballot was corrected"),
        mark("In “%(name)s”, “%(before)s” now reads “%(after)s”. The reason: %(why)s"),
        {"name": Gap.TEXT, "before": Gap.TEXT, "after": Gap.TEXT, "why": Gap.TEXT},
    ),
    "round.opens_by_itself": Words(
        mark("A ballot opens soon"),
        mark("The ballot of “%(name)s” opens by itself %(opens)s. Then nothing on it can change."),
        {"name": Gap.TEXT, "opens": Gap.MOMENT},
    ),
    "round.closes_by_itself": Words(
        mark("A round is counted soon"),
        mark("The ballot of “%(name)s” closes by itself %(closes)s and is counted at once."),
        {"name": Gap.TEXT, "closes": Gap.MOMENT},
    ),
    "round.cannot_close": Words(
        mark("A round waits to be counted"),
        mark(
            "Voting in “%(name)s” is over, but it cannot be counted yet. Its page about paper "
            "ballots, or whoever looks after the server, can say what is missing."
        ),
        {"name": Gap.TEXT},
    ),
    "round.cannot_open": Words(
        mark("A ballot could not open"),
        mark("The ballot of “%(name)s” could not open at its date. Its page says what is missing."),
        {"name": Gap.TEXT},
    ),
    "paper.taken": Words(
        mark("You vote on paper"),
        mark(
            "You were given a paper ballot of “%(name)s”. If that is not so, tell your "
            "coordinators at once."
        ),
        {"name": Gap.TEXT},
    ),
    "paper.taken_instead": Words(
        mark("You vote on paper"),
        mark(
            "You were given a paper ballot of “%(name)s”, and the one online was taken back. If "
            "that is not so, tell your coordinators at once."
        ),
        {"name": Gap.TEXT},
    ),
    "ballot.opened_at_desk": Words(
        mark("Your ballot was opened at the desk"),
        mark(
            "Your ballot of “%(name)s” was opened at the desk, for you to vote there. If you were "
            "not there, tell your coordinators at once."
        ),
        {"name": Gap.TEXT},
    ),
    "need.seconded": Words(
        mark("A need has enough support"),
        mark("Enough neighbours stand behind “%(title)s”. Now it is screened."),
        {"title": Gap.TEXT},
    ),
    "need.accepted": Words(
        mark("A need has passed the screening"),
        mark("“%(title)s” has passed the screening. Next somebody makes a plan for it."),
        {"title": Gap.TEXT},
    ),
    "need.refused": Words(
        mark("A need was refused"),
        mark("“%(title)s” was refused: %(why)s. Its page says what can be done."),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "need.planned": Words(
        mark("A need has a plan"),
        mark("There is a plan for “%(title)s”. Read it and say what you think."),
        {"title": Gap.TEXT},
    ),
    "need.plan_gone": Words(
        mark("A need wants a new plan"),
        mark("The plan for “%(title)s” has fallen away. Another one is wanted."),
        {"title": Gap.TEXT},
    ),
    "need.entered": Words(
        mark("A need stands in a round"),
        mark("“%(title)s” is a project of a round now. The residents will vote."),
        {"title": Gap.TEXT},
    ),
    "need.back": Words(
        mark("A need goes on after the round"),
        mark("“%(title)s” did not win this time. It can enter the next round."),
        {"title": Gap.TEXT},
    ),
    "need.withdrawn": Words(
        mark("A need was withdrawn"),
        mark("“%(title)s” was withdrawn. The reason stands on its page."),
        {"title": Gap.TEXT},
    ),
    "need.merged": Words(
        mark("A need was joined with another"),
        mark("“%(title)s” goes on together with a need like it. Your support counts there."),
        {"title": Gap.TEXT},
    ),
    "need.unmerged": Words(
        mark("A need stands on its own again"),
        mark("“%(title)s” was taken apart from the other need and goes on by itself."),
        {"title": Gap.TEXT},
    ),
    "need.merge_asked": Words(
        mark("Shall two needs become one?"),
        mark(
            "“%(title)s” and “%(other)s” seem to ask for the same. Say by %(until)s whether they"
            " shall be one. The reason given: %(why)s"
        ),
        {"title": Gap.TEXT, "other": Gap.TEXT, "why": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "need.merge_reminded": Words(
        mark("Your answer about two needs is awaited"),
        mark("Say by %(until)s whether “%(title)s” and “%(other)s” shall be one need."),
        {"title": Gap.TEXT, "other": Gap.TEXT, "until": Gap.MOMENT},
    ),
    "need.merge_agreed": Words(
        mark("Somebody agrees that two needs become one"),
        mark("One of those who were asked agrees that “%(title)s” and “%(other)s” become one."),
        {"title": Gap.TEXT, "other": Gap.TEXT},
    ),
    "need.merge_declined": Words(
        mark("Two needs stay two"),
        mark("“%(title)s” and “%(other)s” stay as they are. The reason given: %(why)s"),
        {"title": Gap.TEXT, "other": Gap.TEXT, "why": Gap.TEXT},
    ),
    "need.merge_taken_back": Words(
        mark("Nobody asks any more about two needs"),
        mark("“%(title)s” and “%(other)s” stay as they are: it is no longer asked for."),
        {"title": Gap.TEXT, "other": Gap.TEXT},
    ),
    "need.merge_lapsed": Words(
        mark("Two needs stay two"),
        mark("“%(title)s” and “%(other)s” stay as they are: not everybody answered in time."),
        {"title": Gap.TEXT, "other": Gap.TEXT},
    ),
    "need.merge_overtaken": Words(
        mark("Two needs were not joined"),
        mark("“%(title)s” and “%(other)s” were not joined: one of them has moved on meanwhile."),
        {"title": Gap.TEXT, "other": Gap.TEXT},
    ),
    "need.joined": Words(
        mark("A need has more voices now"),
        mark("“%(title)s” goes on in “%(other)s”, with everybody who stood behind it."),
        {"title": Gap.TEXT, "other": Gap.TEXT},
    ),
    "need.parted": Words(
        mark("Two needs were taken apart again"),
        mark("“%(title)s” no longer goes on in “%(other)s”. The reason given: %(why)s"),
        {"title": Gap.TEXT, "other": Gap.TEXT, "why": Gap.TEXT},
    ),
    "need.hidden": Words(
        mark("A need was hidden"),
        mark("A coordinator hid a need that you raised or support. Its page says why."),
    ),
    "need.shown": Words(
        mark("A need can be seen again"),
        mark("“%(title)s” is shown again and goes on where it stood."),
        {"title": Gap.TEXT},
    ),
    "need.edited": Words(
        mark("A need has new words"),
        mark("“%(title)s”, which you support, was changed. See whether you still do."),
        {"title": Gap.TEXT},
    ),
    "need.report_right": Words(
        mark("What you reported was hidden"),
        mark("A coordinator looked at the need that you reported and hid it. Thank you."),
    ),
    "need.report_kept": Words(
        mark("What you reported stays"),
        mark("A coordinator looked at the need that you reported. It breaks no rule and stays."),
    ),
    "council.seated": Words(
        mark("You have a seat on a council"),
        mark("You now sit on: %(council)s. Thank you!"),
        {"council": Gap.TEXT},
    ),
    "council.unseated": Words(
        mark("Your seat on a council has ended"),
        mark("You no longer sit on: %(council)s. Thank you for your time."),
        {"council": Gap.TEXT},
    ),
    "meeting.called": Words(
        mark("A meeting is announced"),
        mark("%(title)s: %(at)s, %(place)s. Do you come? Please say so on its page."),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT},
    ),
    "meeting.changed": Words(
        mark("A meeting has another time or place"),
        mark("%(title)s is now %(at)s, %(place)s. The reason: %(why)s"),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT, "why": Gap.TEXT},
    ),
    "meeting.cancelled": Words(
        mark("A meeting is called off"),
        mark("%(title)s, %(at)s, does not take place. The reason: %(why)s"),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "why": Gap.TEXT},
    ),
    "meeting.moved_up": Words(
        mark("You have a place at the meeting"),
        mark("A place became free at %(title)s: %(at)s, %(place)s. It is yours."),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT},
    ),
    "meeting.soon": Words(
        mark("A meeting is near"),
        mark("%(title)s: %(at)s, %(place)s."),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT},
    ),
    "meeting.item_proposed": Words(
        mark("Somebody proposes an item for a meeting"),
        mark("For %(title)s: %(item)s. Please take it up, or say why not."),
        {"title": Gap.TEXT, "item": Gap.TEXT},
    ),
    "meeting.item_accepted": Words(
        mark("Your item is on the agenda"),
        mark("%(item)s is talked about at: %(title)s."),
        {"title": Gap.TEXT, "item": Gap.TEXT},
    ),
    "meeting.item_declined": Words(
        mark("Your item was not taken up"),
        mark("%(item)s is not on the agenda of %(title)s. The reason: %(why)s"),
        {"title": Gap.TEXT, "item": Gap.TEXT, "why": Gap.TEXT},
    ),
    "meeting.decided": Words(
        mark("A meeting decided about a need of yours"),
        mark("%(title)s has decided on: %(item)s."),
        {"title": Gap.TEXT, "item": Gap.TEXT},
    ),
    "meeting.not_carried": Words(
        mark("A meeting voted about a need of yours"),
        mark("%(title)s voted on: %(item)s. There was no majority for it."),
        {"title": Gap.TEXT, "item": Gap.TEXT},
    ),
    "meeting.minutes_shared": Words(
        mark("Please read the minutes"),
        mark("You were at %(title)s. Is everything right in the minutes? Say so by %(day)s."),
        {"title": Gap.TEXT, "day": Gap.DAY},
    ),
    "meeting.objection": Words(
        mark("Somebody objects to the minutes"),
        mark("Somebody who was at %(title)s says that the minutes are not right."),
        {"title": Gap.TEXT},
    ),
    "meeting.minutes_published": Words(
        mark("Minutes are published"),
        mark("Everybody can now read the minutes of: %(title)s."),
        {"title": Gap.TEXT},
    ),
    "meeting.minutes_late": Words(
        mark("Minutes are late"),
        mark("The minutes of %(title)s are not shared yet. Please finish them."),
        {"title": Gap.TEXT},
    ),
}
"""Each kind's name leads to its words; a gap is filled with what the verb told."""
