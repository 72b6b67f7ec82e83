"""Scores of latents before quantisation, of autoencoders that quantise nothing.

AE and VAE have no codebook: the latents behind their linear probe and 5-NN are those that another method's scores
before quantisation are about, so that their values stand among them.
"""

import pandas as pd

from ...results import score_of
from .methods import TITLES

_AUTOENCODERS = ("ae", "vae", "vae_sigma")
_SAME = {"linear_probe_continuous": "linear_probe", "knn_continuous": "knn"}


def beside_continuous(scores: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return scores with AE's and VAE's also under those before quantisation, where others have these.

    Returns:
        The rows, and a sentence for captions where any were added.
    """
    found, titles, who = [scores], [], set()
    for continuous, plain in _SAME.items():
        if continuous not in set(scores["score"]):
            continue
        own = scores[(scores["score"] == plain) & scores["variant"].isin(_AUTOENCODERS)]
        has = scores.loc[scores["score"] == continuous, "method"]
        own = own[~own["method"].isin(has)]
        if len(own):
            found.append(own.assign(score=continuous))
            titles.append(score_of(continuous).title)
            who |= set(own["variant"])
    if not titles:
        return scores, []
    named = " and ".join(TITLES[name] for name in _AUTOENCODERS if name in who)
    note = (
        f"{named} {'have' if len(who) > 1 else 'has'} no codebook: the latents are continuous, and under "
        f"{' and '.join(titles)} stand the values of the same scores of these latents."
    )
    return pd.concat(found, ignore_index=True), [note]
