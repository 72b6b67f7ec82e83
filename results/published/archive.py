"""The tables of whole-archive results that others have published: their CSVs as tidy tables, a parquet file each.

python -m ucrbench.results.published.archive FOLDER
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..scores import SCORES
from . import ACCURACY

_FOLDER = Path(__file__).parent
_SPLIT = "Test accuracies of classifiers of the series themselves on the archive's own split"
_RENAMED = {
    "CinCECGtorso": "CinCECGTorso",
    "NonInvasiveFatalECGThorax1": "NonInvasiveFetalECGThorax1",
    "NonInvasiveFatalECGThorax2": "NonInvasiveFetalECGThorax2",
    "StarlightCurves": "StarLightCurves",
}


@dataclass(frozen=True)
class _Table:
    """A published table.

    Attributes:
        name: Name of the table.
        file: Name of the CSV.
        read: Return dataset, method, score, value, std and runs of the CSV's rows.
        citation: Its origin.
        comparable: How far its values may be held against those of a store.
    """

    name: str
    file: str
    read: Callable[[pd.DataFrame], pd.DataFrame]
    citation: str
    comparable: str


def _timevqvae(frame: pd.DataFrame) -> pd.DataFrame:
    # Of how many runs the spread is, the source does not say.
    share = frame["score"] == "cas_percent"
    scores = {"is": "inception_score", "fid": "fid", "cas_percent": "cas"}
    parts = {name: (frame[name] / 100).where(share, frame[name]) for name in ("value", "std")}
    return frame.assign(**parts, score=frame["score"].map(scores), runs=None)


def _tsml(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={"accuracy_default_split": "value"}).assign(score=ACCURACY, std=None, runs=1)


def _dl4tsc(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={"accuracy_mean": "value", "accuracy_std": "std"}).assign(score=ACCURACY)


def _tloss(frame: pd.DataFrame) -> pd.DataFrame:
    # Its other columns are values at second hand.
    own = frame[frame["method"].str.startswith("T-Loss")]
    return _single(own.assign(method=own["method"].str.replace(", ", " ")))


def _single(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={"accuracy": "value"}).assign(score=ACCURACY, std=None, runs=1)


TABLES = (
    _Table(
        "timevqvae",
        "timevqvae_is_fid_cas.csv",
        _timevqvae,
        "D. Lee, S. Malacarne, E. Aune, Vector quantized time series generation with a bidirectional prior model, "
        "AISTATS 2023; files of the repository ML4ITS/TimeVQVAE",
        "Inception score, FID and CAS with one decimal (CAS: of percent) of TimeVQVAE, of GANs and of GMMN, FID "
        "against the test split. The FCNs are those of the package supervised-fcn, and CAS has a classifier of its "
        "own: read the values beside a store's.",
    ),
    _Table(
        "tsml",
        "tsml_eval_univariate_accuracy.csv",
        _tsml,
        "M. Middlehurst, P. Schäfer, A. Bagnall, Bake off redux, Data Mining and Knowledge Discovery 38, 2024; files "
        "of the repository time-series-machine-learning/tsml-eval",
        f"{_SPLIT}, one run each, for the 112 data sets of equal lengths and without gaps. They are trained end to end "
        "on the labels; a probe reads labels off a representation that is learnt without them.",
    ),
    _Table(
        "tloss",
        "usrl_tloss_ucr_accuracy.csv",
        _tloss,
        "J.-Y. Franceschi, A. Dieuleveut, M. Jaggi, Unsupervised scalable representation learning for multivariate "
        "time series, NeurIPS 2019; files of the authors' repository",
        "Test accuracies on the archive's own split of a support vector machine with radial kernel (1NN: of the "
        "nearest neighbour) on representations of an encoder that sees no labels; the SVM's penalty is chosen by "
        "cross-validation, and a linear probe's is not.",
    ),
    _Table(
        "archive",
        "ucr_archive_summary_1nn.csv",
        _single,
        "H. A. Dau et al., The UCR time series archive, IEEE/CAA Journal of Automatica Sinica 6, 2019",
        f"{_SPLIT}: the nearest neighbour by Euclidean distance and by two kinds of dynamic time warping.",
    ),
    _Table(
        "dl4tsc",
        "dl4tsc_ucr128_accuracy.csv",
        _dl4tsc,
        "H. Ismail Fawaz et al., Deep learning for time series classification: a review, Data Mining and Knowledge "
        "Discovery 33, 2019; files of the repository hfawaz/dl-4-tsc",
        f"{_SPLIT}: networks trained end to end on the labels, means of five runs.",
    ),
)


def tidy(table: _Table, folder: Path) -> pd.DataFrame:
    """Return a table in the columns of `published`, for the data sets of the archive of 2018 by their names there."""
    rows = table.read(pd.read_csv(folder / table.file))
    rows["dataset"] = rows["dataset"].replace(_RENAMED)
    rows = rows[rows["dataset"].isin(_archive(folder))]
    higher = {ACCURACY: True} | {name: score.higher_is_better for name, score in SCORES.items()}
    return pd.DataFrame(
        {
            "source": table.name,
            "citation": table.citation,
            "comparable": table.comparable,
            "dataset": rows["dataset"],
            "variant": rows["method"],
            "views": "none",
            "preset": None,
            "archive": "2018",
            "score": rows["score"],
            "value": rows["value"].astype(float),
            "std": rows["std"].astype(float),
            "runs": rows["runs"].astype("Int64"),
            "higher_is_better": rows["score"].map(higher).astype("boolean"),
        }
    ).reset_index(drop=True)


def _archive(folder: Path) -> set[str]:
    """Return the names of the archive's 128 data sets, all of which its own summary has."""
    return set(pd.read_csv(folder / "ucr_archive_summary_1nn.csv")["dataset"])


def main() -> None:
    """Write the parquet files of the CSVs in a folder."""
    for table in TABLES:
        rows = pa.Table.from_pandas(tidy(table, Path(sys.argv[1])), preserve_index=False)
        pq.write_table(rows.replace_schema_metadata(), _FOLDER / f"{table.name}.parquet", compression="zstd")


if __name__ == "__main__":
    main()
