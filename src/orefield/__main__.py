"""``python -m orefield`` is the command ``orefield``."""

from orefield.cli import main

if __name__ == "__main__":
    main()
