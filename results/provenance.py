"""Origins of results: package versions, the commit of the code, hashes of configurations."""

import hashlib
import json
import platform
import subprocess
from dataclasses import asdict, is_dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

_PACKAGES = {
    "ucrbench": "ucrbench",
    "torch": "torch",
    "aeon": "aeon",
    "numpy": "numpy",
    "scikit_learn": "scikit-learn",
}
_ROOT = Path(__file__).resolve().parents[1]
_BUILT = Path(__file__).with_name("_commit.txt")  # written by setup.py into what it builds


def versions() -> dict[str, str]:
    """Return the versions of Python, of this package and of those that decide numbers.

    Returns:
        A dict with the keys `python`, `ucrbench`, `torch`, `aeon`, `numpy` and `scikit_learn`, the names of
        the fields of `JobRow`. Nothing is imported to find them; a package that is not there is "unknown".
    """
    return dict(_versions())


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for field, distribution in _PACKAGES.items():
        try:
            found[field] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            found[field] = "unknown"
    return found


@lru_cache(maxsize=1)
def commit() -> str | None:
    """Return the git commit of the checkout this package runs from, or was built from.

    Returns:
        40 hex digits, with "+dirty" after them where tracked files were changed since; None where git cannot say, or
        could not when the package was built.
    """
    # A wheel in site-packages has no .git beside its rooms, even inside some other project's checkout.
    if not (_ROOT / ".git").exists():
        return _BUILT.read_text(encoding="ascii") if _BUILT.is_file() else None
    head = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--untracked-files=no")
    if not head or changes is None:
        return None
    return f"{head}+dirty" if changes else head


def _git(*arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def hash_json(value: object) -> str:
    """Return a short hash of a configuration, the same on every machine and for every order of keys.

    Args:
        value: What JSON can hold, and dataclasses. Tuples count as lists.

    Returns:
        20 hex digits (80 bits of SHA-256 over the canonical JSON text).

    Raises:
        TypeError: Something in `value` has no JSON form.
        ValueError: A float in `value` is NaN or infinite.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:20]


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
