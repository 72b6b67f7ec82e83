"""The tables of a page as frames, which are written as CSV beside it."""

import pandas as pd


def of_dataset(context: dict[str, object]) -> dict[str, pd.DataFrame]:
    """Return the tables of a data set's page by what their files are called: scores, seeds, jobs, and curves."""
    scores, seeds = context["scores"], context["seeds"]
    heads = [head["name"] for head in scores["heads"]]
    means = {method: [cell["mean"] for cell in cells] for method, cells in scores["lines"].items()}
    return {
        "scores": pd.DataFrame.from_dict(means, orient="index", columns=heads).rename_axis("method").reset_index(),
        "seeds": pd.DataFrame(
            [[row["method"], row["seed"], *(value for value, _ in row["cells"])] for row in seeds["rows"]],
            columns=["method", "seed", *seeds["heads"]],
        ),
        "jobs": pd.DataFrame(context["jobs"]),
        # Five digits are finer than a picture shows, and a third of the size. A method may be called "step".
        **{
            group.name: group.table.map(_short).reset_index(allow_duplicates=True)
            for group in context["pictures"]
            if len(group.table)
        },
    }


def _short(value: object) -> object:
    return f"{value:.5g}" if isinstance(value, float) and value == value else value


def of_variant(context: dict[str, object]) -> dict[str, pd.DataFrame]:
    """Return the tables of a variant's page by what their files are called: standing, against, datasets."""
    against = context["against"]
    duels = [
        {"score": head, "method": row["method"], **cell}
        for row in against["rows"]
        for head, cell in zip(against["heads"], row["cells"], strict=True)
        if cell
    ]
    columns = ("name", "mean", "median", "rank", "place", "of", "wins", "n_datasets", "refusal")
    heads = [head["name"] for head in context["heads"]]
    rows = [[row["dataset"], *(cell["mean"] for cell in row["cells"])] for row in context["rows"]]
    return {
        "standing": pd.DataFrame(context["standing"], columns=columns),
        "against": pd.DataFrame(duels, columns=["score", "method", "win", "tie", "loss", "p", "verdict"]),
        "datasets": pd.DataFrame(rows, columns=["dataset", *heads]),
    }
