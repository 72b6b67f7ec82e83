"""Scores that are given a share of the training labels, made of the rows of those that are given all."""

from dataclasses import replace

from .score import Score

PROBES = ("linear_probe", "knn")
LABEL_BUDGETS = (0.1, 0.25, 0.5)


def budget_name(whole: str, labels: float) -> str:
    """Return the name of a score that is given a share of the training labels, such as linear_probe_10."""
    return f"{whole}_{round(100 * labels)}" if labels < 1 else whole


def _budget(whole: Score, labels: float) -> Score:
    share = f"{labels:.0%} of the training labels"
    return replace(
        whole,
        name=budget_name(whole.name, labels),
        title=f"{whole.title}, {labels:.0%} of labels",
        description=f"{whole.title} with {share}, mean of ten draws.",
        companion=True,
        definition=(
            f"{whole.title} with {share}: of each class its share, one at least, drawn ten times, the same draws for "
            "every method; the mean of ten accuracies. Features are scaled by all of the training split, which takes "
            "no labels.",
        ),
    )


def budgets(row: Score) -> tuple[Score, ...]:
    """Return the companions of a score that are given shares of the training labels; none of scores without."""
    return tuple(_budget(row, labels) for labels in LABEL_BUDGETS) if row.name in PROBES else ()


def label_curves() -> dict[str, dict[float, str]]:
    """Return the scores that are given shares of the training labels: by the score with all, names by share."""
    return {whole: {labels: budget_name(whole, labels) for labels in (*LABEL_BUDGETS, 1.0)} for whole in PROBES}
