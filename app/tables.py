"""The web shell's tables: who is signed in, and by what. Checks and rights are in the migration."""

from piccolo.columns import UUID, BigInt, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class WebSessionRow(Table, tablename="web_session"):
    """A browser that is signed in; the token itself is only in its cookie."""

    id = UUID(primary_key=True)
    token_hash = Bytea(unique=True)
    member_id = UUID()
    how = Text()
    begun_at = Timestamptz()
    seen_at = Timestamptz()
    ends_at = Timestamptz()
    idle_seconds = Integer()
    second_factor_wanted = Boolean()
    second_factor_at = Timestamptz(null=True, default=None)
    working_at = UUID(null=True, default=None)
    desk_id = UUID(null=True, default=None)
    address = Text(null=True, default=None)
    device = Text()


class MemberPasswordRow(Table, tablename="member_password"):
    """A member's password, as argon2id keeps it."""

    member_id = UUID(primary_key=True)
    hash = Text()
    changed_at = Timestamptz()


class OneTimeCodeRow(Table, tablename="one_time_code"):
    """The code that was last sent to a telephone number, or read out to whoever has it."""

    phone_lookup = Bytea(primary_key=True)
    kind = Text()
    id = UUID()
    member_id = UUID(null=True, default=None)
    asked_hash = Bytea(null=True, default=None)
    code_hash = Bytea()
    tries_left = Integer()
    ends_at = Timestamptz()


class SecondFactorRow(Table, tablename="second_factor"):
    """What a member's authenticator app and we both know, sealed."""

    member_id = UUID(primary_key=True)
    secret_sealed = Bytea()
    confirmed_at = Timestamptz(null=True, default=None)
    last_step = BigInt()


class RecoveryCodeRow(Table, tablename="recovery_code"):
    """A printed code that stands in once for the authenticator app."""

    member_id = UUID(primary_key=True)
    code_hash = Bytea()


class SignInCardRow(Table, tablename="sign_in_card"):
    """A card that signs a member in at a desk, with a PIN."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    number = Text(unique=True)
    qr_hash = Bytea(unique=True)
    pin_hash = Text()
    issued_at = Timestamptz()
    issued_by = UUID()
    revoked_at = Timestamptz(null=True, default=None)
    revoked_by = UUID(null=True, default=None)


class SignInWaitRow(Table, tablename="sign_in_wait"):
    """How long the next try has to wait, after so many that failed; no moment is no wait."""

    key = Bytea(primary_key=True)
    about = Bytea(null=True, default=None)
    failures = Integer()
    until = Timestamptz(null=True, default=None)
    forget_at = Timestamptz()


class RequestPaceRow(Table, tablename="request_pace"):
    """How full a bucket of requests is: it has run empty by this moment."""

    key = Bytea(primary_key=True)
    level_until = Timestamptz()
