"""Numbers in lines of text: rows of a fixed form, and lists of precedences.

Fields are divided by spaces, tabs or colons. Blank lines are passed over, and so is what
follows % or # where a field could begin. A kernel stops at the first line that it cannot take,
and says why in ``state``; the caller turns that into words.

A decimal number of up to 19 digits whose digits make an integer below 2**53, times or divided
by a power of ten up to 10**22, is one correctly rounded operation on two exact doubles (W. D.
Clinger, 1990, "How to read floating point numbers accurately", PLDI '90, 92-101,
doi 10.1145/93542.93557). Any other number is left to the caller, who is told where it stands.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_U1 = NDArray[np.uint8]
_I4 = NDArray[np.int32]
_I8 = NDArray[np.int64]
_F8 = NDArray[np.float64]

DONE, WORD, COUNT, NOT_WHOLE, NOT_NUMBER, FULL, RANGE, TWICE, SELF = range(9)
"""Why a kernel stopped: at the end of the text, at a line that begins with a letter, at a line
with the wrong number of fields, at a field that is no whole number or no number, at a line that
no room is left for, at a block that does not exist, is listed twice or needs itself."""

LINE, ROWS, LATE, WHY, FIRST, LAST, RISING, SIZE = range(8)
"""Columns of ``state``: number of the line that the next call begins with; rows (of numbers) or
arcs (of precedences) stored; numbers left to the caller; why the kernel stopped; first byte, and
one past the last, of the field that it stopped at; last block, or n when blocks do not rise."""

_TENS = np.array([float(10**k) for k in range(23)])

_TAB, _NEWLINE, _RETURN, _SPACE, _COLON = 9, 10, 13, 32, 58
_MINUS, _PLUS, _POINT, _HASH, _PERCENT = 45, 43, 46, 35, 37


@njit(cache=True, nogil=True)
def _skip_space(text: _U1, at: int) -> int:
    """First byte from ``at`` that is no separator; a newline is none."""
    while True:
        c = text[at]
        if c not in (_SPACE, _TAB, _COLON, _RETURN):
            return at
        at += 1


@njit(cache=True, nogil=True)
def _field_end(text: _U1, at: int) -> int:
    """One past the last byte of the field that begins at ``at``."""
    while True:
        c = text[at]
        if c <= _SPACE or c == _COLON:
            return at
        at += 1


@njit(cache=True, nogil=True)
def _line_end(text: _U1, at: int) -> int:
    """The newline that ends the line."""
    while text[at] != _NEWLINE:
        at += 1
    return at


@njit(cache=True, nogil=True)
def _ends(c: int) -> bool:
    """Whether a line has no field more when this is its next byte that is no separator."""
    return c in (_NEWLINE, _PERCENT, _HASH)


@njit(cache=True, nogil=True)
def _next_row(text: _U1, at: int, state: _I8) -> int:
    """First field of the next line that has any, or the size of the text; counts lines."""
    while at < text.size:
        at = _skip_space(text, at)
        if not _ends(text[at]):
            return at
        at = _line_end(text, at) + 1
        state[LINE] += 1
    return at


@njit(cache=True, nogil=True)
def _whole(text: _U1, first: int, last: int) -> tuple[bool, np.int64]:
    """Whether a field is a whole number of at most 18 digits, and which."""
    at = first
    negative = text[at] == _MINUS
    if negative or text[at] == _PLUS:
        at += 1
    value = np.int64(0)
    if at >= last or last - at > 18:
        return False, value
    while at < last:
        digit = np.int64(text[at]) - 48
        if digit < 0 or digit > 9:
            return False, value
        value = value * 10 + digit
        at += 1
    return True, -value if negative else value


@njit(cache=True, nogil=True)
def _real(text: _U1, first: int, last: int, tens: _F8) -> tuple[int, float]:
    """(0, number), (1, 0.0) for one that needs more care, (2, 0.0) for no number."""
    at = first
    negative = text[at] == _MINUS
    if negative or text[at] == _PLUS:
        at += 1
    mantissa = np.int64(0)
    exponent = np.int64(0)
    digits = 0  # from the first that is not zero
    seen = False
    point = False
    while at < last:
        c = text[at]
        if c == _POINT and not point:
            point = True
        elif 48 <= c <= 57:
            seen = True
            if digits > 0 or c != 48:
                digits += 1
            if digits <= 18:
                mantissa = mantissa * 10 + (np.int64(c) - 48)
                if point:
                    exponent -= 1
        else:
            break
        at += 1
    if not seen:
        return 2, 0.0
    if at < last:
        if text[at] != 69 and text[at] != 101:  # E, e
            return 2, 0.0
        at += 1
        if at >= last:
            return 2, 0.0
        down = text[at] == _MINUS
        if down or text[at] == _PLUS:
            at += 1
        if at >= last:
            return 2, 0.0
        shift = np.int64(0)
        while at < last:
            c = text[at]
            if c < 48 or c > 57:
                return 2, 0.0
            if shift < 100_000:
                shift = shift * 10 + (np.int64(c) - 48)
            at += 1
        exponent += -shift if down else shift
    if digits > 18 or mantissa > 9007199254740992 or exponent > 22 or exponent < -22:
        return 1, 0.0
    value = float(mantissa)
    value = value * tens[exponent] if exponent >= 0 else value / tens[-exponent]
    return 0, -value if negative else value


@njit(cache=True, nogil=True)
def _number_rows(
    text: _U1, at: int, whole: int, real: int, more: bool, ints: _I8, reals: _F8, line: _I8,
    late: _I8, state: _I8, tens: _F8,
) -> int:  # fmt: skip
    row = 0
    state[LATE] = 0
    state[WHY] = DONE
    while True:
        at = begin = _next_row(text, at, state)
        if at == text.size:
            break
        c = text[at]
        if 65 <= c <= 90 or 97 <= c <= 122:
            state[WHY] = WORD
            break
        if row == line.size:
            state[WHY] = FULL
            break
        why = DONE
        for k in range(whole + real):
            at = _skip_space(text, at)
            if _ends(text[at]):
                why = COUNT
                break
            last = _field_end(text, at)
            if k < whole:
                good, ints[row, k] = _whole(text, at, last)
                if not good:
                    why = NOT_WHOLE
            else:
                kind, reals[row, k - whole] = _real(text, at, last, tens)
                if kind == 1:
                    late[state[LATE], 0] = row * real + k - whole
                    late[state[LATE], 1] = at
                    late[state[LATE], 2] = last
                    state[LATE] += 1
                elif kind == 2:
                    why = NOT_NUMBER
            if why != DONE:
                state[FIRST], state[LAST] = at, last
                break
            at = last
        if why == DONE and not more:
            at = _skip_space(text, at)
            if not _ends(text[at]):
                why = COUNT
        if why != DONE:
            state[WHY] = why
            at = begin
            break
        at = _line_end(text, at) + 1
        line[row] = state[LINE]
        state[LINE] += 1
        row += 1
    state[ROWS] = row
    return at


def number_rows(
    text: _U1, at: int, whole: int, real: int, more: bool, ints: _I8, reals: _F8, line: _I8,
    late: _I8, state: _I8,
) -> int:  # fmt: skip
    """Read rows of whole numbers followed by decimal numbers.

    Parameters
    ----------
    text : uint8 array
        Whole lines: the last byte is a newline.
    at : int
        Byte to begin at, the first of a line.
    whole, real : int
        Fields of either kind in a row.
    more : bool
        Whether further fields may follow, which are passed over.
    ints : int64 array, shape (m, whole)
        Filled; ``m`` is at least the number of lines.
    reals : float64 array, shape (m, real)
        Filled.
    line : int64 array, shape (m,)
        Filled with the line number of every row.
    late : int64 array, shape (m * real, 3)
        Filled with numbers left to the caller: place in ``reals.ravel()``, first byte, one
        past the last.
    state : int64 array, shape (SIZE,)
        LINE is read; all but RISING are set.

    Returns
    -------
    int
        First byte of the line that the kernel stopped at, or the size of the text.
    """
    return int(_number_rows(text, at, whole, real, more, ints, reals, line, late, state, _TENS))


@njit(cache=True, nogil=True)
def precedence_rows(
    text: _U1, at: int, first: _I8, count: _I4, needed: _I4, state: _I8
) -> int:  # fmt: skip
    """Read lines of a block, the number of blocks it needs, and these.

    Parameters
    ----------
    text : uint8 array
        Whole lines: the last byte is a newline.
    at : int
        Byte to begin at, the first of a line.
    first : int64 array, shape (n,)
        -1 where a block has not been seen; set to where its list begins in ``needed``.
    count : int32 array, shape (n,)
        Set to the length of its list.
    needed : int32 array, shape (capacity,)
        Filled from ``state[ROWS]`` on.
    state : int64 array, shape (SIZE,)
        LINE, ROWS and RISING are read and moved on (-1 in RISING at the start); WHY, FIRST
        and LAST are set.

    Returns
    -------
    int
        First byte of the line that the kernel stopped at, or the size of the text.
    """
    n = first.size
    filled = state[ROWS]
    state[WHY] = DONE
    while True:
        at = begin = _next_row(text, at, state)
        if at == text.size:
            break
        why = DONE
        last = _field_end(text, at)
        good, block = _whole(text, at, last)
        if not good:
            why = NOT_WHOLE
        elif block < 0 or block >= n:
            why = RANGE
        elif first[block] >= 0:
            why = TWICE
        many = np.int64(0)
        if why == DONE:
            at = _skip_space(text, last)
            last = _field_end(text, at)
            if _ends(text[at]):
                why = COUNT
            else:
                good, many = _whole(text, at, last)
                if not good:
                    why = NOT_WHOLE
                elif many < 0 or many > n:
                    why = COUNT
                elif many > needed.size - filled:
                    why = FULL
        k = np.int64(0)
        while why == DONE:
            at = _skip_space(text, last)
            if _ends(text[at]):
                if k != many:
                    why = COUNT
                break
            last = _field_end(text, at)
            good, other = _whole(text, at, last)
            if not good:
                why = NOT_WHOLE
            elif k == many:
                why = COUNT
            elif other < 0 or other >= n:
                why = RANGE
            elif other == block:
                why = SELF
            else:
                needed[filled + k] = other
                k += 1
        if why != DONE:
            state[WHY] = why
            state[FIRST], state[LAST] = at, last
            at = begin
            break
        first[block] = filled
        count[block] = many
        state[RISING] = block if block > state[RISING] else n
        filled += many
        state[LINE] += 1
        at = _line_end(text, at) + 1
    state[ROWS] = filled
    return at
