"""Tells Piccolo where this package keeps its migrations and which tables are its own."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="marketplace",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        modules=[
            "marketplace.tables",
            "marketplace.aftercare.tables",
            "marketplace.councils.tables",
            "marketplace.delivery.tables",
            "marketplace.delivery.changes.tables",
            "marketplace.funding.tables",
            "marketplace.meetings.tables",
            "marketplace.needs.tables",
            "marketplace.needs.alike.tables",
            "marketplace.needs.merging.tables",
            "marketplace.paper.tables",
            "marketplace.plans.tables",
            "marketplace.screening.tables",
            "marketplace.work.tables",
            "marketplace.deliberation.tables",
        ],
        exclude_imported=True,
    ),
    migration_dependencies=["community.piccolo_app", "ledger.piccolo_app"],
)
