"""Download of a file whose size and SHA-256 are known beforehand."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Collection
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from orefield.core.errors import InputError, RunError

_TIMEOUT_S = 30.0
_HTTPS = ("https",)


def download(
    url: str, target: Path, sha256: str, n_bytes: int, *, schemes: Collection[str] = _HTTPS
) -> None:
    """Download a file whose bytes are known beforehand.

    Nothing is written before size and hash are right, and then to a temporary name that
    is renamed at the end.

    Parameters
    ----------
    url : str
        Its address; redirections must keep to ``schemes`` too.
    target : Path
        Where it goes; folders are made.
    sha256 : str
        Hexadecimal digest.
    n_bytes : int
        Its size: no more is ever read.
    schemes : collection of str
        Schemes of addresses that may be used.

    Raises
    ------
    InputError
        When the address has another scheme.
    RunError
        When the server cannot be reached or sends another file, or the disk refuses.
    """
    if not is_allowed(url, schemes):
        raise InputError(
            f"an address that is not {' or '.join(schemes)}", where=url, fix="use another address"
        )
    data = _receive(url, n_bytes, schemes)
    if len(data) != n_bytes or hashlib.sha256(data).hexdigest() != sha256:
        size = "more than" if len(data) > n_bytes else f"{len(data):,} instead of"
        raise RunError(
            "the download is not the registered file"
            + (f": {size} {n_bytes:,} bytes" if len(data) != n_bytes else ": another SHA-256"),
            where=url,
            fix="try again; if it stays so, the public copy has changed: put the file under "
            "OREFIELD_DATA by hand",
        )
    _keep(data, target)


class _SameSchemes(urllib.request.HTTPRedirectHandler):
    """Follows redirections only to addresses that could have been asked for directly."""

    def __init__(self, schemes: Collection[str]) -> None:
        self._schemes = schemes

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Refuse a redirection to another scheme."""
        if not is_allowed(newurl, self._schemes):
            raise urllib.error.URLError(f"redirected to '{newurl}', which is refused")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _receive(url: str, n_bytes: int, schemes: Collection[str]) -> bytes:
    """At most one byte more than is wanted, so that a longer file shows."""
    opener = urllib.request.build_opener(_SameSchemes(schemes))
    request = urllib.request.Request(url, headers={"User-Agent": "orefield"})
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as reply:
            data: bytes = reply.read(n_bytes + 1)
            return data
    except (OSError, http.client.HTTPException) as error:
        # an HTTPError is an open reply as well
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise RunError(
            f"cannot be downloaded: {str(error) or type(error).__name__}",
            where=url,
            fix="connect to the network and try again, or put the file under OREFIELD_DATA",
        ) from error


def _keep(data: bytes, target: Path) -> None:
    """Write a file whole or not at all."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".part-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(temporary).chmod(0o644)  # mkstemp lets only its owner read
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RunError(
            f"data file cannot be written: {error.strerror or error}",
            where=str(target),
            fix="make room or mend the permissions of the cache",
        ) from error


def is_allowed(url: str, schemes: Collection[str] = _HTTPS) -> bool:
    """Whether an address is plain, has a host, no user name, and one of the schemes."""
    if not re.fullmatch(r"[!-~]+", url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
