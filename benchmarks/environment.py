"""An environment of our own for the peers: ``.venv-bench`` beside the project's, made when it is needed.

Only the standard library is used here: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["ENVIRONMENT", "NODE_PACKAGES", "PEERS", "enter", "peer_names"]

REPOSITORY = Path(__file__).resolve().parents[1]
ENVIRONMENT = REPOSITORY / ".venv-bench"
PEERS = Path(__file__).with_name("requirements.txt")
OWN_EXTRAS = "html,speed,test"
NODE_PACKAGES = ("nodemailer",)
DEBIAN_PACKAGES = ("notmuch", "python3-gi", "gir1.2-gmime-3.0")
_DEBIAN_GI = Path("/usr/lib/python3/dist-packages/gi")


def peer_names() -> list[str]:
    """Give what requirements.txt asks for, a line each."""
    lines = (line.partition("#")[0].strip() for line in PEERS.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def enter(arguments: list[str]) -> None:
    """Go on as ``python -m benchmarks`` of the environment, with these arguments; this does not come back."""
    _make()
    python = ENVIRONMENT / "bin" / "python"
    os.environ["NODE_PATH"] = str(ENVIRONMENT / "node_modules")
    os.environ["PYTHONPATH"] = str(REPOSITORY)
    os.execv(python, [str(python), "-m", "benchmarks", *arguments])


def _make() -> None:
    """Make the environment, if it is not there or was made of other requirements."""
    stamp = ENVIRONMENT / ".made"
    wanted = hashlib.sha256((REPOSITORY / "pyproject.toml").read_bytes() + PEERS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    _say(f"making {ENVIRONMENT.name}: msgcore, its peers, and servers where this may install them")
    subprocess.run([REPOSITORY / "tools" / "install_servers.sh", *DEBIAN_PACKAGES], check=False, stdout=sys.stderr)
    if not (ENVIRONMENT / "bin" / "python").exists():
        venv.create(ENVIRONMENT, with_pip=True)
    _install("--editable", f"{REPOSITORY}[{OWN_EXTRAS}]", check=True)
    # One by one after that: a peer that cannot be had here keeps no other away.
    if _install(*peer_names()):
        for peer in peer_names():
            if _install(peer):
                _say(f"{peer} cannot be installed here")
    _install_node_packages()
    _borrow_gi()
    stamp.write_text(wanted, encoding="utf-8")


def _install(*what: str, check: bool = False) -> int:
    command: list[str | Path] = [ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet", *what]
    return subprocess.run(command, check=check, stdout=sys.stderr).returncode


def _install_node_packages() -> None:
    npm = shutil.which("npm")
    if npm is None:
        _say(f"npm is not here: {', '.join(NODE_PACKAGES)} cannot be installed")
        return
    quietly = ["--no-audit", "--no-fund", "--no-save", "--silent"]
    command: list[str | Path] = [npm, "install", *quietly, "--prefix", ENVIRONMENT, *NODE_PACKAGES]
    if subprocess.run(command, check=False, stdout=sys.stderr).returncode:
        _say(f"{', '.join(NODE_PACKAGES)}: npm cannot install it here")


def _borrow_gi() -> None:
    """Let GMime be found: what pip would have to build for it is there from Debian, for Debian's version of Python."""
    built = f"_gi.cpython-{sys.version_info.major}{sys.version_info.minor}-*.so"
    [place] = ENVIRONMENT.glob("lib/python3.*/site-packages")
    if any(_DEBIAN_GI.glob(built)) and not (place / "gi").exists():
        (place / "gi").symlink_to(_DEBIAN_GI)


def _say(text: str) -> None:
    print(f"benchmarks: {text}", file=sys.stderr, flush=True)
