"""Hold results against the published ones: `python reproduction.py TITLE=ROWS ...` prints tables in Markdown.

ROWS is a result folder, or a file of its score rows (parquet or CSV). A cell is the mean over seeds, with their number
in brackets; it is bold where it is worse than the published mean by more than two of the published standard deviations.
"""

import sys
from pathlib import Path

import pandas as pd

from ucrbench.results import SCORES
from ucrbench.results.published import published

KEYS = ["dataset", "variant", "score"]
SPREADS = 2.0  # published standard deviations within which a difference counts as none


def read(path: Path) -> pd.DataFrame:
    """Return the score rows of a result folder or of a file."""
    if path.suffix == ".csv":
        return pd.read_csv(path)
    return pd.read_parquet(path / "scores" if path.is_dir() else path)


def tables(sources: dict[str, Path]) -> str:
    """Return a table for each data set that one of the sources has rows of."""
    theirs = published()
    theirs = theirs[theirs["source"] == "thesis"].copy()
    theirs = theirs[theirs["views"].isin(["none", "warp"])].set_index(KEYS)
    ours = {}
    for title, path in sources.items():
        rows = read(path)
        # The rows as published were trained as ours are, and are held against the same published row.
        rows = rows.assign(variant=rows["variant"].str.removesuffix("_as_published"))
        ours[title] = rows.groupby(KEYS)["value"].agg(["mean", "size"])
    wanted = sorted(set(theirs.index).intersection(*[set().union(*(frame.index for frame in ours.values()))]))
    text = []
    for dataset in dict.fromkeys(key[0] for key in wanted):
        text += [f"\n### {dataset}\n", f"| variant | score | published | {' | '.join(ours)} |"]
        text += ["|---|---|---|" + "---|" * len(ours)]
        for key in sorted(
            (key for key in wanted if key[0] == dataset), key=lambda key: (key[1], list(SCORES).index(key[2]))
        ):
            row, places = theirs.loc[key], SCORES[key[2]].decimals - 1
            cells = [cell(frame, key, row, places) for frame in ours.values()]
            text.append(
                f"| {key[1]} | {key[2]} | {row['value']:.{places}f} ± {row['std']:.{places}f} | {' | '.join(cells)} |"
            )
    return "\n".join(text).strip() + "\n"


def cell(frame: pd.DataFrame, key: tuple[str, str, str], row: pd.Series, places: int) -> str:
    """Return a mean with its number of seeds, bold where it is worse than published beyond the spread."""
    if key not in frame.index:
        return "–"
    mean, runs = frame.loc[key]
    better = SCORES[key[2]].higher_is_better
    difference = mean - row["value"]
    worse = abs(difference) if better is None else -difference if better else difference
    text = f"{mean:.{places}f} ({runs:.0f})"
    return f"**{text}**" if worse > SPREADS * row["std"] else text


if __name__ == "__main__":
    print(tables({title: Path(path) for title, _, path in (word.partition("=") for word in sys.argv[1:])}), end="")
