"""The 128 data sets of the UCR archive: finding, downloading, checking, and arrays ready to train on."""

from .catalogue import DatasetInfo, catalogue, info, names
from .errors import DatasetError
from .loading import Dataset, data_hash, is_here, load
from .prefetch import FetchResult, VerifyResult, fetch, verify
from .selection import select
from .source import data_folder

__all__ = [
    "Dataset",
    "DatasetError",
    "DatasetInfo",
    "FetchResult",
    "VerifyResult",
    "catalogue",
    "data_folder",
    "data_hash",
    "fetch",
    "info",
    "is_here",
    "load",
    "names",
    "select",
    "verify",
]
