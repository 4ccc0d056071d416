"""Telling the service manager how we are (sd_notify(3) of systemd), if it wants to know."""

from __future__ import annotations

import contextlib
import os
import socket
import time

__all__ = ["tell_service_manager"]


def tell_service_manager(state: str) -> None:
    """Say ``READY``, ``RELOADING`` or ``STOPPING``; nothing where no manager listens."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name or not hasattr(socket, "AF_UNIX"):
        return
    lines = [f"{state}=1"]
    if state == "RELOADING":  # Type=notify-reload wants to know since when
        lines.append(f"MONOTONIC_USEC={time.monotonic_ns() // 1_000}")
    address = f"\0{name[1:]}" if name.startswith("@") else name
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect(address)
        line.send("\n".join(lines).encode())
