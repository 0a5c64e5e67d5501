"""The command line: one thin call a command."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the ``orefield`` command."""
    if sys.argv[1:] == ["--version"]:
        # the commonest question of scripts needs no library at all
        from orefield._version import __version__

        print(f"orefield {__version__}")
        return
    from orefield.cli.app import app

    app()


__all__ = ["main"]
