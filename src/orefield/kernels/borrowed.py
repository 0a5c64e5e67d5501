"""Arrays without a reference count, for the innermost calls of a kernel.

Compiled code counts the references to every array that it hands from function to function,
with an atomic instruction each way. Where functions of a few nanoseconds take half a dozen
arrays each, that is more than half of the time.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic


@intrinsic
def _borrowed(_context: Any, array: Any) -> Any:
    """The same array, uncounted."""
    if not isinstance(array, types.Array):
        raise TypeError("only arrays can be borrowed")

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, args[0])
        view.meminfo = view.meminfo.type(None)
        view.parent = view.parent.type(None)
        return view._getvalue()

    return array(array), build


borrowed: Any = _borrowed
"""For compiled code: the same array, uncounted. It must not outlive its argument."""
