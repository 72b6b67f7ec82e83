"""File names of pages: names from outside must be safe in a path, in a link and on any file system."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,60}")
# Names of devices on Windows, whatever their ending.
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a file name for each name: the name itself if it is plain, else its plain part and a hash.

    No two differ in upper and lower case only.
    """
    names = sorted(set(names))
    often = Counter(name.lower() for name in names)
    return {name: f"{_stem(name, often[name.lower()] > 1)}.html" for name in names}


def _stem(name: str, ambiguous: bool) -> str:
    if _PLAIN.fullmatch(name) and not _DEVICE.fullmatch(name) and not ambiguous:
        return name
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:40].lower()
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{digest}".lstrip("-")
