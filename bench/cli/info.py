"""`info`: what a bug report should say of where ucrbench runs."""

import os
import platform

from ... import datasets
from ...results import commit, versions
from .app import app
from .output import print_table


@app.command()
def info() -> None:
    """Print versions, processor, device and folders, for bug reports.

    Example: ucrbench info
    """
    from ..planning.devices import device_title, resolve_device

    folder = datasets.data_folder()
    there = sum(datasets.is_here(name) for name in datasets.names())
    device = resolve_device("auto")
    rows = [*versions().items(), ("commit", commit() or "not known")]
    rows += [("system", platform.platform()), ("processor", device_title("cpu")), ("cores", os.cpu_count())]
    rows += [("device", f"{device} ({device_title(device)})"), ("data folder", folder)]
    rows += [("data sets here", f"{there} of {len(datasets.names())}, those that aeon bundles included")]
    print_table(("what", "value"), rows)
