"""The pages about scores, about what failed, and about where all of it comes from."""

import pandas as pd

from ...results import score_of
from ..data.frames import higher_is_better
from ..data.selection import Selection
from ..draw.files import stem_of
from ..draw.web import inline
from ..stats.comparison import Comparison
from ..stats.groups import reading, shows_cliques
from ..stats.tables import coverage
from .content import Content, Ranking, Section
from .shares import summary, summary_of_score

_VERSIONS = ("ucrbench", "python", "torch", "aeon", "numpy", "scikit_learn")


def scores_page(content: Content) -> dict[str, object]:
    """Return what the template of the page of scores needs."""
    whole = summary(content)
    return {
        "sections": [
            score_section(section, content) | {"shares": summary_of_score(section.name, whole)}
            for section in content.sections
        ]
    }


def score_section(section: Section, content: Content) -> dict[str, object]:
    """Return the definition of a score and how the methods compare in it, for the template."""
    score, ranking = score_of(section.name), section.ranking
    up = higher_is_better(section.name, content.selection.scores)
    shown: dict[str, object] = {
        "name": section.name,
        "stem": stem_of(section.name),
        "title": score.title,
        "description": score.description,
        "definition": score.definition,
        "up": up,
        "digits": score.decimals,
        "real": score.scale.ceiling if section.table.real is not None else None,
        "refusal": section.refusal,
        "footnote": content.selection.footnotes.get(section.name, ""),
        "comparison": None,
        "labels": inline(section.labels, f"{score.title} by the share of the training labels: a line per method")
        if section.labels
        else None,
    }
    if isinstance(ranking, Ranking):
        comparison = ranking.comparison
        shown["comparison"] = {
            "n_datasets": comparison.n_datasets,
            "left_out": comparison.left_out,
            "summary": comparison.summary.reset_index().to_dict("records"),
            "pairs": ranking.pairs.sort_values("p_holm", kind="stable").to_dict("records"),
            "friedman": comparison.friedman,
            "reading": reading(comparison),
            "cliques": shows_cliques(comparison),
            "diagram": inline(ranking.diagram, _spoken(comparison, score.title)),
        }
    return shown


def _spoken(comparison: Comparison, title: str) -> str:
    ranks = ", ".join(f"{name} {rank:.2f}" for name, rank in comparison.summary["mean_rank"].items())
    return f"Critical-difference diagram of {title}. Mean ranks: {ranks}"


def failures_page(content: Content) -> dict[str, object]:
    """Return what the template of the page of coverage and failures needs."""
    jobs = content.selection.jobs
    counted = coverage(content.selection.scores, jobs)
    failed = jobs[jobs["status"] != "ok"].sort_values(["dataset", "method", "seed"])
    return {
        "coverage": counted.reset_index().to_dict("records"),
        "coverage_scores": [(name, score_of(name).title) for name in counted.columns[4:]],
        "n_datasets": len(content.selection.datasets),
        "refusals": [
            (score_of(section.name).title, section.refusal) for section in content.sections if section.refusal
        ],
        "left_out": [
            (score_of(section.name).title, section.ranking.comparison.left_out)
            for section in content.sections
            if isinstance(section.ranking, Ranking) and section.ranking.comparison.left_out
        ],
        "statuses": failed["status"].value_counts().to_dict(),
        "failed": failed.to_dict("records"),
        "retried": int(((jobs["status"] == "ok") & (jobs["attempts"] > 1)).sum()),
    }


def provenance_page(content: Content) -> dict[str, object]:
    """Return what the template of the page on provenance needs."""
    selection = content.selection
    return {"provenance": _provenance(selection), "hardware": hardware(selection.jobs).to_dict("records")}


def _provenance(selection: Selection) -> list[tuple[str, str]]:
    jobs, scores = selection.jobs[selection.jobs["status"] == "ok"], selection.scores
    rows = [
        ("Preset", _values(jobs["preset"])),
        ("Changed settings", _values(jobs["overrides"].replace("{}", "none"))),
        ("Protocol version", _values(scores["protocol_version"])),
        ("Archive", _values(scores["archive"])),
        *((name.replace("_", "-"), _values(jobs[name])) for name in _VERSIONS),
        ("Commit", _values(jobs["commit"].astype("string").str.slice(0, 12))),
        ("Hash of the rows", selection.rows_hash),
    ]
    return [(title, text) for title, text in rows if text]


def hardware(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return the devices of jobs: device, threads, number of jobs, hours in them."""
    rows = []
    for (device, threads), group in jobs.groupby(["device", "threads"], dropna=False):
        rows.append(
            {
                "device": device,
                "threads": None if pd.isna(threads) else int(threads),
                "jobs": len(group),
                "hours": group["seconds_total"].sum() / 3600,
            }
        )
    return pd.DataFrame(rows, columns=["device", "threads", "jobs", "hours"]).astype({"threads": "Int64"})


def _values(column: pd.Series) -> str:
    return ", ".join(sorted(str(value) for value in column.dropna().unique()))
