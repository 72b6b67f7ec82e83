"""Methods: how they are named and in which order they are shown, the same in every table and picture."""

import re
from collections import Counter
from collections.abc import Iterable

import pandas as pd

# The variants of the suite in its order, and their titles, as its table of variants has them.
TITLES = {
    "ae": "AE",
    "vae": "VAE",
    "vqvae": "VQVAE",
    "vqvae_vicreg": "VQVAE + VICReg",
    "vqvae_barlow": "VQVAE + Barlow Twins",
    "vqvae_vibcreg": "VQVAE + VIbCReg",
    "vqvae_as_published": "VQVAE (as published)",
    "vqvae_barlow_as_published": "VQVAE + Barlow Twins (as published)",
    "vqvae_vibcreg_as_published": "VQVAE + VIbCReg (as published)",
    "vae_sigma": "VAE (optimal variance)",
    "random": "Untrained encoder",
    "random_uncalibrated": "Untrained encoder (initial BatchNorm)",
    "raw": "Scaled series",
}
_ORDER = list(TITLES)
_KNOWN = sorted({**{name: name for name in TITLES}, **{title: name for name, title in TITLES.items()}}.items())[::-1]
# A method as rows name it: a variant, its own settings, and behind a space its views and its store.
_METHOD = re.compile(r"(?P<variant>\w+)(?:\[(?P<settings>[^\[\]]+=[^\[\]]+)\])?(?P<rest> .*)?", re.DOTALL)
IN_NUMBER = r"(?<=\d)\.(?=\d)|(?<=\de)-(?=\d)"  # the point of a number or the sign of its exponent, for patterns
_NUMBER = re.compile(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)")


def name_methods(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a column `method`: the variant, and its views in brackets where it ran with several.

    A frame that has the column already is returned as it is.
    """
    if "method" in scores:
        return scores
    kinds = scores.groupby("variant")["views"].transform("nunique")
    method = scores["variant"].where(kinds <= 1, scores["variant"] + " (" + scores["views"] + ")")
    return scores.assign(method=method)


def variant_of(method: str) -> str | None:
    """Return the variant of the suite that a method is, by its name or its title; None for another one.

    Behind it may stand its own settings and, after a space, the views and the store in brackets.
    """
    if (parts := _METHOD.fullmatch(method)) and parts["variant"] in TITLES:
        return parts["variant"]
    # The longest known name comes first: "VQVAE (as published)" before "VQVAE".
    return next((variant for known, variant in _KNOWN if method == known or method.startswith(known + " ")), None)


def titles(methods: Iterable[str]) -> dict[str, str]:
    """Return the titles of methods that stand side by side, by their names.

    That of a variant comes first, then its own settings and whatever stands behind its name: "VQVAE + Barlow Twins
    (slice)" for vqvae_barlow (slice), "VQVAE (codes 8)" for vqvae[codebook.codes=8]. A setting has the last part of
    its key, and the whole key where two have the same last part. A method that is no variant keeps its name.
    """
    methods = list(methods)
    parts = {method: parts for method in methods if (parts := _METHOD.fullmatch(method)) and parts["variant"] in TITLES}
    keys = {key for one in parts.values() for key, _ in _settings(one)}
    often = Counter(_last(key) for key in keys)
    found = {}
    for method in methods:
        found[method] = method
        if one := parts.get(method):
            said = ", ".join(f"{key if often[_last(key)] > 1 else _last(key)} {value}" for key, value in _settings(one))
            found[method] = TITLES[one["variant"]] + (f" ({said})" if said else "") + (one["rest"] or "")
    return found


def _settings(parts: re.Match[str]) -> list[tuple[str, str]]:
    """Return the own settings of a method by key, as text."""
    pairs = (setting.partition("=") for setting in (parts["settings"] or "").split(",") if setting)
    return [(key, value) for key, _, value in pairs]


def _last(key: str) -> str:
    return key.rpartition(".")[2].replace("_", " ")


def ordered(methods: Iterable[str]) -> list[str]:
    """Return methods in the suite's own order, those it does not know behind, by name, and numbers in it by size."""

    def position(method: str) -> tuple[int, list[str | float], str]:
        variant = variant_of(method)
        parts = [float(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(method))]
        return (len(_ORDER) if variant is None else _ORDER.index(variant), parts, method)

    return sorted(set(methods), key=position)


def suffix(label: str) -> str:
    """Return what stands behind a name to tell whose it is: " [A]"; nothing for a store without a label."""
    return f" [{label}]" if label else ""


def shorten(text: str, length: int = 32) -> str:
    """Return a text of at most `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"
