"""What of a volunteer's minutes is saved, and what goes on to others. Pure: values in and out."""

# A community may limit what somebody saves: in all (`cap_minutes`), and for the help of one day
# (`day_cap_minutes`); 0 is no limit. Minutes that are earned fill what room is left under both
# limits, the smaller one first; what finds no room is a donation to the relief fund. None is lost,
# and none is taken of what was saved before, even where a new rule lowers the limit beneath it.


def overflow(
    minutes: int, *, saved: int, saved_on_day: int, cap_minutes: int, day_cap_minutes: int
) -> int:
    """Return how many of `minutes` just earned find no room and are donated.

    `saved` is the volunteer's posted balance before, `saved_on_day` what of it was earned by help
    on the same day.
    """
    room = minutes
    if cap_minutes:
        room = min(room, cap_minutes - saved)
    if day_cap_minutes:
        room = min(room, day_cap_minutes - saved_on_day)
    return minutes - max(room, 0)
