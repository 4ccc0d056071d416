"""``python -m msgcore``."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> int:
    """Run the command line and give its exit status."""
    try:
        from msgcore.cli.main import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:  # while the modules are loaded, which takes a moment
        return 130


if __name__ == "__main__":
    sys.exit(main())
