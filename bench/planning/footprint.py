"""The memory that a job will take, from the sizes of its data set: counted bytes, corrected by finished jobs."""

from statistics import median

import pandas as pd

from ...datasets import DatasetInfo
from ...models.config import Config
from . import counting

BASE = 5e8  # bytes of a process with its libraries, or of a context on a device
_FLOAT = 4
_PER_PARAMETER = 4  # floats: the parameter, its gradient and two moments


def job_memory(name: str, info: DatasetInfo, config: Config) -> float:
    """Return the predicted peak of a job in bytes: that of the largest of its stages. An own model counts as an AE.

    Args:
        name: of the variant.
        info: sizes of the data set.
        config: budgets and widths.
    """
    data = BASE + 4 * _FLOAT * (info.n_train + info.n_test) * info.length
    stages = counting.stages(counting.variant_of(name), info.length, config)
    if not stages:
        return data
    peaks = [_peak(stage.count, min(stage.budget.batch, info.n_train)) for stage in stages]
    cas = config.classifier
    cases = min(cas.cas_training.batch, max(cas.cas_samples, info.n_train))
    return data + max(*peaks, _peak(counting.classifier(info.length), cases))


def _peak(count: counting.Count, batch: int) -> float:
    """Return the bytes of a training: what a batch keeps, and what comes with every parameter."""
    return count.kept * batch + _FLOAT * _PER_PARAMETER * count.parameters


def memory_correction(peaks: pd.Series, predicted: dict[str, float]) -> float:
    """Return the median ratio of measured to predicted bytes over finished jobs, 1 where none is finished.

    Args:
        peaks: measured bytes by job key.
        predicted: bytes by job key.
    """
    ratios = [peak / predicted[str(job)] for job, peak in peaks.dropna().to_dict().items() if job in predicted]
    return median(ratios) if ratios else 1.0
