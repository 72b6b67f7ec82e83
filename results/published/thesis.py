"""The measured results behind Mathisen's thesis: `thesis.csv` as a tidy table, `thesis.parquet`.

python -m ucrbench.results.published.thesis
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..scores import SCORES

_FOLDER = Path(__file__).parent
_VARIANTS = {"vqvae": "vqvae", "vqvae+barlow": "vqvae_barlow", "vqvae+vibcreg": "vqvae_vibcreg"}
_CITATION = (
    "J. V. Mathisen, You're your own best teacher: a self-supervised learning approach for expressive "
    "representations, master's thesis, 2024"
)
_COMPARABLE = (
    "Means of four runs by the code of the original authors, with the budgets of the preset thesis, on a GPU and on "
    "the archive of 2018. Their FCNs are those of the package supervised-fcn, their CAS is a running average over "
    "epochs, and their test series moved the codebook while it was scored: read the values beside a store's, not as a "
    "reproduction of them."
)


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the CSV (dataset, model, views, metric, runs, mean, std, min, max) in the columns of `published`.

    Seconds are left out: they are those of a machine, and no score.
    """
    frame = frame[frame["metric"].isin(list(SCORES))]
    higher = frame["metric"].map({name: score.higher_is_better for name, score in SCORES.items()})
    return pd.DataFrame(
        {
            "source": "thesis",
            "citation": _CITATION,
            "comparable": _COMPARABLE,
            "dataset": frame["dataset"],
            "variant": frame["model"].map(_VARIANTS),
            "views": frame["views"],
            "preset": "thesis",
            "archive": "2018",
            "score": frame["metric"],
            "value": frame["mean"].astype(float),
            "std": frame["std"].astype(float),
            "runs": frame["runs"].astype("int64"),
            "higher_is_better": higher.astype("boolean"),
        }
    ).reset_index(drop=True)


def main() -> None:
    """Write the parquet file beside the CSV."""
    table = pa.Table.from_pandas(tidy(pd.read_csv(_FOLDER / "thesis.csv")), preserve_index=False)
    pq.write_table(table.replace_schema_metadata(), _FOLDER / "thesis.parquet")


if __name__ == "__main__":
    main()
