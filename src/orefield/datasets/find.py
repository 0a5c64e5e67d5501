"""Where the files of a data set are.

None of them is part of the package. A file is looked for

1. in the folder that the environment variable ``OREFIELD_DATA`` names, if it is set,
2. in the cache of this user (``pooch.os_cache("orefield")``),
3. at its public address, from where it goes to the cache.

Whatever is found counts only if its SHA-256 is the registered one. A wrong file in the
user's own folder is an error; one in the cache is fetched again.
"""

from __future__ import annotations

import hashlib
import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from orefield.core.errors import InputError
from orefield.datasets.catalogue import DataFile, registry
from orefield.datasets.transfer import download

FOLDER_VARIABLE = "OREFIELD_DATA"
"""Environment variable that names a folder with data sets."""

_WORDS = {
    "folder": f"found under {FOLDER_VARIABLE}",
    "cache": "found in the cache",
    "folder and cache": f"found under {FOLDER_VARIABLE} and in the cache",
    "download": "not here; 'orefield data fetch' downloads it",
    "no address": f"not here, and no public address is recorded: put it under {FOLDER_VARIABLE}",
    "wrong file": f"a file under {FOLDER_VARIABLE} is not the registered one",
}


def listing() -> tuple[dict[str, Any], str]:
    """The data sets and where each stands on this machine, as an object and as text.

    ``found`` is ``folder``, ``cache`` or ``folder and cache`` when all files are there;
    otherwise ``download`` or, with a file that has no public address, ``no address``; and
    ``wrong file`` when the user's folder holds one that is not the registered file.

    Raises
    ------
    InputError
        When ``OREFIELD_DATA`` names no folder.
    """
    folder, cache = _folder(), _cache()
    sets = []
    lines = []
    for name, members in registry().items():
        found = _state(members, folder, cache)
        first = members[0]
        size = sum(file.n_bytes for file in members)
        sets.append(
            {
                "id": name,
                "files": len(members),
                "bytes": size,
                "found": found,
                "licence": first.licence,
                "origin": first.origin,
                "note": first.note,
            }
        )
        lines += [
            f"{name}: {first.origin}",
            f"  {first.note}",
            f"  {len(members)} files, {size / 1e6:,.1f} MB; licence: {first.licence}",
            f"  {_WORDS[found]}",
        ]
    lines += [
        "",
        f"folder ({FOLDER_VARIABLE}): {folder or 'not set'}",
        f"cache: {cache}",
    ]
    data = {"datasets": sets, "folder": str(folder) if folder else None, "cache": str(cache)}
    return data, "\n".join(lines)


def fetch(name: str) -> list[Path]:
    """The files of a data set on this machine, downloaded where they are missing.

    Returns
    -------
    list of Path
        In the order of the registry; each has the registered SHA-256.

    Raises
    ------
    InputError
        For an unknown name, a wrong file in the user's folder, or a file that is
        nowhere and has no public address.
    RunError
        When a file cannot be downloaded or written, or is not the registered one.
    """
    folder, cache = _folder(), _cache()
    return [_obtain(file, folder, cache) for file in _members(name)]


def file_of(name: str) -> Path:
    """A file of a data set on this machine, by ``DATASET/FILE``; fetched where it is missing.

    Raises
    ------
    InputError, RunError
        As :func:`fetch`; and when the set has no such file.
    """
    return _obtain(_member(name), _folder(), _cache())


def hash_of(name: str) -> str:
    """Registered SHA-256 of a file of a data set, by ``DATASET/FILE``.

    Raises
    ------
    InputError
        As :func:`file_of`, but nothing is looked for on this machine.
    """
    return _member(name).sha256


def _member(name: str) -> DataFile:
    dataset, _, wanted = name.partition("/")
    for file in _members(dataset):
        if Path(file.file).name == wanted:
            return file
    raise InputError(
        f"data set '{dataset}' has no file '{wanted}'",
        where="orefield's registry of data sets",
        fix=f"it has: {', '.join(Path(m.file).name for m in _members(dataset))}",
    )


def _members(name: str) -> tuple[DataFile, ...]:
    known = registry()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        raise InputError(
            f"no data set '{name}'",
            where="orefield's registry of data sets",
            fix=f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}",
        )
    return known[name]


def _folder() -> Path | None:
    named = os.environ.get(FOLDER_VARIABLE, "")
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise InputError(
            f"{FOLDER_VARIABLE} names no folder", where=named, fix="name a folder, or unset it"
        )
    return folder


def _cache() -> Path:
    import pooch  # takes a while to load

    return Path(pooch.os_cache("orefield"))


def _is_right(path: Path, file: DataFile) -> bool:
    """Whether a path holds the registered bytes."""
    try:
        if not path.is_file() or path.stat().st_size != file.n_bytes:
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    except OSError as error:
        raise InputError(
            f"data file cannot be read: {error.strerror or error}",
            where=str(path),
            fix="mend its permissions, or remove it",
        ) from error


def _state(members: tuple[DataFile, ...], folder: Path | None, cache: Path) -> str:
    """The words of :func:`listing` for a set."""
    places = set()
    lacking = []
    for file in members:
        own = folder / file.file if folder else None
        if own and own.exists():
            if not _is_right(own, file):
                return "wrong file"
            places.add("folder")
        elif _is_right(cache / file.file, file):
            places.add("cache")
        else:
            lacking.append(file)
    if lacking:
        return "download" if all(file.url for file in lacking) else "no address"
    return " and ".join(sorted(places, reverse=True))


def _obtain(file: DataFile, folder: Path | None, cache: Path) -> Path:
    own = folder / file.file if folder else None
    if own and own.exists():
        if _is_right(own, file):
            return own
        raise InputError(
            f"not the registered file of data set '{file.dataset}': its SHA-256 or size differs",
            where=str(own),
            fix="replace it by the original, or move it away to have it fetched",
        )
    kept = cache / file.file
    if _is_right(kept, file):
        return kept
    if not file.url:
        raise InputError(
            f"no public address is recorded for '{file.file}' of data set '{file.dataset}'",
            where=f"neither under {FOLDER_VARIABLE} ({folder or 'not set'}) nor in {cache}",
            fix=f"get it from its origin ({file.origin}), put it at {file.file} in a folder, "
            f"and set {FOLDER_VARIABLE} to that folder",
        )
    download(file.url, kept, file.sha256, file.n_bytes)
    return kept
