"""Where Piccolo finds the database and the five packages that own tables in it."""

from piccolo.conf.apps import AppRegistry

from app.database import Engine, connection_settings

DB = Engine(config=connection_settings())

APP_REGISTRY = AppRegistry(
    apps=[
        "ledger.piccolo_app",
        "community.piccolo_app",
        "timebank.piccolo_app",
        "marketplace.piccolo_app",
        "app.piccolo_app",
    ],
)
