"""A new environment with msgcore in it as pip installs it, and nothing else of this repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import attrs

from tests.shared import REPOSITORY

__all__ = ["Environment", "run"]


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    """Run a command as somebody does who has nothing of this repository at hand."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "MSGCORE"))}
    done = subprocess.run(
        command, cwd=folder, env={**own, **variables}, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@attrs.frozen
class Environment:
    """``folder`` is empty but for the environment."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Environment:
        """Make one, with msgcore and what its extra ``test`` brings."""
        run(sys.executable, "-m", "venv", folder / "venv", folder=folder)
        made = cls(folder)
        made.install(f"msgcore[test] @ {REPOSITORY.as_uri()}")
        return made

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    def install(self, *what: str | Path) -> None:
        run(self.python, "-m", "pip", "install", "--quiet", *what, folder=self.folder)
