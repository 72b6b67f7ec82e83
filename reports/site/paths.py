"""Paths of the machine that ran the jobs, taken out of what is published: errors, tracebacks, settings."""

import re

_ABSOLUTE = r"(?:/|[A-Za-z]:[\\/]|\\\\)"
# In quotes a path may hold spaces; outside of them it ends at the first.
_QUOTED = re.compile(rf"""(?P<quote>["'])(?P<path>{_ABSOLUTE}[^"'\n]+)(?P=quote)""")
_BARE = re.compile(rf"""(?<![\w<.:/\\…~-]){_ABSOLUTE}[^\s"'<>|()\[\]{{}},;]*[^\s"'<>|()\[\]{{}},;:.]""")
_HOME = re.compile(r"(?:[A-Za-z]:)?/(?:root|(?:home|Users)/[^/]+)/?")
_PACKAGE = re.compile(r".*/(?:site|dist)-packages/(.+)")
_STANDARD = re.compile(r".*/(?:lib|Lib)/(?:python[\d.]+/)?(.+\.py)")


def hide_paths(text: str) -> str:
    """Return the text with absolute paths cut down to what says something to others.

    Files of Python packages keep their path within the package, other modules their folder, and of any other path
    the last part is left: "…/bench/runner.py", "torch/nn/functional.py", "…/GunPoint_TRAIN.ts".
    """
    text = _QUOTED.sub(lambda found: found["quote"] + _tail(found["path"]) + found["quote"], text)
    return _BARE.sub(lambda found: _tail(found[0]), text)


def _tail(path: str) -> str:
    path = path.replace("\\", "/")
    for pattern in (_PACKAGE, _STANDARD):
        if found := pattern.fullmatch(path):
            return found[1]
    if _HOME.fullmatch(path):
        return "~"
    parts = [part for part in path.split("/") if part]
    if not parts:
        return path
    kept = parts[-2:] if parts[-1].endswith(".py") and len(parts) > 2 else parts[-1:]
    return "…/" + "/".join(kept)
