"""The words of the time bank's messages, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.i18n import mark
from app.messages.gaps import Gap, Words

TIME_BANK: Final[Mapping[str, Words]] = {
    "visit.accepted": Words(
        mark("Somebody is coming to you"),
        mark("%(volunteer)s comes to you %(at)s for: %(help)s."),
        {"volunteer": Gap.TEXT, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.offered": Words(
        mark("Could you come?"),
        mark("%(elder)s needs somebody %(at)s for: %(help)s. Please say yes or no."),
        {"elder": Gap.TEXT, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.assigned": Words(
        mark("You are booked for a visit"),
        mark("As you told the desk, you go to %(elder)s %(at)s for: %(help)s. Thank you!"),
        {"elder": Gap.TEXT, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.uncovered": Words(
        mark("A visit lacks hours"),
        mark("Somebody would go to %(elder)s %(at)s (%(help)s), but the hours do not suffice."),
        {"elder": Gap.TEXT, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.late": Words(
        mark("The volunteer is late"),
        mark("%(volunteer)s will be about %(minutes)s late for the visit %(at)s (%(help)s)."),
        {"volunteer": Gap.TEXT, "minutes": Gap.MINUTES, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.no_show_elder": Words(
        mark("A visit did not take place"),
        mark("The visit %(at)s (%(help)s) is noted: the elder was not there."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.no_show_volunteer": Words(
        mark("A visit did not take place"),
        mark("The visit %(at)s (%(help)s) is noted: the volunteer did not come."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.expired": Words(
        mark("Nobody could come"),
        mark("We found nobody for %(help)s %(at)s. Nothing was taken from you. Ask again?"),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.ending": Words(
        mark("Nobody has taken your request yet"),
        mark("%(help)s %(at)s: nobody has taken it yet. One tap asks for it again or longer."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.ending_for": Words(
        mark("Nobody has taken a request of yours yet"),
        mark("For %(elder)s: nobody has taken %(help)s %(at)s. One tap asks again or longer."),
        {"elder": Gap.TEXT, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "repeat.missed_minutes": Words(
        mark("One visit was left out"),
        mark("For %(help)s %(at)s your hours do not suffice. The later ones are still asked for."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "repeat.missed_rules": Words(
        mark("One visit was left out"),
        mark("The rules do not allow %(help)s %(at)s. The desk can tell you why."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "repeat.missed_service": Words(
        mark("One visit was left out"),
        mark("%(help)s is not offered any more, so nothing was asked for %(at)s."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "repeat.missed_busy": Words(
        mark("One visit was left out"),
        mark("You have another visit %(at)s, so %(help)s was not asked for. Later ones are."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "repeat.ended": Words(
        mark("What you ask for regularly has ended"),
        mark("%(help)s is not asked for regularly any more. Visits that somebody took stay."),
        {"help": Gap.BOTH},
    ),
    "visit.disputed": Words(
        mark("A visit is looked into"),
        mark("Somebody said the visit %(at)s (%(help)s) is not right. A coordinator calls you."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.resolved": Words(
        mark("A coordinator has decided"),
        mark("For the visit %(at)s (%(help)s), %(minutes)s count. The page says why."),
        {"at": Gap.MOMENT, "help": Gap.BOTH, "minutes": Gap.MINUTES},
    ),
    "visit.withdrawn": Words(
        mark("We are looking for somebody else"),
        mark(
            "%(volunteer)s cannot come %(at)s for: %(help)s. Others see your request again, and "
            "your minutes are free until then."
        ),
        {"volunteer": Gap.TEXT, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.cancelled": Words(
        mark("A visit was called off"),
        mark("The visit %(at)s with %(other)s (%(help)s) was called off."),
        {"other": Gap.TEXT, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.called_off": Words(
        mark("The desk called off your visit"),
        mark("The visit %(at)s (%(help)s) was called off by the desk. Nothing was taken from you."),
        {"at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "visit.finished": Words(
        mark("Please confirm the visit"),
        mark("%(volunteer)s was with you for %(minutes)s (%(help)s). Please confirm that."),
        {"volunteer": Gap.TEXT, "minutes": Gap.MINUTES, "help": Gap.BOTH},
    ),
    "visit.confirmed": Words(
        mark("Your time was confirmed"),
        mark("%(elder)s confirmed your visit: %(minutes)s are in your passbook. Thank you!"),
        {"elder": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "class.approved": Words(
        mark("Your class can begin"),
        mark("Your class “%(title)s” was approved. Neighbours can sign up now."),
        {"title": Gap.TEXT},
    ),
    "class.declined": Words(
        mark("Your class was not approved"),
        mark("Your class “%(title)s” was not approved. The reason: %(why)s"),
        {"title": Gap.TEXT, "why": Gap.TEXT},
    ),
    "class.placed": Words(
        mark("You have a place in a class"),
        mark("You have a place in “%(title)s”, %(at)s, at %(place)s."),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT},
    ),
    "class.waiting": Words(
        mark("You wait for a place in a class"),
        mark("“%(title)s”, %(at)s, is full. You are on the waiting list and are told of a place."),
        {"title": Gap.TEXT, "at": Gap.MOMENT},
    ),
    "class.moved_up": Words(
        mark("A place is yours now"),
        mark("A place in “%(title)s” is yours now: %(at)s, at %(place)s."),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT},
    ),
    "class.given_up": Words(
        mark("Your place in a class was given up"),
        mark("You are no longer on the list of “%(title)s”, %(at)s."),
        {"title": Gap.TEXT, "at": Gap.MOMENT},
    ),
    "class.cancelled": Words(
        mark("A class does not take place"),
        mark("“%(title)s”, %(at)s, does not take place."),
        {"title": Gap.TEXT, "at": Gap.MOMENT},
    ),
    "class.cancelled_why": Words(
        mark("A class does not take place"),
        mark("“%(title)s”, %(at)s, does not take place. The reason: %(why)s"),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "why": Gap.TEXT},
    ),
    "class.lead": Words(
        mark("You lead a class"),
        mark("You lead “%(title)s”, %(at)s, at %(place)s."),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT},
    ),
    "class.soon": Words(
        mark("A class begins soon"),
        mark("“%(title)s” is on %(at)s, at %(place)s. If you cannot come, please say so."),
        {"title": Gap.TEXT, "at": Gap.MOMENT, "place": Gap.TEXT},
    ),
    "class.held": Words(
        mark("Did the class take place?"),
        mark(
            "“%(title)s” took %(minutes)s, and you were there. Please confirm that it took place."
        ),
        {"title": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "class.confirmed": Words(
        mark("The hours of your class are confirmed"),
        mark("For “%(title)s”, %(minutes)s are in your passbook. Thank you!"),
        {"title": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "team.asked": Words(
        mark("Somebody would like to join your team"),
        mark("%(name)s would like to join the team “%(team)s”. Please answer on its page."),
        {"name": Gap.TEXT, "team": Gap.TEXT},
    ),
    "team.joined": Words(
        mark("Somebody joined your team"),
        mark("%(name)s belongs to the team “%(team)s” now."),
        {"name": Gap.TEXT, "team": Gap.TEXT},
    ),
    "team.invited": Words(
        mark("You are invited to a team"),
        mark("%(name)s invites you to the team “%(team)s”. Please answer on its page."),
        {"name": Gap.TEXT, "team": Gap.TEXT},
    ),
    "team.admitted": Words(
        mark("You belong to a team"),
        mark("%(name)s took you into the team “%(team)s”. Welcome!"),
        {"name": Gap.TEXT, "team": Gap.TEXT},
    ),
    "team.taken_out": Words(
        mark("You no longer belong to a team"),
        mark("%(name)s ended that you belong to the team “%(team)s”."),
        {"name": Gap.TEXT, "team": Gap.TEXT},
    ),
    "team.led": Words(
        mark("You lead a team"),
        mark("%(name)s handed the team “%(team)s” over to you."),
        {"name": Gap.TEXT, "team": Gap.TEXT},
    ),
    "team.offered": Words(
        mark("A request for your team"),
        mark("Somebody needs help %(at)s: %(help)s. Who of the team “%(team)s” can go?"),
        {"team": Gap.TEXT, "at": Gap.MOMENT, "help": Gap.BOTH},
    ),
    "gift.offered": Words(
        mark("A gift of hours for you"),
        mark(
            "%(giver)s would like to give you %(minutes)s. Accept or decline it until %(until)s; "
            "after that it goes back."
        ),
        {"giver": Gap.TEXT, "minutes": Gap.MINUTES, "until": Gap.MOMENT},
    ),
    "gift.accepted": Words(
        mark("Your gift was accepted"),
        mark("%(other)s accepted your gift of %(minutes)s."),
        {"other": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "gift.declined": Words(
        mark("Your gift came back"),
        mark("%(other)s did not take your gift. %(minutes)s are yours again."),
        {"other": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "gift.withdrawn": Words(
        mark("A gift was taken back"),
        mark("%(other)s took back the gift of %(minutes)s before you answered."),
        {"other": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "gift.lapsed": Words(
        mark("Your gift came back"),
        mark("%(other)s did not answer in time. %(minutes)s are yours again."),
        {"other": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "gift.lapsed_for_you": Words(
        mark("A gift went back"),
        mark("The gift of %(minutes)s from %(other)s was not answered in time and went back."),
        {"other": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "donation.thanks": Words(
        mark("Thank you for your donation"),
        mark("You gave %(minutes)s to the relief fund, for neighbours in need. Thank you!"),
        {"minutes": Gap.MINUTES},
    ),
    "donation.reversed": Words(
        mark("A donation came back to you"),
        mark("Your donation of %(minutes)s was a mistake, so it is yours again."),
        {"minutes": Gap.MINUTES},
    ),
    "grant.received": Words(
        mark("You were granted hours"),
        mark("Your community gave you %(minutes)s to use for help."),
        {"minutes": Gap.MINUTES},
    ),
    "grant.opening": Words(
        mark("You have hours to begin with"),
        mark("Your community starts you with %(minutes)s to use for help."),
        {"minutes": Gap.MINUTES},
    ),
    "estate.received": Words(
        mark("Hours were left to you"),
        mark("%(name)s left you %(minutes)s. You can use them for help."),
        {"name": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "proposal.booked": Words(
        mark("Your proposal was approved"),
        mark("Two people agreed, and %(minutes)s were passed on as you proposed."),
        {"minutes": Gap.MINUTES},
    ),
    "proposal.declined": Words(
        mark("Your proposal was declined"),
        mark("Your proposal about %(minutes)s was declined. The reason stands beside it."),
        {"minutes": Gap.MINUTES},
    ),
    "hours.above_cap": Words(
        mark("Some of your hours went to the relief fund"),
        mark(
            "%(minutes)s were more than can be saved here, so they are your donation to the relief "
            "fund for neighbours in need. Thank you!"
        ),
        {"minutes": Gap.MINUTES},
    ),
    "move.asked_for": Words(
        mark("Your move is under way"),
        mark(
            "The desk asked that you move to %(community)s with all your hours. They decide next. "
            "If you did not ask for that, call the desk at once."
        ),
        {"community": Gap.TEXT},
    ),
    "move.released": Words(
        mark("Your community lets you go"),
        mark("You can move to %(community)s with all your hours. They decide next."),
        {"community": Gap.TEXT},
    ),
    "move.declined": Words(
        mark("Your move was turned down"),
        mark("Your move to %(community)s was turned down. The reason: %(reason)s"),
        {"community": Gap.TEXT, "reason": Gap.TEXT},
    ),
    "move.done": Words(
        mark("Welcome in your new community"),
        mark("You have moved from %(old)s to %(new)s. %(minutes)s came along."),
        {"old": Gap.TEXT, "new": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "certificate.verified": Words(
        mark("Your certificate counts"),
        mark("The desk has checked your certificate (%(what)s). It counts from now on."),
        {"what": Gap.BOTH},
    ),
    "certificate.ended": Words(
        mark("A certificate of yours does not count"),
        mark("The desk could not count your certificate (%(what)s). The reason: %(why)s"),
        {"what": Gap.BOTH, "why": Gap.TEXT},
    ),
    "certificate.ends": Words(
        mark("A certificate of yours is over soon"),
        mark(
            "Your certificate (%(what)s) is good until %(until)s. Enter the new one when you have"
            " it, and show it to the desk."
        ),
        {"what": Gap.BOTH, "until": Gap.DAY},
    ),
    "volunteer.approved": Words(
        mark("You can help now"),
        mark("The desk has said yes: you can accept visits now. Thank you!"),
    ),
    "volunteer.declined": Words(
        mark("The desk could not accept you as a volunteer"),
        mark("The desk could not accept you as a volunteer. The reason: %(why)s"),
        {"why": Gap.TEXT},
    ),
    "volunteer.paused": Words(
        mark("You accept no visits for now"),
        mark("The desk lets you pause: you accept no visits for now. The reason: %(why)s"),
        {"why": Gap.TEXT},
    ),
    "hours.unspent": Words(
        mark("You have hours to use"),
        mark(
            "You have %(minutes)s saved and have used none for long. Ask for a visit, or give some"
            " away: they are there for you. You can also say that you want no such reminders."
        ),
        {"minutes": Gap.MINUTES},
    ),
}
"""Each kind's name leads to its words; a gap is filled with what the verb told."""
