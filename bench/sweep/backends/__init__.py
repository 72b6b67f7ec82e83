"""The places where calls run: in this process, in worker processes of this machine, or on a Dask cluster."""

from .backend import Backend, Lost, call
from .cluster import Cluster
from .inline import Inline
from .processes import Processes

__all__ = ["Backend", "Cluster", "Inline", "Lost", "Processes", "call"]
