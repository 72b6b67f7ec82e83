"""The colours of methods and of classes, the same in every picture.

The colours stay apart for colour-blind readers (after Okabe and Ito, 2008) and on light and dark ground.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from ..data.methods import ordered, variant_of

_KNOWN = {
    "ae": "#0072b2",
    "vae": "#56b4e9",
    "vqvae": "#e69f00",
    "vqvae_vicreg": "#009e73",
    "vqvae_barlow": "#cc79a7",
    "vqvae_vibcreg": "#d55e00",
    "vqvae_as_published": "#b8860b",
    "vqvae_barlow_as_published": "#aa4499",
    "vqvae_vibcreg_as_published": "#c44536",
    "vae_sigma": "#2a6f97",
    "random": "#8c8c8c",
    "random_uncalibrated": "#6b6b6b",
    "raw": "#999933",
}
# For methods without a colour of their own; past these, colours come again, and labels must tell.
_OTHERS = (
    "#44aa99", "#7b6fd0", "#5f9e3f", "#e07a9b", "#6b8e9f", "#a0522d",
    "#3c8d7d", "#9a6fb0", "#d4a017", "#4f6d2f",
)  # fmt: skip

# After Okabe and Ito (2008) and Tol (2021): ten things can be told apart, more share colours.
DISTINCT = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#882255", "#7b6fd0", "#8c8c8c", "#117733",
)  # fmt: skip


def colours(methods: Iterable[str]) -> dict[str, str]:
    """Return a colour per method, as "#rrggbb"; a known variant has its own, the first of several by that name too.

    A method keeps its colour from picture to picture where each is given all methods, shown or not.
    """
    chosen: dict[str, str] = {}
    free = dict(_KNOWN)
    spare = 0
    for method in ordered(methods):
        colour = free.pop(variant_of(method) or "", None)
        if colour is None:
            colour = _OTHERS[spare % len(_OTHERS)]
            spare += 1
        chosen[method] = colour
    return chosen


def class_colours(latents: Mapping[str, np.ndarray]) -> dict[int | str, str]:
    """Return a colour per class of a job's latents, from `y_train` and `y_test`."""
    labels = sorted({*np.asarray(latents["y_train"]).tolist(), *np.asarray(latents["y_test"]).tolist()})
    return {label: DISTINCT[number % len(DISTINCT)] for number, label in enumerate(labels)}
