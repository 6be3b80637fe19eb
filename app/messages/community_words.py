"""The words of messages about membership, roles and signing in, kind by kind."""

from collections.abc import Mapping
from typing import Final

from app.i18n import mark
from app.messages.gaps import Gap, Words

COMMUNITY: Final[Mapping[str, Words]] = {
    "role.granted": Words(
        mark("You have a new role"),
        mark("You are %(role)s at %(area)s, from %(since)s on."),
        {"role": Gap.ROLE, "area": Gap.TEXT, "since": Gap.MOMENT},
    ),
    "role.ended": Words(
        mark("A role of yours has ended"),
        mark("You are no longer %(role)s at %(area)s. Call the desk if that surprises you."),
        {"role": Gap.ROLE, "area": Gap.TEXT},
    ),
    "delegation.given": Words(
        mark("Somebody may act for you"),
        mark(
            "Until %(until)s, %(delegate)s may do this for you: %(acts)s. You can end it at any "
            "moment."
        ),
        {"delegate": Gap.TEXT, "acts": Gap.ACTS, "until": Gap.DAY},
    ),
    "delegation.received": Words(
        mark("You may act for somebody"),
        mark("Until %(until)s you may do this for %(member)s: %(acts)s."),
        {"member": Gap.TEXT, "acts": Gap.ACTS, "until": Gap.DAY},
    ),
    "delegation.revoked": Words(
        mark("Somebody no longer acts for you"),
        mark("%(delegate)s can no longer act for you."),
        {"delegate": Gap.TEXT},
    ),
    "delegation.lost": Words(
        mark("You no longer act for somebody"),
        mark("You can no longer act for %(member)s."),
        {"member": Gap.TEXT},
    ),
    "password.changed": Words(
        mark("Your password was changed"),
        mark("Your password was changed %(at)s. If that was not you, call the desk at once."),
        {"at": Gap.MOMENT},
    ),
    "second_factor.off": Words(
        mark("The second step is switched off"),
        mark(
            "The second step of your sign-in was switched off %(at)s. If that was not you, call "
            "the desk at once."
        ),
        {"at": Gap.MOMENT},
    ),
    "second_factor.reset": Words(
        mark("Your second step was removed"),
        mark(
            "An administrator removed the second step of your sign-in %(at)s, and you were signed "
            "out everywhere. Set it up anew when you sign in. If you did not ask for that, call "
            "the desk at once."
        ),
        {"at": Gap.MOMENT},
    ),
    "contacts.changed": Words(
        mark("Your telephone number or e-mail was changed"),
        mark(
            "The desk changed the telephone number or the e-mail that we have of you. If you did "
            "not ask for that, call the desk at once."
        ),
    ),
    "card.issued": Words(
        mark("You have a new card"),
        mark(
            "The desk has made a card with which you sign in there. A card of yours from before "
            "works no longer. If you did not ask for that, call the desk at once."
        ),
    ),
    "sign_in.helped": Words(
        mark("The desk helps you sign in"),
        mark(
            "The desk has just made a code with which you can sign in, and reads it out to you on "
            "the telephone. If you did not ask for that, call the desk at once."
        ),
    ),
    "joining.code": Words(
        mark("Your code"),
        mark(
            "Your code for joining the neighbourhood is %(code)s. It works for %(minutes)s. If you "
            "did not ask to join, do nothing."
        ),
        {"code": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
    "joining.accepted": Words(
        mark("Welcome, neighbour"),
        mark("Your community has accepted you. Sign in with your telephone number and a code."),
    ),
    "joining.declined": Words(
        mark("Your application was not accepted"),
        mark("Your community could not accept you. The reason: %(reason)s"),
        {"reason": Gap.TEXT},
    ),
    "joining.known": Words(
        mark("Somebody asked to join with your number"),
        mark(
            "Somebody asked to join with your telephone number, which we know already. If that was "
            "you, sign in or call the desk. If not, you need not do anything."
        ),
    ),
    "sign_in.code": Words(
        mark("Your code"),
        mark(
            "Your code for signing in is %(code)s. It works for %(minutes)s. Tell it to nobody, "
            "not even to us."
        ),
        {"code": Gap.TEXT, "minutes": Gap.MINUTES},
    ),
}
"""Each kind's name leads to its words; a gap is filled with what the verb told."""
