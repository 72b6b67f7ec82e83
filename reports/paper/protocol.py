"""The making of results, in prose for a paper: data, settings, versions and hardware, from the rows themselves."""

import json
from collections.abc import Iterable, Mapping

import pandas as pd

from ...results import base_of, judged_scores, score_of
from ..data.frames import score_names
from ..data.methods import TITLES, ordered, shorten
from ..data.selection import Selection
from ..stats.comparison import ALPHA, FEWEST_DATASETS
from .latex import breakable, escape

# The papers cited. A variant's paper is cited where the variant is in the report.
_VARIANTS = {
    "ae": ("ghosh2020rae",),
    "vae": ("kingma2014vae", "ghosh2020rae"),
    "vqvae": ("oord2017vqvae", "lee2023timevqvae"),
    "vqvae_vicreg": ("bardes2022vicreg", "mathisen2024ncvqvae"),
    "vqvae_barlow": ("zbontar2021barlow", "mathisen2024ncvqvae"),
    "vqvae_vibcreg": ("lee2021vibcreg", "mathisen2024ncvqvae"),
    "vqvae_as_published": ("lee2023timevqvae", "mathisen2024ncvqvae"),
    "vqvae_barlow_as_published": ("zbontar2021barlow", "mathisen2024ncvqvae"),
    "vqvae_vibcreg_as_published": ("lee2021vibcreg", "mathisen2024ncvqvae"),
    "vae_sigma": ("rybkin2021sigmavae",),
}
_PUBLISHED = {
    "thesis": "mathisen2024thesis",
    "timevqvae": "lee2023timevqvae",
    "tsml": "middlehurst2024bakeoff",
    "tloss": "franceschi2019tloss",
    "archive": "dau2019ucr",
    "dl4tsc": "ismailfawaz2019dl4tsc",
}
_SOFTWARE = {
    "torch": ("PyTorch", "paszke2019pytorch"),
    "aeon": ("aeon", "middlehurst2024aeon"),
    "scikit_learn": ("scikit-learn", "pedregosa2011scikit"),
    "numpy": ("NumPy", None),
    "python": ("Python", None),
    "ucrbench": ("ucrbench", None),
}


def protocol_latex(selection: Selection, gaps: str) -> str:
    """Return paragraphs on the protocol: what was run, how it was scored and compared, on what, with which versions.

    Whatever the rows do not agree on is listed, not averaged.
    """
    made = [_data(selection), _training(selection), _scoring(selection)] if selection.stores else []
    paragraphs = [*made, _statistics(gaps), *([_machines(selection)] if selection.stores else [])]
    cited = [key for source, key in _PUBLISHED.items() if source in _sources(selection)]
    notes = " ".join(escape(note) for note in selection.notes_on())
    paragraphs += [notes + (rf"~\cite{{{','.join(cited)}}}" if cited else "")]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _sources(selection: Selection) -> set[str]:
    return set(selection.scores["source"].dropna()) if "source" in selection.scores else set()


def _data(selection: Selection) -> str:
    jobs = selection.jobs
    done = jobs[jobs["status"] == "ok"]
    seeds = sorted({int(seed) for seed in done["seed"]})
    text = (
        rf"We use {_count(len(selection.datasets), 'data set')} of the UCR archive~\cite{{dau2019ucr}} "
        f"({_some('version', done['archive'])}) with its own split into training and test series. "
        f"{_count(jobs['method'].nunique(), 'method')} ran with {_count(len(seeds), 'seed')} "
        f"({escape(_listed(map(str, seeds)))}): {len(done)} of {len(jobs)} jobs finished. "
    )
    treated = done[done["treatment"].fillna("none") != "none"]
    if not treated.empty:
        text += f"What was done to {_count(treated['dataset'].nunique(), 'data set')} before scaling: "
        text += f"{escape(_listed(sorted(set(treated['treatment']))))}. "
    return text.strip()


def _training(selection: Selection) -> str:
    done = selection.jobs[selection.jobs["status"] == "ok"]
    names = ordered(done["variant"])
    variants = [name for name in _VARIANTS if name in set(map(base_of, names))]
    named = [_cited(name, [one for one in names if base_of(one) == name]) for name in variants]
    own = [name for name in names if base_of(name) not in variants]
    named += [rf"\texttt{{{breakable(shorten(name, 60))}}}" for name in own[:12]] + (
        [f"{len(own) - 12} more"] if len(own) > 12 else []
    )
    text = f"The methods are {_listed(named)}. The budget is that of the preset {escape(selection.preset)}"
    changed = sorted(set(done["overrides"].dropna()) - {"{}"})
    text += f", with changed settings: {escape('; '.join(changed))}. " if changed else ". "
    configs = [json.loads(config) for config in done["config"].dropna().unique()]
    for key, what in (("training", "The autoencoders"), ("prior.training", "The priors over codes")):
        budgets = {_budget(_at(config, key)) for config in configs} - {""}
        if len(budgets) == 1:
            text += rf"{what} are trained by AdamW~\cite{{loshchilov2019adamw}}, {budgets.pop()}. "
    if any(name.startswith("vq") for name in variants):
        text += r"Priors over codes are masked transformers~\cite{chang2022maskgit}. "
    return text.strip()


def _cited(variant: str, names: list[str]) -> str:
    """Return the title of a variant with its papers, and what its methods with settings of their own have set."""
    text = rf"{escape(TITLES[variant])}~\cite{{{','.join(_VARIANTS[variant])}}}"
    settings = [name.removeprefix(variant).strip("[]") for name in names]
    if settings == [""]:
        return text
    said = [rf"\texttt{{{breakable(one)}}}" if one else "as it is" for one in settings]
    return f"{text} ({'; '.join(said)})"


def _budget(training: object) -> str:
    if not isinstance(training, Mapping) or not {"lr", "batch", "epochs"} <= training.keys():
        return ""
    text = f"learning rate {training['lr']:g}, batches of {training['batch']}, {training['epochs']} epochs"
    most = training.get("max_steps")
    return text + (f" but at most {most} steps" if most else "")


def _at(config: object, key: str) -> object:
    for part in key.split("."):
        config = config.get(part) if isinstance(config, Mapping) else None
    return config


def _scoring(selection: Selection) -> str:
    names = score_names(selection.scores)
    cited = []
    for name in names:
        score = score_of(name)
        cited.append(escape(score.title) + (rf"~\cite{{{','.join(score.cited)}}}" if score.cited else ""))
    text = f"Scores are {_listed(cited)}"
    versions = sorted({int(version) for version in selection.scores["protocol_version"].dropna()})
    text += f" (protocol version {_listed(map(str, versions))}). " if versions else ". "
    judged = selection.scores[selection.scores["score"].isin(judged_scores())]
    if not judged.empty:
        kinds = sorted({str(name).partition(":")[0] for name in judged["classifier"].dropna()})
        samples = judged["n_samples"].dropna().astype(int)
        titles = [escape(score_of(name).title) for name in names if name in judged_scores()]
        text += rf"{_listed(titles)} {'is' if len(titles) == 1 else 'are'} judged by fully convolutional networks"
        text += r"~\cite{wang2017fcn}"
        text += f" ({escape(_listed(kinds))})" if kinds else ""
        if len(samples):
            low, high = samples.min(), samples.max()
            text += f", on {low}" + (f" to {high}" if high > low else "") + " generated series"
        text += ". "
    return text.strip()


def _statistics(gaps: str) -> str:
    return (
        r"Scores are averaged over seeds within a data set, rounded, and ranked; methods are compared over data sets "
        r"as Dem\v{s}ar advises~\cite{demsar2006}, pair by pair~\cite{benavoli2016}: two-sided Wilcoxon signed-rank "
        r"tests~\cite{wilcoxon1945} with Holm's step-down correction~\cite{holm1979} over all pairs, after the "
        rf"Friedman test~\cite{{friedman1937}}, at the level {ALPHA}; with fewer than {FEWEST_DATASETS} data sets no "
        "significance is claimed. Missing, infinite and undefined values are gaps; the policy for them is "
        rf"\emph{{{escape(gaps)}}}. Nemenyi's test~\cite{{nemenyi1963}} and effect sizes~\cite{{cliff1993}} with "
        r"bootstrap intervals over data sets are in the tables beside the figures. The statistics are computed with "
        r"SciPy~\cite{virtanen2020scipy}; the matrices of pairs follow~\cite{ismailfawaz2023mcm}."
    )


def _machines(selection: Selection) -> str:
    done = selection.jobs[selection.jobs["status"] == "ok"]
    hours = done["seconds_total"].sum() / 3600
    text = f"The finished jobs took {hours:.1f} hours on {escape(_listed(sorted(set(done['device'].dropna()))))}"
    threads = sorted({int(n) for n in done["threads"].dropna()})
    text += (
        f" with {_listed(map(str, threads))} {'thread' if threads == [1] else 'threads'} each. " if threads else ". "
    )
    named = []
    for column, (title, key) in _SOFTWARE.items():
        if versions := sorted({str(version) for version in done[column].dropna()}):
            named.append(f"{title} {escape(_listed(versions))}" + (rf"~\cite{{{key}}}" if key else ""))
    text += f"Versions: {_listed(named)}. "
    commits = sorted({str(commit)[:12] for commit in done["commit"].dropna()})
    if commits:
        text += f"Commit: {escape(_listed(commits))}. "
    return text + rf"Hash of the rows: \texttt{{{selection.rows_hash}}}."


def _some(what: str, column: pd.Series) -> str:
    values = sorted({str(value) for value in column.dropna()})
    return escape(f"{what} {_listed(values)}") if values else f"{what} not recorded"


def _count(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")


def _listed(items: Iterable[str]) -> str:
    items = list(items)
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
