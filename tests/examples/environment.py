"""msgcore as its user has it: built, and installed into a new environment, with nothing else of this repository."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import attrs

from tests.requirements import unavailable
from tests.shared import REPOSITORY

__all__ = ["Distribution", "Environment", "run"]


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    """Run a command as somebody does who has nothing of this repository at hand."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "MSGCORE"))}
    done = subprocess.run(
        command,
        cwd=folder,
        # With CI hypothesis takes no offence at a slow machine.
        env={"CI": "true", **own, **variables},
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@attrs.frozen
class Distribution:
    """What is published: the archive of the sources, and the wheel that was built from it."""

    sources: Path
    wheel: Path

    @classmethod
    def build(cls, folder: Path) -> Distribution:
        if missing := [name for name in ("build", "hatchling", "hatch_vcs") if find_spec(name) is None]:
            unavailable(f"not installed: {', '.join(missing)}")
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, REPOSITORY, folder=folder)
        [sources], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
        return cls(sources, wheel)


@attrs.frozen
class Environment:
    """``folder`` is empty but for the environment."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Environment:
        """Make one with nothing in it; pip works on it from outside."""
        run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", folder=folder)
        return cls(folder)

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    def install(self, *what: str | Path) -> None:
        """Install it; what is used of it is compiled then, which is little of it."""
        options = "--quiet", "--no-compile"
        run(sys.executable, "-m", "pip", "--python", self.python, "install", *options, *what, folder=self.folder)

    def installed(self) -> set[str]:
        listed = "from importlib.metadata import distributions as all; print(*[one.name for one in all()])"
        return set(run(self.python, "-c", listed, folder=self.folder).split())
