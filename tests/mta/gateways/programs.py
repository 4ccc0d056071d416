"""A program as the far end of the pipe gateway: a shell script that keeps what it is given in a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from msgcore.codecs import mime
from msgcore.mta.gateways.pipe import PipeGatewayConfig
from msgcore.testing.far_ends import Taken

__all__ = ["Programs"]

# A folder's name and a recipient; what it is to do about either stands in files there.
_SCRIPT = """#!/bin/sh
cd "$1" || exit 78
echo "$3" >> attempts
if [ -e "status.$3" ]; then read status < "status.$3"; exit "$status"; fi
if [ -e hold ]; then echo > held; read x < go; fi
cat > "$$.octets"
echo "$3" > "$$.taken"
if [ -e lose ]; then kill -9 "$$"; fi
"""


class _Held:
    """Told by the program itself, through a pipe with a name."""

    def __init__(self, pipe: Path) -> None:
        self._is_held = threading.Event()
        threading.Thread(target=self._listen, args=(pipe,), daemon=True).start()

    def _listen(self, pipe: Path) -> None:
        pipe.read_bytes()
        self._is_held.set()

    def wait(self, timeout: float) -> bool:
        return self._is_held.wait(timeout)


class Programs:
    """The script and its folder."""

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.program = self.folder / "program"
        self.program.write_text(_SCRIPT)
        self.program.chmod(0o755)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder)

    def config(self, **given: object) -> PipeGatewayConfig:
        """Hand each recipient over behind ``--``, and the octets with CR LF."""
        command = (str(self.program), str(self.folder), "--", "{recipient}")
        return PipeGatewayConfig(**{"command": command, "crlf": True, **given})  # type: ignore[arg-type]  # of the test

    # What the suites ask.

    def address(self, name: str) -> str:
        return f"{name}@b.test"

    def _each(self) -> list[tuple[str, bytes]]:
        files = sorted(self.folder.glob("*.taken"), key=lambda file: file.stat().st_mtime_ns)
        return [(one.read_text().strip(), one.with_suffix(".octets").read_bytes()) for one in files]

    def taken(self) -> Sequence[Taken]:
        return [Taken((address,), mime.read(octets).text or "") for address, octets in self._each()]

    def octets(self) -> Sequence[bytes]:
        return [octets for _, octets in self._each()]

    def attempts(self, address: str) -> int:
        file = self.folder / "attempts"
        return file.read_text().splitlines().count(address) if file.exists() else 0

    def answer(self, address: str, status: int) -> None:
        (self.folder / f"status.{address}").write_text(f"{status}\n")

    def refuse(self, address: str) -> None:
        self.answer(address, os.EX_NOUSER)

    def defer(self, address: str) -> None:
        self.answer(address, os.EX_TEMPFAIL)

    def lose(self) -> None:
        (self.folder / "lose").touch()

    @contextmanager
    def hold(self) -> Generator[_Held]:
        for name in ("held", "go"):
            os.mkfifo(self.folder / name)
        (self.folder / "hold").touch()
        held = _Held(self.folder / "held")
        yield held
        (self.folder / "hold").unlink()
        for name in ("held", "go"):  # whoever waits at one of them goes on
            end = os.open(self.folder / name, os.O_RDWR)
            os.write(end, b"\n")
            os.close(end)

    @contextmanager
    def down(self) -> Generator[None]:
        aside = self.program.with_name("aside")
        self.program.rename(aside)
        try:
            yield
        finally:
            aside.rename(self.program)
