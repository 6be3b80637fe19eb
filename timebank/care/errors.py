"""Why the catalogue, certificates and the volunteers' own pages refuse: one exception each."""

from uuid import UUID

from timebank.care.values import Reason
from timebank.errors import TimebankError


class NotAllowed(TimebankError):
    """The act is for somebody with another role, or cannot be done for another."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"this member may not {act}")


class InvalidCareService(TimebankError):
    """Something about a care service cannot be: `field` is the field of the form, `why` the rule.

    `least` and `most` are the bounds that a number passed, else 0.
    """

    def __init__(self, field: str, why: str, *, least: int = 0, most: int = 0) -> None:
        self.field, self.why, self.least, self.most = field, why, least, most
        super().__init__(f"{field}: {why}")


class NameTaken(TimebankError):
    """Another care service or kind of certificate of the community has this name.

    `field` is `name_zh` or `name_en`.
    """

    field = "name_zh"


class EnglishNameTaken(NameTaken):
    """Another one has this name in English."""

    field = "name_en"


class ChangedMeanwhile(TimebankError):
    """Somebody else changed the care service since the form was shown; nothing was overwritten."""


class UnknownKind(TimebankError):
    """The community has no such kind of certificate, or does not use it any more."""

    def __init__(self, kind: UUID) -> None:
        self.kind = kind
        super().__init__(f"there is no kind of certificate {kind} in use")


class KindNeeded(TimebankError):
    """A care service in use needs this kind of certificate, so it stays; `services` says which."""

    def __init__(self, services: tuple[str, ...]) -> None:
        self.services = services
        super().__init__(f"{len(services)} care services need this kind of certificate")


class UnknownCertificate(TimebankError):
    """There is no such certificate of this member."""

    def __init__(self, certificate: UUID) -> None:
        self.certificate = certificate
        super().__init__(f"there is no certificate {certificate} of this member")


class InvalidCertificate(TimebankError):
    """Something about a certificate cannot be: `field` is the field of the form, `why` the rule."""

    def __init__(self, field: str, why: str) -> None:
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}")


class ClaimedAlready(TimebankError):
    """A certificate of this kind waits to be checked already."""


class OwnCertificate(TimebankError):
    """Nobody checks a certificate of their own."""


class CertificateOver(TimebankError):
    """The certificate was declined, taken back or revoked before."""


class InvalidProfile(TimebankError):
    """Something in a volunteer's profile or times cannot be: `field` and `why`, `most` if passed.

    `field` is that of the form: `words`, `skills`, `grids`, `languages`, `weekly`, `first_day`,
    `last_day`, `from_minute`, `until_minute`, `evidence`, `why`.
    """

    def __init__(self, field: str, why: str, *, most: int = 0) -> None:
        self.field, self.why, self.most = field, why, most
        super().__init__(f"{field}: {why}")


class UnknownVolunteer(TimebankError):
    """This member never filled in a volunteer's profile."""

    def __init__(self, member: UUID) -> None:
        self.member = member
        super().__init__(f"member {member} has no volunteer's profile")


class OwnVetting(TimebankError):
    """Nobody decides about their own application, or is their own guardian."""


class WrongStanding(TimebankError):
    """The volunteer stands elsewhere by now, so the decision does not fit."""

    def __init__(self, standing: str, act: str) -> None:
        self.standing, self.act = standing, act
        super().__init__(f"a volunteer who is {standing} cannot be {act}")


class NotAGuardian(TimebankError):
    """Whoever is a guardian is of age, and the volunteer is not."""


class NotFit(TimebankError):
    """The volunteer may not take this care service at that moment; `reason` says why.

    `kind` is the kind of certificate that is missing or over by then.
    """

    def __init__(self, reason: Reason, *, kind: UUID | None = None) -> None:
        self.reason, self.kind = reason, kind
        super().__init__(f"not fit for this visit: {reason}")
