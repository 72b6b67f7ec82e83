"""How each score is defined, for readers of the site: what is computed, from what, and what to keep in mind."""

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
_REAL = "It means little by itself: read it beside what the data set's real series reach."

DEFINITIONS: dict[str, tuple[str, ...]] = {
    "linear_probe": (_PROBE, "Where there is a quantiser, the latents are those after it, which the decoder sees."),
    "knn": (_KNN,),
    "linear_probe_continuous": (
        _PROBE,
        "Here on the latents before quantisation. Averaging quantised latents hides much of what the encoder learnt.",
    ),
    "knn_continuous": (_KNN, "Here on the latents before quantisation."),
    "inception_score": (
        "exp of the mean Kullback-Leibler divergence of the FCN's class probabilities from their mean (Salimans et "
        "al. 2016), over max(n_test, 256) unconditional samples in 10 random parts. It lies between 1 and the number "
        "of classes.",
        _JUDGE,
        _REAL,
    ),
    "fid": (
        "Fréchet distance between Gaussians fitted to the FCN's 128 pooled features of the unconditional samples and "
        "of the real test series (Heusel et al. 2017).",
        _JUDGE,
        _REAL,
    ),
    "cas": (
        "Classification accuracy score (Ravuri and Vinyals 2019): an FCN is trained on class-conditional samples "
        "alone, in the training split's proportions of classes, and tested on the real test series.",
        _REAL,
    ),
    "reconstruction_mse": (
        "Mean squared error over all values of the reconstructed test series, in units of the scaled series.",
    ),
    "codebook_perplexity": (
        "exp of the entropy of how often each code is used on the test series: 1 if one code is used alone, the "
        "number of codes if all are used alike.",
        "It has no direction, and is not ranked.",
    ),
}
