"""The page of findings, and the files beside it."""

from pathlib import Path

import pandas as pd

from ...results import score_of
from ..draw.files import save, stem_of
from ..draw.findings import agreement_matrix, real_distance_chart, reversal_chart
from ..draw.web import inline
from ..stats.comparison import FEWEST_DATASETS
from ..stats.equivalence import MARGIN, VERDICTS
from ..stats.findings import Findings
from ..stats.reversals import COVERED, DRAWS
from .content import Content


def write_findings(findings: Findings, folder: Path, rows: str) -> dict[str, str]:
    """Write the tables and figures of the findings, and return the SVG of the figures by their names.

    Args:
        findings: The findings.
        folder: Folder of the report, with `tables` and `figures` in it.
        rows: Hash of the rows behind them.
    """
    for name, table in findings.tables().items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False)
    figures = {}
    if len(findings.agreement):
        figures["agreement"] = agreement_matrix(findings.agreement)
    if len(findings.reversals):
        figures["reversals"] = reversal_chart(findings.reversals)
    for score in findings.sizes["score"]:
        figures[_real(score)] = real_distance_chart(findings.real, score)
    return {name: save(figure, folder / "figures" / name, rows) for name, figure in figures.items()}


def findings_page(content: Content) -> dict[str, object]:
    """Return what the template of the page of findings needs."""
    found, drawn = content.findings, content.finding_diagrams
    return {
        "fewest": FEWEST_DATASETS,
        "margin": MARGIN,
        "verdicts": VERDICTS,
        "equivalence": _by_score(found.equivalence),
        "quantisation": _by_score(found.quantisation),
        "agreement": inline(drawn["agreement"], _spoken(found.agreement)) if "agreement" in drawn else None,
        "reversals": _reversals(found.reversals),
        "reversal_picture": (
            inline(drawn["reversals"], "Share of reversed verdicts by the number of data sets, a line per score")
            if "reversals" in drawn
            else None
        ),
        "draws": DRAWS,
        "covered": COVERED,
        "sizes": [
            row
            | {
                "title": score_of(row["score"]).title,
                "file": f"figures/{_real(row['score'])}",
                "not_drawn": int((found.real.loc[found.real["score"] == row["score"], "value"] <= 0).sum()),
                "picture": inline(
                    drawn[_real(row["score"])],
                    f"{score_of(row['score']).title} of real training series by the number of test series",
                ),
            }
            for row in found.sizes.to_dict("records")
        ],
    }


def _real(score: str) -> str:
    """Return the name of the picture of a distance of real series."""
    return f"{stem_of(score)}-of-real-series"


def _by_score(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of each score, with its title and digits, for the template."""
    if table.empty:
        return []
    return [
        {
            "title": score_of(str(score)).title,
            "digits": score_of(str(score)).decimals,
            "rows": rows.to_dict("records"),
        }
        for score, rows in table.groupby("score", sort=False)
    ]


def _reversals(table: pd.DataFrame) -> dict[str, object] | None:
    """Return the table of reversed verdicts, scores x sizes, for the template."""
    if table.empty:
        return None
    scores = [
        {
            "title": score_of(str(score)).title,
            "digits": score_of(str(score)).decimals,
            "cells": rows.to_dict("records"),
        }
        for score, rows in table.groupby("score", sort=False)
    ]
    return {"sizes": sorted(set(table["datasets"])), "scores": scores}


def _spoken(table: pd.DataFrame) -> str:
    said = [f"{score_of(row.first).title} and {score_of(row.second).title} {row.tau:.2f}" for row in table.itertuples()]
    return f"Kendall's tau between scores, mean over data sets: {'; '.join(said)}"
