"""`linli found`: a community where there was none, and the way in for its first administrator."""

import asyncio
from pathlib import Path
from uuid import UUID

import click

import community
from app.commands.administrator import tell_way_in
from app.embedded import database_at_hand, pooled
from app.exits import Exit, StopError
from app.founding import Above, OtherName, areas_above, found_community
from app.i18n import speaking
from app.migrations import bring_up_to_date
from app.phones import e164
from app.policy_words import fault_words
from app.sign_in.codes import put_read_out_code
from app.sign_in.staff import CODE_LIFE
from community import Community, Level, Role
from community.areas import DEFAULT_TIME_ZONE
from community.policy import BadPackFile
from community.transactions import transaction
