"""Print the scores of two stores, or of two variants, job by job, as a table in Markdown.

python paired_scores.py BEFORE AFTER [--variants OLD NEW]
"""

import argparse

import pandas as pd

from ucrbench.results import ResultStore

SAME = ["dataset", "variant", "seed", "score"]


def values(store: str, variant: str | None) -> pd.Series:
    """Return the values of a store by data set, variant, seed and score; of one variant, named alike for any."""
    scores = ResultStore(store).scores()
    if variant is not None:
        scores = scores[scores["variant"] == variant].assign(variant="")
    return scores.set_index(SAME)["value"]


def main(before: str, after: str, variants: tuple[str | None, str | None]) -> None:
    """Print a row per score: pairs, both means, the mean difference, its standard error, the spread over seeds."""
    old, new = values(before, variants[0]), values(after, variants[1])
    difference = (new - old).dropna()
    old, new = old[difference.index], new[difference.index]
    spread = old.groupby(["dataset", "variant", "score"]).var().groupby("score").mean() ** 0.5
    print("| score | pairs | before | after | difference | standard error | spread |\n|---|---|---|---|---|---|---|")
    for score, found in difference.groupby("score"):
        means = (old.xs(score, level="score").mean(), new.xs(score, level="score").mean(), found.mean())
        cells = [f"{value:.4f}" for value in (*means, found.sem(), spread[score])]
        print(f"| {score} | {len(found)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--variants", nargs=2, default=(None, None))
    given = parser.parse_args()
    main(given.before, given.after, tuple(given.variants))
