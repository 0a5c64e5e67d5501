"""The project in a browser: an application that serves runs, and its built front end.

Nothing is here yet. It will read run folders through the store and compute nothing that
a run does not; its sources in TypeScript will live in ``web/`` beside ``src/``.
"""

__all__: list[str] = []
