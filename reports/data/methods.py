"""Methods: how they are named and in which order they are shown, the same in every table and picture."""

from collections.abc import Iterable

import pandas as pd

_ORDER = (
    "ae",
    "vae",
    "vqvae",
    "vqvae_vicreg",
    "vqvae_barlow",
    "vqvae_vibcreg",
    "vqvae_as_published",
    "vqvae_barlow_as_published",
    "vqvae_vibcreg_as_published",
    "vae_sigma",
    "random",
    "random_uncalibrated",
    "raw",
)


def name_methods(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a column `method`: the variant, and its views in brackets where it ran with several.

    A frame that has the column already is returned as it is.
    """
    if "method" in scores:
        return scores
    kinds = scores.groupby("variant")["views"].transform("nunique")
    method = scores["variant"].where(kinds <= 1, scores["variant"] + " (" + scores["views"] + ")")
    return scores.assign(method=method)


def ordered(methods: Iterable[str]) -> list[str]:
    """Return methods in the suite's own order, those it does not know behind, by name."""

    def position(method: str) -> tuple[int, str]:
        variant = method.split(" ")[0]
        return (_ORDER.index(variant) if variant in _ORDER else len(_ORDER), method)

    return sorted(set(methods), key=position)


def shorten(text: str, length: int = 32) -> str:
    """Return a text of at most `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"
