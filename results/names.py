"""Names of methods: a variant or an own class, and in brackets what sets it apart, as in vqvae[codebook.codes=8]."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

_TOKEN = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|.""", re.DOTALL)  # a literal in quotes, or a letter


def base_of(name: str) -> str:
    """Return a name without its brackets: vqvae of vqvae[codebook.codes=8], mine:Model of mine:Model(dim=8)."""
    return re.split(r"[\[(]", name, maxsplit=1)[0]


def meant(name: str, known: Iterable[str]) -> list[str]:
    """Return the variants that a name means: that of this very name, else all of this base, else by a pattern.

    The base vqvae means vqvae[codebook.codes=8] and its like where there is no plain vqvae; the pattern vqvae[*] means
    these also where there is.
    """
    known = list(known)
    if name in known:
        return [name]
    pattern = name.replace("[", "[[]")  # a bracket is part of a name
    return [one for one in known if base_of(one) == name] or [one for one in known if fnmatchcase(one, pattern)]


def split_names(text: str) -> tuple[str, ...]:
    """Return the names between commas or spaces; in brackets, these are part of a name."""
    parts = [""]
    for token, inside in _tokens(text):
        if not inside and (token == "," or token.isspace()):
            parts.append("")
        else:
            parts[-1] += token
    return tuple(filter(None, parts))


def partition_name(text: str) -> tuple[str, str, str]:
    """Part a text at its first "=" outside brackets, as `str.partition` does."""
    before = ""
    for token, inside in _tokens(text):
        if token == "=" and not inside:
            return before, token, text[len(before) + 1 :]
        before += token
    return text, "", ""


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Yield letters, and literals in quotes whole, each with whether brackets are around it."""
    depth = 0
    for token in _TOKEN.findall(text):
        depth -= token in (")", "]", "}") and depth > 0
        yield token, depth > 0
        depth += token in ("(", "[", "{")
