"""Errors in the words of the command line: what a message proposes in Python, a shell cannot do."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["IN_COMMANDS", "in_commands"]

IN_COMMANDS: Mapping[str, str] = {
    "give from_=": "give --from",
    "give password=": "give --password env:NAME, or password=env:NAME in a profile",
    "name one, or set_default(...)": "name one, or set it by `msgcore profile default NAME`",
    ", which open_store opens": ": `msgcore list URL` shows it",
    "(read_only=True may open what is left of it)": ("(sqlite:///PATH?read_only=true may open what is left of it)"),
    "(read_only=True opens it to be read)": (
        "(sqlite:///PATH?read_only=true opens it to be read; so does read_only=true in a profile)"
    ),
    "track: name a message_id, a transfer_id, an address or a sender": (
        "give --message-id, --transfer-id, --address or --sender"
    ),
    "msgcore.receive brings its mail into one": "`msgcore fetch` brings its mail into one",
    ", keyring:SERVICE/USER or callable:NAME": " or keyring:SERVICE/USER",
    "nobody gives it; log on with secrets=": (
        "a command cannot give it: take env:NAME, file:PATH or keyring:SERVICE/USER; a program does, by secrets="
    ),
    " (in Python also Secret(...))": "",
    "open_organization(..., create=True) makes it": "`msgcore mailbox add URL NAME --create` makes it",
}
"""What the library proposes, and what the command line has for it."""


def in_commands(told: object) -> str:
    """Write an error, or a fault, as the command line says it."""
    text = str(told)
    for python, command in IN_COMMANDS.items():
        text = text.replace(python, command)
    return text
