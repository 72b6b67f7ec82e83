r"""Tables for a paper, in the manner of booktabs: the best value bold, the second best underlined."""

import pandas as pd

from ..results import SCORES
from .tables import REAL, ScoreTable, decimals

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "±": r"$\pm$",
    "–": "--",
    "\n": " ",
}


def escape(text: str) -> str:
    """Text from outside as LaTeX that prints just that text."""
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def score_table_latex(table: ScoreTable) -> str:
    """A score's table as a `table` environment; the preamble needs `\\usepackage{booktabs}`."""
    rows = []
    for dataset in table.text.index:
        cells = [
            _marked(escape(table.text.loc[dataset, method]), table.place.loc[dataset, method])
            for method in table.text.columns
        ]
        if table.real is not None:
            value = table.real[dataset]
            cells.append("--" if pd.isna(value) else f"{value:.{decimals(table.score)}f}")
        rows.append([escape(dataset), *cells])
    heads = [escape(method) for method in table.text.columns]
    if table.real is not None:
        heads.append(REAL[table.score][1])
    score = SCORES.get(table.score)
    title = score.title if score else table.score
    direction = {True: " Higher is better.", False: " Lower is better.", None: ""}[score and score.higher_is_better]
    seeds = int(table.seeds.to_numpy().max())
    over = f", mean and standard deviation over {seeds} seeds" if seeds > 1 else ""
    caption = f"{escape(title)} on the test split{over}.{direction}"
    return _booktabs(["Data set", *heads], rows, caption, f"tab:{table.score.replace('_', '-')}")


def leaderboard_latex(board: pd.DataFrame, caption: str) -> str:
    """A leaderboard as a `table` environment: mean (mean rank) per score."""
    rows = []
    scores = list(dict.fromkeys(board.columns.get_level_values("score")))
    for method, line in board.iterrows():
        cells = []
        for score in scores:
            mean, rank = line[score, "mean"], line[score, "mean_rank"]
            text = "--" if pd.isna(mean) else f"{mean:.{min(decimals(score), 3)}f}"
            text += "" if pd.isna(rank) else f" ({rank:.2f})"
            best = not pd.isna(rank) and rank == board[score, "mean_rank"].min()
            cells.append(_marked(text, 1 if best else 0))
        rows.append([escape(str(method)), *cells])
    heads = [escape(SCORES[score].title if score in SCORES else score) for score in scores]
    return _booktabs(["Method", *heads], rows, escape(caption), "tab:leaderboard")


def _marked(text: str, place: int) -> str:
    return {1: rf"\textbf{{{text}}}", 2: rf"\underline{{{text}}}"}.get(int(place), text)


def _booktabs(heads: list[str], rows: list[list[str]], caption: str, label: str) -> str:
    lines = [
        r"\begin{table}[t]",
        r"\centering",
        rf"\caption{{{caption}}}",
        rf"\label{{{escape(label)}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(heads) - 1)}}}",
        r"\toprule",
        " & ".join(heads) + r" \\",
        r"\midrule",
        *(" & ".join(row) + r" \\" for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"
