"""The order and the colour of methods, the same in every table and picture.

The colours stay apart for colour-blind readers (after Okabe and Ito, 2008) and on light and dark ground.
"""

from collections.abc import Iterable

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


def ordered(methods: Iterable[str]) -> list[str]:
    """Methods in the suite's own order, those it does not know behind, by name."""
    known = list(_KNOWN)

    def position(method: str) -> tuple[int, str]:
        variant = method.split(" ")[0]
        return (known.index(variant) if variant in known else len(known), method)

    return sorted(set(methods), key=position)


def colours(methods: Iterable[str]) -> dict[str, str]:
    """A colour per method, as "#rrggbb"; a known variant has its own, the first of several by that name too.

    A method keeps its colour from picture to picture where each is given all methods, shown or not.
    """
    chosen: dict[str, str] = {}
    free = dict(_KNOWN)
    spare = 0
    for method in ordered(methods):
        colour = free.pop(method.split(" ")[0], None)
        if colour is None:
            colour = _OTHERS[spare % len(_OTHERS)]
            spare += 1
        chosen[method] = colour
    return chosen
