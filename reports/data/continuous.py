"""Scores of latents before quantisation, of autoencoders that quantise nothing.

AE and VAE have no codebook: the latents behind their linear probe and 5-NN are those that another method's scores
before quantisation are about, so that their values stand among them.
"""

import pandas as pd

from ...results import base_of
from .methods import TITLES

_AUTOENCODERS = ("ae", "vae", "vae_sigma")
PLAIN_OF = {"linear_probe_continuous": "linear_probe", "knn_continuous": "knn"}


def beside_continuous(scores: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return scores with AE's and VAE's also under those before quantisation, where others have these.

    Returns:
        The rows, and by score a footnote where any were added.
    """
    found, footnotes = [scores], {}
    for continuous, plain in PLAIN_OF.items():
        if continuous not in set(scores["score"]):
            continue
        own = scores[(scores["score"] == plain) & scores["variant"].map(base_of).isin(_AUTOENCODERS)]
        has = scores.loc[scores["score"] == continuous, "method"]
        own = own[~own["method"].isin(has)]
        if len(own):
            found.append(own.assign(score=continuous))
            who = [TITLES[name] for name in _AUTOENCODERS if name in set(own["variant"].map(base_of))]
            footnotes[continuous] = (
                f"{' and '.join(filter(None, [', '.join(who[:-1]), who[-1]]))} {'have' if len(who) > 1 else 'has'} no "
                "codebook: under scores of continuous latents stand those of the only latents there are."
            )
    return (pd.concat(found, ignore_index=True) if footnotes else scores), footnotes
