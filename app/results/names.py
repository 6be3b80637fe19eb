"""Under which names files are kept: readable, and harmless where somebody types them in a shell."""

import re
from typing import Final
from urllib.parse import quote

from app.uploads import safe_name

_NOT_PLAIN: Final = re.compile(r"[^\w.]+")  # quotes, dollars, brackets: a shell would obey them


def file_name(wanted: str) -> str:
    """Return a name of letters, digits, dots and hyphens alone, as instructions can quote it."""
    return _NOT_PLAIN.sub("-", safe_name(wanted)).lstrip("-.") or "file"


def kept_as(wanted: str) -> dict[str, str]:
    """Return the header by which a browser keeps a file under its name."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name(wanted))}"}
