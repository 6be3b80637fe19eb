"""What an erasure may take out of visits: their places, wishes and notes, and nothing else."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-22T13:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "which words of visits an erasure may take out"

# `was_erased` comes with the register's migration. That there was a note, by whom and when, stays.
ONLY_ERASES = """
CREATE FUNCTION refuse_all_but_erasing_notes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.note = '' AND to_jsonb(OLD) - 'note' = to_jsonb(NEW) - 'note'
       AND (was_erased(OLD.actor) OR EXISTS (
           SELECT FROM visit WHERE visit.id = OLD.visit_id
               AND (was_erased(elder_id) OR was_erased(volunteer_id)))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: history only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

ONLY_ERASES_PLACE = """
CREATE FUNCTION refuse_other_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.place, NEW.wishes) = (OLD.place, OLD.wishes)
       OR (NEW.place = '–' AND NEW.wishes = '' AND was_erased(OLD.elder_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a visit keeps its place and wishes'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'visit_keeps_place';
END $$
"""

STATEMENTS = (
    ONLY_ERASES,
    ONLY_ERASES_PLACE,
    "DROP TRIGGER visit_history_is_immutable ON visit_history",
    """CREATE TRIGGER visit_history_is_immutable BEFORE UPDATE OR DELETE ON visit_history
       FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasing_notes()""",
    "ALTER TABLE visit_history ENABLE ALWAYS TRIGGER visit_history_is_immutable",
    """CREATE TRIGGER visit_keeps_place BEFORE UPDATE OF place, wishes ON visit
       FOR EACH ROW EXECUTE FUNCTION refuse_other_place()""",
    "CREATE INDEX visit_history_by_actor ON visit_history (actor)",
    "GRANT UPDATE (place, wishes) ON visit TO linli_app",
    "GRANT UPDATE (note) ON visit_history TO linli_app",
)


async def forwards() -> MigrationManager:
    """Add the guards and the rights of the app's role."""
    manager = MigrationManager(migration_id=ID, app_name="timebank", description=DESCRIPTION)

    async def run() -> None:
        engine = engine_finder()
        if engine is None:
            raise RuntimeError("piccolo_conf names no database")
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
