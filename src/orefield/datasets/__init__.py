"""Public data sets for tests, benchmarks and examples: found, or downloaded by hash."""

from orefield.datasets.catalogue import MAX_BYTES, DataFile, registry
from orefield.datasets.find import FOLDER_VARIABLE, fetch, file_of, hash_of, listing
from orefield.datasets.transfer import download

__all__ = [
    "FOLDER_VARIABLE",
    "MAX_BYTES",
    "DataFile",
    "download",
    "fetch",
    "file_of",
    "hash_of",
    "listing",
    "registry",
]
