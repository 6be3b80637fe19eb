"""Where Piccolo finds the database and the five packages that own tables in it.

Whoever reaches the database imports this, so here it is said as well where the keys of rounds are
kept, which the database must not know.
"""

from piccolo.conf.apps import AppRegistry

from app import round_keys
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

round_keys.wire()
