"""Names of figures and tables made of what people call values and domains."""

from __future__ import annotations


class FileNames:
    """File names of titles: the same for the same title, different for different ones.

    Whatever is no letter, digit, dot or hyphen becomes an underscore; a name that another title
    has by then, however it is capitalised, gets a number.
    """

    def __init__(self) -> None:
        self._title_of: dict[str, str] = {}

    def of(self, title: str) -> str:
        """The name of a title, without an ending."""
        plain = "".join(c if c.isalnum() or c in "._-" else "_" for c in title)
        name, number = plain, 1
        while self._title_of.setdefault(name.lower(), title) != title:
            number += 1
            name = f"{plain}_{number}"
        return name
