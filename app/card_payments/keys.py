"""The keys that this installation has for its card processor, and what without them."""

from dataclasses import dataclass, field
from typing import Final

from app.card_keys import STRIPE_API, Mode, methods, mode_of
from app.i18n import gettext as _
from app.settings import settings

# From where a browser may load what asks for a card, and whom that may ask: as Stripe says.
STRIPE_SCRIPT: Final = "https://js.stripe.com/v3/"
STRIPE_POLICY: Final = {
    "script-src": "https://js.stripe.com https://*.js.stripe.com",
    "frame-src": "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
    "connect-src": "https://api.stripe.com",
}


@dataclass(frozen=True, slots=True)
class Keys:
    """All that is needed to take a card."""

    secret: str = field(repr=False)
    public: str
    webhook: str = field(repr=False)
    methods: tuple[str, ...] = ("card",)
    api: str = STRIPE_API

    @property
    def mode(self) -> Mode:
        """For play or for real money; all keys agree, or the program would not have started."""
        return mode_of(self.secret)

    @property
    def stands_in(self) -> bool:
        """Whether a stand-in answers instead of Stripe."""
        return self.api != STRIPE_API

    @property
    def script(self) -> str:
        """Where the browser finds what asks for a card."""
        return f"{self.api}/js.stripe.com/v3/" if self.stands_in else STRIPE_SCRIPT

    @property
    def sources(self) -> dict[str, str]:
        """Whom the one page with a card's field may load from and speak to, beside ourselves."""
        if self.stands_in:
            return {"script-src": self.api, "connect-src": self.api}
        return STRIPE_POLICY


def keys() -> Keys | None:
    """Return the keys that the settings give; None where no card can be taken."""
    given = settings()
    secret, public, webhook = (
        given.stripe_secret_key,
        given.stripe_public_key,
        given.stripe_webhook_secret,
    )
    if secret is None or public is None or webhook is None:
        return None
    return Keys(
        secret.get_secret_value(),
        public,
        webhook.get_secret_value(),
        methods(given.stripe_methods),
        given.stripe_api or STRIPE_API,
    )


def offered() -> tuple[str, ...]:
    """Return the ways to pay through the processor that are offered: `card`, `alipay`, ..."""
    given = keys()
    return given.methods if given else ()


def why_none() -> str | None:
    """Say to a giver why no card can be taken; None where one can."""
    if keys() is not None:
        return None
    return _(
        "This neighbourhood has no card processor set up, so no card can be taken here. "
        "You can give cash or by bank transfer; the treasurer enters it."
    )
