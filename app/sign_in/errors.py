"""Why signing in, or changing how one signs in, is refused: one exception for each refusal."""

from app.sign_in.weak_secrets import Weakness


class SignInError(Exception):
    """Any refusal on the way in. Nothing of the refused act is stored but that it was tried."""


class NotThese(SignInError):
    """Number and password, or card and PIN, do not go together; which is wrong stays open."""


class WeakSecret(SignInError):
    """Anybody would guess this password or PIN, or it is too short or too long."""

    def __init__(self, weakness: Weakness) -> None:
        self.weakness = weakness
        super().__init__(weakness.value)


class ChangedMeanwhile(SignInError):
    """The password was changed by another request in the same moment; that one stands."""


class WrongCode(SignInError):
    """The code is another one; `tries_left` says how often it can still be tried."""

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        super().__init__(f"{tries_left} tries left")


class CodeOver(SignInError):
    """There is no such code, or no longer: used, too old, or tried too often."""


class TooManyCodes(SignInError):
    """So many codes were asked for that no further one is sent for so many seconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"wait {seconds} s")


class NotFresh(SignInError):
    """The sign-in is too long ago for this: sign in again first."""


class NotForYou(SignInError):
    """Somebody else decides this."""


class FactorOn(SignInError):
    """The second step is switched on already."""


class FactorOff(SignInError):
    """The second step is not switched on, or its set-up was begun anew elsewhere."""


class NoPhone(SignInError):
    """The member has no telephone number that a code could be tied to."""


class NoCard(SignInError):
    """The member has no card that could be revoked."""


class NoDesk(SignInError):
    """This device is no open desk, or who opened it is no longer staff there."""
