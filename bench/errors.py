"""Wrong use of the suite."""

from difflib import get_close_matches


class UsageError(ValueError):
    """A wrong name, setting or device; one line that names it and the way out."""


class PoolError(RuntimeError):
    """The machinery that ran the jobs broke down; what was finished before is stored."""


class JobFailed(RuntimeError):
    """A job that was run for its own sake failed; one line that says how."""


def one_line(error: BaseException) -> str:
    """Return an error on one line: its kind, and the first line of what it says."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


def near(name: str, known: list[str] | tuple[str, ...]) -> str:
    """Return the end of a sentence: names near a wrong one, or all of a short list, or where to look."""
    close = get_close_matches(name, known, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"there are {', '.join(known)}" if len(known) <= 12 else "`ucrbench list presets` shows all"
