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
    "random": "#8c8c8c",
    "raw": "#999933",
}
_OTHERS = ("#aa4499", "#44aa99", "#b8860b", "#7b6fd0", "#c44536", "#5f9e3f")


def ordered(methods: Iterable[str]) -> list[str]:
    """Methods in the suite's own order, those it does not know behind, by name."""
    known = list(_KNOWN)

    def position(method: str) -> tuple[int, str]:
        variant = method.split(" ")[0]
        return (known.index(variant) if variant in known else len(known), method)

    return sorted(set(methods), key=position)


def colours(methods: Iterable[str]) -> dict[str, str]:
    """A colour per method, as "#rrggbb"; a known variant always has its own."""
    chosen: dict[str, str] = {}
    spare = 0
    for method in ordered(methods):
        colour = _KNOWN.get(method)
        if colour is None:
            colour = _OTHERS[spare % len(_OTHERS)]
            spare += 1
        chosen[method] = colour
    return chosen
