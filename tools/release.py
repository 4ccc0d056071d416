"""Build what is published into ``dist/``, and try it on every Python that it claims to run on.

``python tools/release.py --prepare 0.2.0`` puts the gathered changes on top of ``CHANGELOG.md``, commits that and tags
it ``v0.2.0``. ``python tools/release.py`` then sees that the tree is that of a tag, builds, checks what the archives
say of themselves, and for each Python installs the wheel into a new environment: alone, where the demo has to run with
the three base packages, and then with what the tests need, which run from the archive of the sources. Nothing is
published; the last line says how that is done.
"""

from __future__ import annotations

import argparse
import functools
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
BASE_PACKAGES = {"msgcore", "attrs", "dnspython", "typing_extensions"}
EXTRAS = "examples,html,interop,speed,test"
BESIDE_EXTRAS = ("build>=1.2", "hatchling>=1.26", "hatch-vcs>=0.4", "pytest-xdist>=3.6")
_TAG = re.compile(r"v(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)")
_TOP = re.compile(r"^## (\S+) ", re.MULTILINE)


def run(*command: str | Path, folder: Path = REPOSITORY, **variables: str) -> str:
    """Give what a command prints, in an environment that knows nothing of this one.

    Raises:
        SystemExit: it failed; the message is what it said.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        command, cwd=folder, env={**own, **variables}, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    if done.returncode != 0:
        raise SystemExit(
            f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-5_000:]}{done.stderr[-5_000:]}"
        )
    return done.stdout


# The tree


def complaints(root: Path) -> list[str]:
    """Say why the tree is not what a release is made of, a line for each reason."""
    git = functools.partial(run, "git", folder=root)
    found = ["there are changes that are not committed"] if git("status", "--porcelain").strip() else []
    tags = [match[1] for tag in git("tag", "--points-at", "HEAD").split() if (match := _TAG.fullmatch(tag))]
    if not tags:
        return [*found, "no tag like v1.2.3 points at the last commit: see --prepare"]
    top = _TOP.search((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    if top is None or top[1] not in tags:
        found.append(f"CHANGELOG.md begins with {top[1] if top else 'no version'}, and the tag says {', '.join(tags)}")
    left = sorted(path.name for path in (root / "changelog.d").iterdir() if path.name != "README.md")
    return [*found, *(f"changelog.d/{name} is not in CHANGELOG.md" for name in left)]


def prepare(root: Path, version: str) -> None:
    """Move the fragments into the change log, commit that, and tag it."""
    if not _TAG.fullmatch(f"v{version}"):
        raise SystemExit(f"{version}: need a version like 1.2.3 or 1.2.3rc1")
    if run("git", "status", "--porcelain", folder=root).strip():
        raise SystemExit("there are changes that are not committed")
    gather: Callable[..., int] = runpy.run_path(str(Path(__file__).parent / "changelog.py"))["main"]
    if gather([version], root) != 0:
        raise SystemExit(1)
    run("git", "commit", "--quiet", "--all", "--message", f"changelog: {version}", folder=root)
    run("git", "tag", f"v{version}", folder=root)


# What is published


def build(folder: Path) -> tuple[Path, Path]:
    """Give the archive of the sources and the wheel that was built from it, into a folder with nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder)
    run(sys.executable, "-m", "twine", "check", "--strict", *folder.iterdir())
    [sources], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sources, wheel


def python_called(version: str) -> Path:
    """Find an interpreter on the PATH or among those of pyenv, or have uv install one.

    Raises:
        SystemExit: there is none to be had.
    """
    named = [Path(folder) / f"python{version}" for folder in os.get_exec_path()]
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for python in [*named, *kept]:
        if python.exists() and _version_of(python) == version:
            return python
    run(sys.executable, "-m", "uv", "python", "install", "--no-bin", version)
    return Path(run(sys.executable, "-m", "uv", "python", "find", "--managed-python", version).strip())


def _version_of(python: Path) -> str:
    say = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", say], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def try_on(version: str, sources: Path, wheel: Path, tests: Sequence[str]) -> None:
    """Install the wheel into a new environment, and do there what its users and its tests do."""
    with tempfile.TemporaryDirectory(prefix="msgcore-release-") as name:
        folder = Path(name)
        run(python_called(version), "-m", "venv", "--without-pip", folder / "venv")
        python = folder / "venv" / "bin" / "python"
        install = functools.partial(run, sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
        install(wheel)
        listed = "from importlib.metadata import distributions as all; print(*[one.name for one in all()])"
        installed = set(run(python, "-c", listed, folder=folder).split())
        if installed != BASE_PACKAGES:
            raise SystemExit(f"installing the wheel brings {', '.join(sorted(installed - BASE_PACKAGES))}")
        run(python, "-W", "error", "-m", "msgcore", "demo", folder=folder)
        print(f"Python {version}: the demo runs, with nothing but the wheel and its dependencies", flush=True)
        install(f"msgcore[{EXTRAS}] @ {wheel.as_uri()}", *BESIDE_EXTRAS)
        with tarfile.open(sources) as archive:
            archive.extractall(folder, filter="data")
        unpacked = folder / sources.name.removesuffix(".tar.gz")
        shared = {"MSGCORE_CORPUS": "corpus", "MSGCORE_DATA": "data"}
        variables = {name: str(path) for name, part in shared.items() if (path := _shared(name, part)) is not None}
        workers = ("--numprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
        options = ("-q", "-p", "no:cacheprovider", *workers, *tests)
        said = run(python, "-m", "pytest", *options, folder=unpacked, **variables)
        print(f"Python {version}: {said.strip().splitlines()[-1]}", flush=True)


def _shared(variable: str, part: str) -> Path | None:
    path = Path(os.environ.get(variable) or REPOSITORY.parent / "shared" / part)
    return path if path.is_dir() else None


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", nargs="*", metavar="PATH", help="the tests to run, instead of all")
    parser.add_argument("--prepare", metavar="VERSION", help="assemble the change log, commit and tag, and do no more")
    parser.add_argument("--python", action="append", metavar="VERSION", help=f"instead of {', '.join(PYTHONS)}")
    parser.add_argument("--rehearse", action="store_true", help="do it with a tree that is no release's")
    options = parser.parse_args(arguments)
    if options.prepare:
        prepare(REPOSITORY, options.prepare)
        return 0
    if (wrong := complaints(REPOSITORY)) and not options.rehearse:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    sources, wheel = build(REPOSITORY / "dist")
    print(f"built {sources.name} and {wheel.name}", flush=True)
    for version in options.python or PYTHONS:
        try_on(version, sources, wheel, options.tests)
    print(f"ready: twine upload {sources.relative_to(REPOSITORY)} {wheel.relative_to(REPOSITORY)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
