"""Names of methods: a variant or an own class, and in brackets what sets it apart, as in vqvae[codebook.codes=8]."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|.""", re.DOTALL)  # a literal in quotes, or a letter


def base_of(name: str) -> str:
    """Return a name without its brackets: vqvae of vqvae[codebook.codes=8], mine:Model of mine:Model(dim=8)."""
    return re.split(r"[\[(]", name, maxsplit=1)[0]


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
