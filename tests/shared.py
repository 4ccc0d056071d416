"""Folders that lie beside the repository; importing modules may call these at module level, for ``parametrize``."""

import os
from pathlib import Path

from tests.requirements import unavailable

REPOSITORY = Path(__file__).resolve().parent.parent


def corpus() -> Path:
    """Say where the corpus of real messages is: ``MSGCORE_CORPUS``, else ``../shared/corpus``."""
    return _folder("MSGCORE_CORPUS", "corpus")


def shared_data() -> Path:
    """Say where the property tables in CSV are: ``MSGCORE_DATA``, else ``../shared/data``."""
    return _folder("MSGCORE_DATA", "data")


def _folder(variable: str, name: str) -> Path:
    folder = Path(os.environ.get(variable) or REPOSITORY.parent / "shared" / name)
    if not folder.is_dir():
        unavailable(f"{folder} is not a folder; {variable} may name another")
    return folder
