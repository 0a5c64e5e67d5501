"""Block models from and to the files that mine planners use."""

from orefield.core.model_files.detect import detect_grid
from orefield.core.model_files.omf import read_omf_model
from orefield.core.model_files.options import ModelOptions, options_from_dict
from orefield.core.model_files.parquet import read_parquet_model
from orefield.core.model_files.read import read_model
from orefield.core.model_files.surface import Surface, ground_surface, write_surface
from orefield.core.model_files.table import model_from_table, read_csv_model
from orefield.core.model_files.topography import refuse_value_in_air, with_ground
from orefield.core.model_files.write import BLOCK_FILES, refuse_unwritable, write_model

__all__ = [
    "BLOCK_FILES",
    "ModelOptions",
    "Surface",
    "detect_grid",
    "ground_surface",
    "model_from_table",
    "options_from_dict",
    "read_csv_model",
    "read_model",
    "read_omf_model",
    "read_parquet_model",
    "refuse_unwritable",
    "refuse_value_in_air",
    "with_ground",
    "write_model",
    "write_surface",
]
