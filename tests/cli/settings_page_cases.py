"""Files that the page of settings names, and settings that it does not show."""

from __future__ import annotations

FILES = {
    "collar.csv": "BHID,XCOLLAR,YCOLLAR,ZCOLLAR\nA,100,100,50\nB,200,100,50\n",
    "survey.csv": "BHID,AT,AZ,DIP\nA,0,0,60\nB,0,90,60\n",
    "assay.csv": "BHID,FROM,TO,CU,AU,LITH\nA,0,10,0.5,0.01,GRD\nB,0,10,NS,<0.01,OVB\n",
    "ore.obj": "v 0 0 0\nv 9 0 0\nv 0 9 0\nv 0 0 9\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n",
    "samples.csv": "EAST,NORTH,RL,BHID,CU,ZONE\n1,2,3,A,0.5,ore\n4,5,6,B,0.1,waste\n",
    "sensors.csv": "name,noise\nbelt-1,0.1\n",
}

OTHER_WAYS = """
[[experimental]]
lag_edges_m = [0, 10, 25]
down_hole_lag_m = 5
[[experimental.direction]]
name = "north"
lag_m = 10
[[experimental.fit.structure]]
kind = "spherical"

[[estimate]]
value = "a"
method = "sk"
search = { ranges_m = [9, 9, 9] }
neighbourhood = { block_sizes_m = [[5, 5, 5]], max_samples = [8], times = [1], \
discretisations = [[1, 1, 1]] }
[[estimate]]
value = "b"
method = "uk"
search = { ranges_m = [9, 9, 9] }
drift = { order = 1 }
[[estimate]]
value = "c"
method = "ck"
secondary = ["a"]
search = { ranges_m = [9, 9, 9] }
[[estimate]]
value = "d"
method = "mik"
cutoffs = [0.1]
search = { ranges_m = [9, 9, 9] }
[[estimate]]
value = "f"
blocks = "blocks.parquet"
local = { azimuth = "strike" }
search = { ranges_m = [9, 9, 9] }
[[estimate]]
value = "e"
method = "id"
search = { ranges_m = [9, 9, 9] }
"""
"""Sections beside those of the page: keys that are asked for by one method only."""

OF_ONE_METHOD = {
    "simulate": [
        'method = "indicator"\ncategory = "rock"\n[simulate.proportions]\nore = 1.0\n',
        'method = "uniform conditioning"\nvalue = "cu_pct"\npanels = "p.parquet"\ncutoffs = [1]\n'
        'search = { ranges_m = [9, 9, 9] }\nlower = { limit = 0 }\n',
    ],
    "plan": [
        'density_t_m3 = 2.9\n[plan.objective]\nkind = "classes"\nstandard_errors = [0.1]\n'
        '[plan.candidates]\nfile = "holes.csv"\n[plan.limits]\nholes = 2\n'
        '[plan.region]\nbox = [0, 0, 0, 9, 9, 9]\n',
        'density_t_m3 = 2.9\n[plan.objective]\nkind = "feed"\nperiod = "year"\n'
        '[plan.candidates]\nspacing_m = 9\nlengths_m = 9\n[plan.limits]\nmetres = 9\n'
        '[plan.spacing]\nspacings_m = [[9, 9]]\nquarter_m = [9, 9, 9]\nyear_m = [9, 9, 9]\n',
    ],
    "update": [
        'value = "cu_pct"\nobservations = "o.csv"\nmixtures = "m.csv"\nsensors = "sensors.csv"\n'
        'as_of = 2026-01-01T00:00:00\n[[variogram]]\nname = "cu_pct"\n[[variogram.structure]]\n'
        'kind = "matern"\nshape = 1.5\nsill = 1\nranges_m = 9\n',
    ],
    "check": ['density_t_m3 = 2.9\ncells_m = [9]\ndecluster = "cells"\n'
              'nearest = { ranges_m = [9, 9, 9] }\n'],
    "classify": ['density_t_m3 = 2.9\n[classify.simulation]\ntonnes_per_year = 1e6\nlevels = 2\n'
                 'indicated = { within = 0.2 }\n'],
    "composite": ['bench_m = 15\n'],
    "variogram": ['file = "variograms.toml"\n'],
}  # fmt: skip
