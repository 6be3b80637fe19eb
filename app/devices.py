"""What a browser calls itself, in two plain words: enough to know one's own devices by."""

import re
from typing import Final

# The first that fits counts: apps that show pages inside themselves name a browser as well, and
# nearly every browser names Safari.
_BROWSERS: Final = (
    ("wechat", r"MicroMessenger"),
    ("alipay", r"AlipayClient"),
    ("qq", r"QQBrowser|\bQQ/"),
    ("uc", r"UCBrowser|UCWEB"),
    ("huawei", r"HuaweiBrowser"),
    ("xiaomi", r"MiuiBrowser"),
    ("samsung", r"SamsungBrowser"),
    ("edge", r"Edg(e|A|iOS)?/"),
    ("opera", r"OPR/|Opera"),
    ("firefox", r"Firefox/|FxiOS/"),
    ("chrome", r"Chrome/|CriOS/|Chromium/"),
    ("safari", r"Safari/"),
)
_SYSTEMS: Final = (
    ("harmony", r"HarmonyOS|OpenHarmony"),
    ("iphone", r"iPhone|iPod"),
    ("ipad", r"iPad"),
    ("android", r"Android"),
    ("windows", r"Windows"),
    ("mac", r"Macintosh|Mac OS X"),
    ("linux", r"Linux|X11"),
)
UNKNOWN: Final = "other"


def device_of(agent: str) -> str:
    """Return `browser/system` for a User-Agent line, such as `wechat/android`."""
    browser = _first(_BROWSERS, agent[:1000])
    return f"{browser}/{_first(_SYSTEMS, agent[:1000])}"


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, agent)), UNKNOWN)
