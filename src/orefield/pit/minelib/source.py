"""A file of numbers in lines, read piece by piece, and where in it a fault stands."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from orefield.core import TableError
from orefield.kernels import text as kernel

_PIECE = 1 << 22
_LONGEST_LINE = 1 << 26
_SEPARATORS = " \t\r:"
_COMMENT = re.compile(r"(?:^|(?<=[ \t\r:]))[%#].*", re.DOTALL)


class Rows(NamedTuple):
    """Rows of numbers from one piece of a file.

    Attributes
    ----------
    whole : int64 array, shape (m, whole numbers a row)
    real : float64 array, shape (m, decimal numbers a row)
    line : int64 array, shape (m,)
        Line number of each row.
    """

    whole: NDArray[np.int64]
    real: NDArray[np.float64]
    line: NDArray[np.int64]


class Source:
    """An open file that is handed out in whole lines.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    path : Path
    size : int
        Bytes in the file.
    line : int
        Number of the line that comes next.

    Raises
    ------
    TableError
        When the file cannot be opened or is no text.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 1
        self._text: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._at = 0
        self._carry = b""
        self._length = 0
        self._begins = True
        self._ended = False
        try:
            self._file = path.open("rb")
            self.size = path.stat().st_size
        except OSError as error:
            raise self._unreadable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _unreadable(self, error: object) -> TableError:
        return TableError(
            f"MineLib file cannot be read: {error}",
            where=str(self.path),
            fix="MineLib files are plain text: is this one of them?",
        )

    def fault(
        self, what: str, *, line: int | None = None, fix: str = "", whole: bool = False
    ) -> TableError:
        """The error to raise for a fault in this file; ``whole`` when it is in no one line."""
        at = str(self.path) if whole else f"{self.path}:{self.line if line is None else line}"
        return TableError(what, where=at, fix=fix)

    def _more(self) -> bool:
        """Take the next piece up; False at the end of the file."""
        if self._at < self._text.size:
            return True
        while not self._ended:
            try:
                piece = self._file.read(_PIECE)
            except OSError as error:
                raise self._unreadable(error) from error
            if b"\0" in piece:
                raise self._unreadable("it holds bytes that are no text")
            self._ended = not piece
            data = self._carry + (piece or b"\n")
            if self._begins:
                self._begins, data = False, data.removeprefix(codecs.BOM_UTF8)
            cut = data.rfind(b"\n") + 1
            self._carry = data[cut:]
            if len(self._carry) > _LONGEST_LINE:
                raise self._unreadable("a line has no end")
            if cut:
                self._text = np.frombuffer(data, np.uint8, cut)
                self._at = 0
                return True
        return False

    def next_line(self) -> str | None:
        """The next line that says something, without separators at its ends; None at the end.

        It stays the next, and :attr:`line` its number, until :meth:`drop_line`.
        """
        while self._more():
            rest = self._text[self._at :]
            self._length = int(np.argmax(rest[:4096] == 10))
            if rest[self._length] != 10:
                self._length = int(np.argmax(rest == 10))
            # names and comments of older files are in other encodings, and are not used
            line = rest[: self._length].tobytes().decode("utf-8", "replace")
            line = _COMMENT.sub("", line).strip(_SEPARATORS)
            if line:
                return line
            self.drop_line()
        return None

    def drop_line(self) -> None:
        """Go on behind the line that :meth:`next_line` gave."""
        self._at += self._length + 1
        self.line += 1

    def rows(self, whole: int, real: int, form: str, *, more: bool = False) -> Iterator[Rows]:
        """Rows of numbers up to the next line that begins with a letter, or the end.

        Parameters
        ----------
        whole, real : int
            Whole and decimal numbers in a row.
        form : str
            What a row is, for messages, such as ``a block and its value``.
        more : bool
            Whether further fields may follow; they are passed over.

        Raises
        ------
        TableError
            For a row of another form, or a number that is not finite.
        """
        state = np.zeros(kernel.SIZE, np.int64)
        while self._more():
            m = int(np.count_nonzero(self._text[self._at :] == 10))
            rows = Rows(np.empty((m, whole), np.int64), np.empty((m, real)), np.empty(m, np.int64))
            late = np.empty((m * real, 3), np.int64)
            state[kernel.LINE] = self.line
            self._at = kernel.number_rows(
                self._text, self._at, whole, real, more, rows.whole, rows.real, rows.line, late,
                state,
            )  # fmt: skip
            self._finish(rows, late[: state[kernel.LATE]])
            self.line = int(state[kernel.LINE])
            if state[kernel.WHY] not in (kernel.DONE, kernel.WORD):
                self._refuse(state, form)
            n = int(state[kernel.ROWS])
            if n:
                yield Rows(rows.whole[:n], rows.real[:n], rows.line[:n])
            if state[kernel.WHY] == kernel.WORD:
                return

    def _finish(self, rows: Rows, late: NDArray[np.int64]) -> None:
        """Read the numbers that the kernel left: of many digits, or very large or small."""
        if len(late) == 0:
            return
        flat = rows.real.reshape(-1)
        raw = self._text.tobytes()
        for slot, first, last in late.tolist():
            flat[slot] = float(raw[first:last])
            if not math.isfinite(flat[slot]):
                row = slot // rows.real.shape[1]
                raise self.fault(
                    f"'{raw[first:last].decode()}' is too large a number", line=int(rows.line[row])
                )

    def _refuse(self, state: NDArray[np.int64], form: str) -> NoReturn:
        why = int(state[kernel.WHY])
        word = self._word(state)
        if why == kernel.COUNT:
            line = self.next_line() or ""
            raise self.fault(
                f"{form} is expected, and {len(line.replace(':', ' ').split())} fields are there",
                fix="is the file truncated?",
            )
        raise self.fault(not_a_number(word, whole=why == kernel.NOT_WHOLE))

    def _word(self, state: NDArray[np.int64]) -> str:
        field = self._text[int(state[kernel.FIRST]) : int(state[kernel.LAST])]
        return field[:40].tobytes().decode("utf-8", "replace")

    def precedences(
        self, first: NDArray[np.int64], count: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], bool]:
        """Read all lines as precedences: lists in the order of the file, and whether by block.

        Parameters
        ----------
        first : int64 array, shape (n,)
            Filled with where each block's list begins; -1 before, and after where it has none.
        count : int32 array, shape (n,)
            Filled with the lengths of the lists.

        Raises
        ------
        TableError
            For a line of another form, a block out of range, listed twice or needing itself.
        """
        state = np.zeros(kernel.SIZE, np.int64)
        state[kernel.RISING] = -1
        # a list takes up 6 to 8 bytes a block: room for a first guess, made larger when short
        needed = np.empty(min(self.size // 2, max(1 << 16, self.size // 7)) + 1, np.int32)
        done = 0
        while self._more():
            state[kernel.LINE] = self.line
            begin = self._at
            self._at = kernel.precedence_rows(self._text, self._at, first, count, needed, state)
            done += self._at - begin
            self.line = int(state[kernel.LINE])
            if state[kernel.WHY] == kernel.FULL:
                # resized where it lies: a copy beside it would double the peak
                per_byte = int(state[kernel.ROWS]) / max(done, 1)
                room = int(per_byte * self.size * 1.02) + len(first) + _PIECE // 2
                needed.resize(max(room, len(needed) + _PIECE // 2), refcheck=False)
            elif state[kernel.WHY] != kernel.DONE and not self._at_mark():
                self._refuse_precedence(state, len(first))
        needed.resize(int(state[kernel.ROWS]), refcheck=False)
        return needed, int(state[kernel.RISING]) < len(first)

    def _at_mark(self) -> bool:
        """Whether a mark EOF comes next, and nothing behind it; it is passed over."""
        if (self.next_line() or "").upper() != "EOF":
            return False
        self.drop_line()
        if self.next_line() is not None:
            raise self.fault("there is more after EOF", fix="end the file with EOF")
        return True

    def _refuse_precedence(self, state: NDArray[np.int64], n: int) -> NoReturn:
        why = int(state[kernel.WHY])
        word = self._word(state)
        if why == kernel.COUNT:
            words = (self.next_line() or "").replace(":", " ").split()
            if len(words) < 2:
                raise self.fault("a block and the number of its precedences are expected")
            raise self.fault(
                f"{len(words) - 2} precedences where {words[1][:20]} are announced",
                fix="is the file truncated?",
            )
        if why == kernel.RANGE:
            raise self.fault(f"block {word} is not among 0 to {n - 1}")
        if why == kernel.TWICE:
            raise self.fault(f"block {word} is listed twice", fix="give each block one line")
        if why == kernel.SELF:
            raise self.fault(f"block {word} needs itself", fix="remove it from its own list")
        raise self.fault(not_a_number(word, whole=True))


def not_a_number(word: str, *, whole: bool) -> str:
    """What to say of a field that is no number, or none that can be used."""
    if whole:
        return f"'{word}' is not a whole number"
    try:
        finite = math.isfinite(float(word))
    except ValueError:
        finite = True
    return f"'{word}' is not a number" if finite else f"'{word}' is not finite"
