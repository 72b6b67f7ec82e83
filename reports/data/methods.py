"""Methods: how they are named and in which order they are shown, the same in every table and picture."""

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

    Behind it may stand, after a space, the views and the store in brackets.
    """
    # The longest known name comes first: "VQVAE (as published)" before "VQVAE".
    return next((variant for known, variant in _KNOWN if method == known or method.startswith(known + " ")), None)


def titled(method: str) -> str:
    """Return a method's name with the title of its variant: "VQVAE + Barlow Twins (slice)" for vqvae_barlow (slice)."""
    variant = method.split(" ")[0]
    return TITLES[variant] + method[len(variant) :] if variant in TITLES else method


def ordered(methods: Iterable[str]) -> list[str]:
    """Return methods in the suite's own order, those it does not know behind, by name."""

    def position(method: str) -> tuple[int, str]:
        variant = variant_of(method)
        return (len(_ORDER) if variant is None else _ORDER.index(variant), method)

    return sorted(set(methods), key=position)


def suffix(label: str) -> str:
    """Return what stands behind a name to tell whose it is: " [A]"; nothing for a store without a label."""
    return f" [{label}]" if label else ""


def shorten(text: str, length: int = 32) -> str:
    """Return a text of at most `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"
