"""Reading the files of a data set into checked arrays with their hash, through the cache."""

from . import cache
from .catalogue import DatasetInfo
from .errors import DatasetError
from .raw import RawDataset, check, content_hash, read_split
from .source import Found


def parse(found: Found, info: DatasetInfo) -> tuple[RawDataset, str]:
    """Read the files themselves, check them against the catalogue, and renew the cache.

    Raises:
        DatasetError: A file cannot be read or the content is not what the archive publishes.
    """
    raw = RawDataset(read_split(found.train, info), read_split(found.test, info))
    check(raw, info, found.suffix)
    data_hash = content_hash(raw)
    cache.write(found, raw, data_hash)
    return raw, data_hash


def read_raw(found: Found, info: DatasetInfo, fresh: bool = False) -> tuple[RawDataset, str]:
    """Read a data set, from its cache where that is valid.

    Args:
        found: Where its files are.
        info: What the catalogue knows about it.
        fresh: Read the files themselves even where there is a valid cache.

    Returns:
        The raw data set and its content hash.

    Raises:
        DatasetError: A file cannot be read or the content is not what the archive publishes; the message
            says what to do.
    """
    try:
        kept = None if fresh else cache.read(found)
        if kept:
            check(kept[0], info, found.suffix)
            return kept
        return parse(found, info)
    except OSError as error:
        raise DatasetError(f"{found.name}: {error.filename} cannot be read ({error.strerror})") from error
    except DatasetError as error:
        raise DatasetError(f"{found.name}: {error}, so it is cut or altered: {found.remedy}") from error
