"""Pages of documentation, run as a reader would run them."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent.parent / "docs"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """Text of ``docs/NAME.md``."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def blocks(name: str, *languages: str) -> list[tuple[str, str]]:
    """Language and body of the page's blocks in these languages, in order."""
    found = [(kind, body) for kind, body in _BLOCK.findall(page(name)) if kind in languages]
    assert found, f"docs/{name}.md has no block of {', '.join(languages)}"
    return found


def run(language: str, code: str, folder: Path) -> str:
    """What a block of sh or python prints in a process of its own, with this environment's path."""
    here = str(Path(sys.executable).parent)
    done = subprocess.run(
        {"sh": ["sh", "-euc", code], "python": [sys.executable, "-c", code]}[language],
        cwd=folder,
        env={**os.environ, "PATH": here + os.pathsep + os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def told_and_printed(name: str, settings: Path) -> tuple[list[str], list[str]]:
    """What a page says that its python blocks print, and what they print when run in one go.

    Python blocks share their names; toml blocks are written to ``settings``; what is printed
    stands in text blocks.
    """
    names: dict[str, Any] = {}
    told, printed = [], []
    for language, body in blocks(name, "toml", "python", "text"):
        if language == "toml":
            settings.write_text(body, encoding="utf-8")
        elif language == "text":
            told.append(body.strip())
        else:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(body, f"{name}.md", "exec"), names)
            printed.append(out.getvalue().strip())
    return told, printed


__all__ = ["blocks", "page", "run", "told_and_printed"]
