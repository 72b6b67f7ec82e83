"""The table of scores: everything that there is to say of a score, in one row.

`bench/scores/` computes the scores; the command line, the site, the paper and the checks of outside numbers read
this table. The order of the rows is the order in which scores are shown.
"""

from math import inf

from .labels import budgets
from .score import Scale, Score

_PROBE = (
    "Latents are averaged over all positions and scaled to [-1, 1] by the training split's minimum and maximum; a "
    "support vector machine with linear kernel and C = 1 is fitted on the training split. Accuracy on the test split."
)
_KNN = (
    "Five nearest neighbours by Euclidean distance, on the same scaled features as the linear probe. "
    "Accuracy on the test split."
)
_JUDGE = (
    "The FCN (Wang, Yan and Oates 2017) is trained once per data set on the real training series, and judges all "
    "variants and seeds alike."
)
_ROCKET = (
    "on 1008 features of MiniRocket (Dempster, Schmidt and Webb 2021) fitted on the real training series. They depend "
    "on no trained judge, and are the same for all presets."
)
_REAL = "It means little by itself: read it beside what the data set's real series reach."


_SHARE = (0.0, 1.0)


def _distance(name: str) -> Scale:
    """Return the scale of a distance, from one training series over and over to all of them."""
    ceiling = "the distance of the real training series from the real test series"
    return Scale(name, "real train", ceiling, "the best single training series, over and over")


_ROWS = (
    Score(
        "linear_probe",
        "Linear probe",
        True,
        4,
        "Test accuracy of a linear SVM on the pooled latents the decoder sees.",
        bounds=_SHARE,
        definition=(
            _PROBE,
            "Where there is a quantiser, the latents are those after it, which the decoder sees.",
        ),
    ),
    Score(
        "knn",
        "5-NN",
        True,
        4,
        "Test accuracy of 5 nearest neighbours on the same features.",
        bounds=_SHARE,
        definition=(_KNN,),
    ),
    Score(
        "linear_probe_continuous",
        "Linear probe (continuous)",
        True,
        4,
        "The linear probe on the latents before quantisation.",
        bounds=_SHARE,
        definition=(
            _PROBE,
            "Here on the latents before quantisation. Averaging quantised latents hides much of what the encoder "
            "learnt.",
        ),
    ),
    Score(
        "knn_continuous",
        "5-NN (continuous)",
        True,
        4,
        "5 nearest neighbours before quantisation.",
        bounds=_SHARE,
        definition=(_KNN, "Here on the latents before quantisation."),
    ),
    Score(
        "inception_score",
        "Inception score",
        True,
        3,
        "Sharpness and spread of the FCN's classes over unconditional samples.",
        bounds=(1.0, inf),
        judge="fcn",
        scale=Scale(
            "inception_score",
            "real test",
            "the inception score of the real test series",
            "series that all look alike",
        ),
        cited=("salimans2016is",),
        definition=(
            "exp of the mean Kullback-Leibler divergence of the FCN's class probabilities from their mean (Salimans "
            "et al. 2016), over max(n_test, 256) unconditional samples in 10 random parts. It lies between 1 and the "
            "number of classes.",
            _JUDGE,
            _REAL,
        ),
    ),
    Score(
        "inception_score_std",
        "Inception score, std over splits",
        None,
        3,
        "Spread of the inception score over its ten splits.",
        bounds=(0.0, inf),
        judge="fcn",
        companion=True,
    ),
    Score(
        "fid",
        "FID",
        False,
        3,
        "Fréchet distance of FCN features: unconditional samples against the real test series.",
        bounds=(0.0, inf),
        judge="fcn",
        scale=_distance("fid"),
        cited=("heusel2017fid",),
        definition=(
            "Fréchet distance between Gaussians fitted to the FCN's 128 pooled features of the unconditional samples "
            "and of the real test series (Heusel et al. 2017).",
            _JUDGE,
            _REAL,
        ),
    ),
    Score(
        "kid",
        "KID",
        False,
        4,
        "Kernel distance of FCN features: unconditional samples against the real test series.",
        judge="fcn",
        scale=_distance("kid"),
        cited=("binkowski2018kid",),
        definition=(
            "Squared maximum mean discrepancy of the FCN's 128 pooled features of the unconditional samples and of the "
            "real test series, with the kernel (x.y / 128 + 1)^3 (Binkowski et al. 2018). The estimate is unbiased "
            "whatever the number of series, and so may be below zero.",
            _JUDGE,
            _REAL,
        ),
    ),
    Score(
        "fid_rocket",
        "FID (MiniRocket)",
        False,
        3,
        "Fréchet distance of MiniRocket features, which no judge is trained for.",
        bounds=(0.0, inf),
        scale=_distance("fid_rocket"),
        cited=("heusel2017fid", "dempster2021minirocket"),
        definition=(f"FID, {_ROCKET}", _REAL),
    ),
    Score(
        "kid_rocket",
        "KID (MiniRocket)",
        False,
        5,
        "Kernel distance of MiniRocket features, which no judge is trained for.",
        scale=_distance("kid_rocket"),
        cited=("binkowski2018kid", "dempster2021minirocket"),
        definition=(f"KID, {_ROCKET}", _REAL),
    ),
    Score(
        "cas",
        "CAS",
        True,
        4,
        "Accuracy on real test series of an FCN trained on class-conditional samples only.",
        bounds=_SHARE,
        scale=Scale(
            "fcn_accuracy",
            "FCN on real",
            "the accuracy of an FCN trained on the real training series",
            "always giving the most frequent class",
        ),
        cited=("ravuri2019cas",),
        definition=(
            "Classification accuracy score (Ravuri and Vinyals 2019): an FCN is trained on class-conditional samples "
            "alone, in the training split's proportions of classes, and tested on the real test series.",
            _REAL,
        ),
    ),
    Score(
        "reconstruction_mse",
        "Reconstruction MSE",
        False,
        5,
        "Mean squared error of reconstructed test series.",
        bounds=(0.0, inf),
        definition=(
            "Mean squared error over all values of the reconstructed test series, in units of the scaled series.",
        ),
    ),
    Score(
        "codebook_perplexity",
        "Codebook perplexity",
        None,
        2,
        "Effective number of codes in use on the test series.",
        bounds=(1.0, inf),
        definition=(
            "exp of the entropy of how often each code is used on the test series: 1 if one code is used alone, the "
            "number of codes if all are used alike.",
            "It has no direction, and is not ranked.",
        ),
    ),
)

SCORES: dict[str, Score] = {row.name: row for whole in _ROWS for row in (whole, *budgets(whole))}


def judged_scores(judge: str = "fcn") -> tuple[str, ...]:
    """Return the names of the scores that a judge gives; their values are compared only where it is the same."""
    return tuple(name for name, score in SCORES.items() if score.judge == judge)


def scaled_scores() -> tuple[str, ...]:
    """Return the names of the scores of generated series that are read between a floor and a ceiling."""
    return tuple(name for name, score in SCORES.items() if score.scale)


def score_of(name: str) -> Score:
    """Return the row of a score; one without a direction and with 4 decimals for a name that has no row."""
    return SCORES.get(name) or Score(name, name, None, 4, "")
