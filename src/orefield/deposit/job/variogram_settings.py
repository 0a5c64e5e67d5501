"""The section ``[variogram]``: models by hand, or the file that ``deposit variogram`` wrote."""

from __future__ import annotations

import tomllib
from pathlib import Path

from orefield.core import ModelError, TableError
from orefield.core.sections import Section
from orefield.deposit.job.settings import DepositSettings
from orefield.deposit.variogram import Variogram
from orefield.deposit.variography import Coregionalisation, read_models

FILE = "variograms.toml"
"""Name of the file that ``orefield deposit variogram`` writes."""


def variograms_of(settings: DepositSettings) -> dict[str, Variogram]:
    """Variogram models by name, of ``[[variogram]]`` tables or of ``[variogram] file``.

    A coregionalisation is there too, as the direct variogram of each of its variables, where
    no other model has the variable's name.

    Raises
    ------
    ModelError
        When there is no section, no model in it, or a model that cannot be.
    TableError
        When the file is missing or no TOML.
    """
    found = _models(settings)
    out = {name: model for name, model in found.items() if isinstance(model, Variogram)}
    for model in found.values():
        if isinstance(model, Coregionalisation):
            for name in model.names:
                out.setdefault(name, model.direct(name))
    return out


def coregionalisations_of(settings: DepositSettings) -> dict[str, Coregionalisation]:
    """Models of several variables by name; may be none.

    Raises
    ------
    OrefieldError
        As :func:`variograms_of`.
    """
    return {k: m for k, m in _models(settings).items() if isinstance(m, Coregionalisation)}


def _models(settings: DepositSettings) -> dict[str, Variogram | Coregionalisation]:
    sections = settings.sections("variogram")
    if not sections:
        made = settings.folder / FILE
        fix = "describe one in [[variogram]], or name a file in [variogram] file"
        if made.is_file():
            return read_variograms(made)
        raise ModelError(
            "there is no variogram",
            where=str(settings.path),
            fix=f"{fix}; `orefield deposit variogram` makes one",
        )
    if len(sections) == 1 and sections[0].has("file"):
        name = sections[0].text("file")
        sections[0].done()
        path = settings.file(name)
        # the command writes into the folder of results
        made = settings.folder / name
        return read_variograms(made if made.is_file() and not path.is_file() else path)
    return read_models(sections)


def read_variograms(path: Path) -> dict[str, Variogram | Coregionalisation]:
    """The models of a file, as :func:`orefield.deposit.variography.write_models` writes it.

    Raises
    ------
    TableError
        When the file is missing or no TOML.
    ModelError
        When a model cannot be, or there is none.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableError(
            f"variograms cannot be read: {error}",
            where=str(path),
            fix="`orefield deposit variogram` makes the file",
        ) from error
    file = Section(values, str(path))
    models = read_models(file.sections("variogram"))
    file.done()
    if not models:
        raise ModelError("there is no [[variogram]] in the file", where=str(path))
    return models
