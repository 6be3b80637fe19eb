"""A visit's history says for whom somebody acted, and on which consent."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T10:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "for whom a step of a visit was done, and on which consent"

# The consent is the one of the very member whom somebody acted for.
VISIT_HISTORY = """
ALTER TABLE visit_history
    ADD COLUMN on_behalf_of uuid,
    ADD COLUMN consent_id uuid,
    ADD CONSTRAINT history_for_another_rests_on_consent
        CHECK ((on_behalf_of IS NULL) = (consent_id IS NULL) AND on_behalf_of <> actor),
    ADD CONSTRAINT history_rests_on_own_consent
        FOREIGN KEY (community_id, on_behalf_of, consent_id)
        REFERENCES consent (community_id, member_id, id)
"""

BY_CONSENT = """
CREATE INDEX visit_history_by_consent ON visit_history (consent_id) WHERE consent_id IS NOT NULL
"""


async def forwards() -> MigrationManager:
    """Add the columns; steps of before were all done by the members themselves."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        await engine.run_ddl(VISIT_HISTORY)
        await engine.run_ddl(BY_CONSENT)

    manager.add_raw(run)
    return manager
