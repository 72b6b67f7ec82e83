"""Print the scores of two stores, job by job, as a table in Markdown: `python paired_scores.py BEFORE AFTER`."""

import sys

from ucrbench.results import ResultStore

SAME = ["dataset", "variant", "seed", "score"]


def main(before: str, after: str) -> None:
    """Print a row per score: pairs, both means, the mean difference, its standard error, the spread over seeds."""
    old, new = (ResultStore(path).scores().set_index(SAME)["value"] for path in (before, after))
    difference = (new - old).dropna()
    old, new = old[difference.index], new[difference.index]
    spread = old.groupby(["dataset", "variant", "score"]).var().groupby("score").mean() ** 0.5
    print("| score | pairs | before | after | difference | standard error | spread |\n|---|---|---|---|---|---|---|")
    for score, values in difference.groupby("score"):
        means = (old.xs(score, level="score").mean(), new.xs(score, level="score").mean(), values.mean())
        cells = [f"{value:.4f}" for value in (*means, values.sem(), spread[score])]
        print(f"| {score} | {len(values)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
