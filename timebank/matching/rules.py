"""What makes a volunteer fit a request: each rule in words above its figures. Pure.

A volunteer who is barred is never suggested. For all others each criterion gives points by its
level; 1,000 is the most that there is. `scoring` reads the levels off the board's arrays.
"""

from typing import Final

# Nobody is suggested for their own visit, nor for one of their own kin's: kin help each other
# without a time bank's search, and hours that stay within a family want a second look. Nobody who
# said no to this very request, or gave it back. Nobody whom the rules of who may give what keep
# from it (age, training, certificate: `timebank.care.rules.unfit`), who pauses, or who did not come
# too often of late. Nobody who has promised another visit then, or was offered one and may still
# say yes; a quarter of an hour is left for the way from one to the other.

WAY_QUARTERS: Final = 1

# Where the hours that a volunteer told must hold the visit, whoever told others is barred too. Who
# told nothing never is: many a volunteer is glad to be asked.

# The elder asked for this volunteer: more than any one thing besides, since it is the elder's home.

WISHED: Final = 250

# They know each other: visits together in the last year, one, two, or three and more. Nothing else
# makes old people feel as safe at their door.

TOGETHER: Final = (0, 80, 120, 160)
TOGETHER_DAYS: Final = 365

# The volunteer chose this kind of help as one they like to give; chose none in particular; or chose
# others only. The last is no bar: a call may well win them.

SKILL: Final = (0, 75, 150)
OTHER_HELP, ANY_HELP, LIKES = range(3)

# Grids have no distance but "the same" and "another". The volunteer lives in the elder's grid, or
# chose it as one where they go; chose none; or goes elsewhere only.

PLACE: Final = (0, 50, 140, 150)
OTHER_GRID, ANY_GRID, GOES_THERE, SAME_GRID = range(4)

# The visit lies within the hours that the volunteer told; they told none; or it lies outside.

TIMES: Final = (0, 60, 150)
OTHER_HOURS, UNTOLD, FREE = range(3)

# Those who gave little in the last thirty days come first, so that the same few are not worn out:
# all the points for nothing given, none from twenty hours on, evenly between.

FAIRNESS: Final = 100
FAIRNESS_MINUTES: Final = 1200

# They share a language; the volunteer named none, or the elder's is not known; or they do not.

SPEECH: Final = (0, 20, 40)
OTHER_SPEECH, ANY_SPEECH, SPEAKS = range(3)

POINTS_MAX: Final = (
    WISHED + TOGETHER[-1] + SKILL[-1] + PLACE[-1] + TIMES[-1] + FAIRNESS + SPEECH[-1]
)

# The whole board at once. To help one elder more counts as much as two perfect fits, so nobody
# stays without help for the sake of others' comfort; but a chain of moves that spoils more than
# that is not made. Where not everybody can be helped, those whose visit is near and those who have
# waited long come first.

SERVED: Final = 2 * POINTS_MAX
SOON: Final = 200
SOON_HOURS: Final = 96
WAITED: Final = 100
WAITED_HOURS: Final = 240


def urgency(hours_ahead: float, hours_waited: float) -> int:
    """Return how urgent a request is, 0 to 300.

    A visit that begins now has 200, falling to nothing over four days; to that comes what has
    risen over ten days of waiting, 100 at most.
    """
    soon = SOON - int(SOON * min(max(hours_ahead, 0), SOON_HOURS)) // SOON_HOURS
    waited = int(WAITED * min(max(hours_waited, 0), WAITED_HOURS)) // WAITED_HOURS
    return soon + waited
