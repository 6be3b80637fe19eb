"""Carries messages by mail: large type, plain words, and the same Message-ID on every try.

Apprise is not asked here: it gives each try a new Message-ID, so that a repeat would be read twice,
and does not say whether a server refused for now or for good.
"""

import asyncio
import smtplib
import ssl
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Final, NoReturn
from urllib.parse import urlsplit

import structlog

from app.i18n import HTML_LANG, gettext, speaking
from app.messages.parcels import SECONDS_MAX, Later, Letter, Parcel, Refused
from app.ways import MailServer
from app.wording import number

log = structlog.get_logger("linli.message")

REFUSED_FOR_GOOD: Final = 500
THIS_MACHINE: Final = {"localhost", "127.0.0.1", "::1"}

_PAGE: Final = """\
<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>
<body style="margin:0;padding:24px;background:#faf5ea;color:#221e18;\
font:20px/1.6 'PingFang SC','Microsoft YaHei',sans-serif">
<div style="max-width:600px;margin:0 auto">
<p style="font-size:24px;font-weight:bold;color:#17503f">{sender}</p>
<p>{greeting}</p>
{letters}
<p style="margin-top:32px;font-size:18px;color:#4c463c">{foot}<br>
<a style="color:#17503f" href="{choices}">{change}</a></p>
</div></body></html>
"""
_LETTER: Final = """\
<h2 style="font-size:24px;line-height:1.3;margin:24px 0 8px">{title}</h2>
<p style="margin:0 0 8px">{sentence}</p>
"""
_BUTTON: Final = """\
<p><a style="display:inline-block;padding:12px 24px;background:#17503f;color:#ffffff;\
font-weight:bold;border-radius:8px;text-decoration:none" href="{link}">{open}</a></p>
"""


class Mail:
    """Hands mail to a server, as somebody, for a site at an address."""

    def __init__(self, server: MailServer, sender: tuple[str, str], site: str) -> None:
        self._server, self._sender, self._site = server, sender, site

    async def carry(self, parcel: Parcel) -> None:
        """Send the parcel as one mail. Raises `Refused` or `Later`."""
        if parcel.email is None:
            raise Refused("no_address")
        try:
            mail = self.composed(parcel)
        except (ValueError, MessageError) as error:
            raise Refused("no_address") from error
        await asyncio.to_thread(self._send, mail)

    def composed(self, parcel: Parcel) -> EmailMessage:
        """Return the mail. Raises `ValueError` for an address that mail cannot have."""
        mail = EmailMessage(policy=SMTP)
        name, address = self._sender
        with speaking(parcel.language):
            mail["From"] = Address(name or "Linli", addr_spec=address)
            mail["To"] = Address(_one_line(parcel.name), addr_spec=parcel.email or "")
            mail["Subject"] = _subject(parcel)
            mail["Date"] = parcel.letters[0].told_at
            mail["Message-ID"] = f"<{parcel.id}@{urlsplit(self._site).hostname or 'linli'}>"
            mail["Content-Language"] = HTML_LANG[parcel.language]
            mail["Auto-Submitted"] = "auto-generated"
            mail["List-Unsubscribe"] = f"<{self._choices}>"
            mail.set_content(self._text(parcel), cte="base64")
            mail.add_alternative(self._html(parcel), subtype="html", cte="base64")
            mail.set_boundary(f"linli-{parcel.id}")  # so that each try is the same, to the letter
        return mail

    @property
    def _choices(self) -> str:
        return f"{self._site}/me/messages"

    def _text(self, parcel: Parcel) -> str:
        parts = [_greeting(parcel)]
        for letter in parcel.letters:
            link = (letter.link,) if letter.link else ()
            parts.append("\n".join((letter.spoken.title, letter.spoken.sentence, *link)))
        parts.append(f"{_foot(parcel)}\n{gettext('Change what is sent to you')}\n{self._choices}")
        return "\n\n".join(parts) + "\n"

    def _html(self, parcel: Parcel) -> str:
        return _PAGE.format(
            lang=HTML_LANG[parcel.language],
            title=escape(_subject(parcel)),
            sender=escape(parcel.community),
            greeting=escape(_greeting(parcel)),
            letters="".join(_letter(letter) for letter in parcel.letters),
            foot=escape(_foot(parcel)),
            choices=escape(self._choices),
            change=escape(gettext("Change what is sent to you")),
        )

    def _send(self, mail: EmailMessage) -> None:
        """Hand the mail over; runs in a thread of its own, as it waits for the other side."""
        trouble = "unreachable"
        try:
            server = self._connected()
            trouble = "no_answer"
            try:
                server.send_message(mail)
            finally:
                with suppress(OSError, smtplib.SMTPException):  # a poor farewell changes nothing
                    server.quit()
        except smtplib.SMTPRecipientsRefused as error:
            code = min(code for code, _said in error.recipients.values())
            raise _failure(code) from None
        except smtplib.SMTPDataError as error:
            raise _failure(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:  # an address that the server cannot spell
            raise Refused("no_address") from None
        except smtplib.SMTPResponseException as error:  # who we are is refused: not the member's
            log.warning("the mail server refuses us", code=error.smtp_code)
            raise Later("unreachable") from None
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail not handed over", why=type(error).__name__)
            raise Later(trouble) from None

    def _connected(self) -> smtplib.SMTP:
        given = self._server
        context = ssl.create_default_context()
        if given.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                given.host, given.port, timeout=SECONDS_MAX, context=context
            )
        else:
            server = smtplib.SMTP(given.host, given.port, timeout=SECONDS_MAX)
        try:
            server.ehlo()
            if not given.tls and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif not given.tls and given.password and given.host not in THIS_MACHINE:
                _refuse_in_the_clear()
            if given.login and given.password:
                server.login(given.login, given.password)
        except BaseException:
            server.close()
            raise
        return server


def _refuse_in_the_clear() -> NoReturn:
    raise smtplib.SMTPException("no password without TLS")


def _failure(code: int) -> Refused | Later:
    return Refused("refused") if code >= REFUSED_FOR_GOOD else Later("busy")


def _subject(parcel: Parcel) -> str:
    if len(parcel.letters) == 1:
        return _one_line(parcel.letters[0].spoken.title)
    return gettext("%(count)s messages from your neighbourhood") % {
        "count": number(len(parcel.letters))
    }


def _greeting(parcel: Parcel) -> str:
    return gettext("Hello %(name)s,") % {"name": _one_line(parcel.name)}


def _foot(parcel: Parcel) -> str:
    return gettext("This is from %(community)s. Please do not answer this mail.") % {
        "community": parcel.community
    }


def _letter(letter: Letter) -> str:
    told = _LETTER.format(
        title=escape(letter.spoken.title), sentence=escape(letter.spoken.sentence)
    )
    if letter.link is None:
        return told
    return told + _BUTTON.format(link=escape(letter.link), open=escape(gettext("Open")))


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
