"""Scores of latents before quantisation, of methods that quantise nothing.

AE, VAE and the two baselines have no codebook: what their linear probe and 5-NN read is continuous, as are the latents
that another method's scores before quantisation are about, so that their values stand among them.
"""

import pandas as pd

from ...results import base_of
from .methods import TITLES

_WITHOUT_CODEBOOK = ("ae", "vae", "vae_sigma", "random", "random_uncalibrated", "raw")
PLAIN_OF = {"linear_probe_continuous": "linear_probe", "knn_continuous": "knn"}


def beside_continuous(scores: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return scores in which methods without a codebook have theirs also before quantisation, where others do.

    Returns:
        The rows, and by score a footnote where any were added.
    """
    found, footnotes = [scores], {}
    for continuous, plain in PLAIN_OF.items():
        if continuous not in set(scores["score"]):
            continue
        own = scores[(scores["score"] == plain) & scores["variant"].map(base_of).isin(_WITHOUT_CODEBOOK)]
        has = scores.loc[scores["score"] == continuous, "method"]
        own = own[~own["method"].isin(has)]
        if len(own):
            found.append(own.assign(score=continuous))
            who = [TITLES[name] for name in _WITHOUT_CODEBOOK if name in set(own["variant"].map(base_of))]
            footnotes[continuous] = (
                f"{' and '.join(filter(None, [', '.join(who[:-1]), who[-1]]))} {'have' if len(who) > 1 else 'has'} no "
                "codebook: under scores before quantisation stand the plain ones."
            )
    return (pd.concat(found, ignore_index=True) if footnotes else scores), footnotes
