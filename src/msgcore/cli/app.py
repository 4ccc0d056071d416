"""The commands for people, by typer; those of :mod:`msgcore.cli.main` stand among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperCommand

from msgcore.cli.mailboxes import mailbox_commands
from msgcore.cli.messages import add_message_commands
from msgcore.cli.profiles import profile_commands
from msgcore.cli.queues import queue_commands, track
from msgcore.cli.routing import route_commands
from msgcore.cli.sending import send
from msgcore.cli.stores import add_store_commands
from msgcore.cli.upkeep import store_commands

__all__ = ["app_of", "run_app"]

_GROUPS = {
    "store": store_commands,
    "profile": profile_commands,
    "route": route_commands,
    "mailbox": mailbox_commands,
    "queue": queue_commands,
}
_HAND_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": list[str]()}


def run_app(arguments: Sequence[str], core: Mapping[str, str], run_core: Callable[[Sequence[str]], int]) -> int:
    """Run a command, or show what there is."""
    try:
        app_of(core, run_core)(list(arguments), prog_name="msgcore")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def app_of(core: Mapping[str, str], run_core: Callable[[Sequence[str]], int]) -> typer.Typer:
    """Put all commands together; ``core`` are those, with their texts, that ``run_core`` runs."""
    app = typer.Typer(
        name="msgcore",
        help="Compose, store, send, receive, convert and route messages.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.command()(send)
    add_store_commands(app)
    add_message_commands(app)
    for name, group in _GROUPS.items():
        app.add_typer(group, name=name)
    app.command()(track)
    for name, text in core.items():
        app.command(name, help=text, context_settings=_HAND_ON, add_help_option=False)(_hand_on(name, run_core))
    for one in (*app.registered_commands, *(one for group in _GROUPS.values() for one in group.registered_commands)):
        one.cls = _Command
    return app


class _Command(TyperCommand):
    """Shows what it takes as STORE, and not as {STORE}: braces mean a choice elsewhere."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [re.sub(r"^\{(.*)\}(\.*)$", r"\1\2", piece) for piece in super().collect_usage_pieces(ctx)]


def _hand_on(name: str, run_core: Callable[[Sequence[str]], int]) -> Callable[[typer.Context], None]:
    def hand_on(context: typer.Context) -> None:
        raise typer.Exit(run_core([name, *context.args]))

    return hand_on
