"""Compilation of the innermost loops, without reference counts."""

from __future__ import annotations

from typing import Any

from numba import njit

_WITHOUT_RUNTIME: Any = {"_nrt": False}  # numba's own name for it, which its types leave out

uncounted: Any = njit(cache=True, nogil=True, error_model="numpy", **_WITHOUT_RUNTIME)
"""Decorator for kernels that make no array and return none.

Compiled code counts the references to every array that it hands from function to function,
inlined ones too, with a call each way. Where functions of a few nanoseconds take half a dozen
arrays each, that is close to half of the time. Without numba's runtime nothing is counted, and
a kernel that makes an array does not compile. The caller holds the arrays meanwhile.
"""
