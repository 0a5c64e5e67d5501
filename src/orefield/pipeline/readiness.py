"""Whether a study has what its stages will ask for, found without building anything."""

from __future__ import annotations

from orefield.pipeline.asset_inputs import asset_inputs
from orefield.pipeline.national import balance_inputs, targets
from orefield.study import Draws, Study

_DRAWS = 2
"""Draws are read to see that they can be; two show as much as two hundred."""


def check_inputs(study: Study) -> None:
    """Read the inputs of every deposit, pit and national balance, in every scenario.

    Raises
    ------
    OrefieldError
        For the first parameter that is missing, out of range or not modelled.
    """
    for name in study.scenarios:
        parameters = study.scenario(name)
        for asset in study.assets:
            asset_inputs(study, parameters, asset)
        draws = Draws(parameters, study.document.run.seed, _DRAWS)
        balance_inputs(study, parameters, draws)
        targets(study, parameters, draws)
