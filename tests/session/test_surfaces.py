"""The blocking surface is the asyncio surface, name by name and signature by signature."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import pytest

import msgcore
from msgcore import aio, mta
from msgcore.blocking import (
    address_book,
    folder,
    item,
    maildrop,
    node,
    notifications,
    organization,
    post_office,
    remote_headers,
    session,
    store,
    stored_message,
    table,
    transport,
)
from msgcore.providers.organization import SqlOrganization
from msgcore.session.opening import Opening
from msgcore.session.table import Notifications

PAIRS: dict[type, type] = {
    aio.AddressBook: address_book.AddressBook,
    aio.Session: session.Session,
    aio.SessionNotifications: notifications.SessionNotifications,
    aio.MessageStore: store.MessageStore,
    aio.Folder: folder.Folder,
    aio.Item: item.Item,
    aio.StoredMessage: stored_message.StoredMessage,
    aio.Table: table.Table,
    Notifications: table.Notifications,
    aio.Transport: transport.Transport,
    aio.Maildrop: maildrop.Maildrop,
    aio.RemoteHeaders: remote_headers.RemoteHeaders,
    aio.Organization: organization.Organization,
    aio.PostOffice: post_office.PostOffice,
    mta.Node: node.Node,
}
# Blocking code gets a file of Python's own for it.
FILES: dict[type, type] = {aio.AttachmentStream: BinaryIO}
FUNCTIONS = (
    "logon",
    "open_maildrop",
    "open_organization",
    "open_post_office",
    "open_store",
    "open_transport",
    "probe",
    "receive",
    "send",
)

# What an object of the coroutine ring keeps as a plain attribute, and shows to applications.
ATTRIBUTES: dict[type, set[str]] = {aio.Item: {"row"}, aio.StoredMessage: {"message"}}
# What one module of that ring uses of another, and no application does.
OF_THE_RING: dict[type, set[str]] = {
    aio.MessageStore: {"deadline", "read_files"},
    store.MessageStore: {"ring"},
    aio.Session: {"open"},
    aio.Table: {"rows_read", "read_ahead", "ring", "taken", "unring"},
    table.Table: {"ring"},
}
# What gives an iterator, whose steps wait so long.
FOR_ITS_STEPS = {(aio.Session, "notifications")}
# What lets go, and needs no time limit: it waits for nobody but the disk.
WITHOUT_TIMEOUT = {"close", "logoff"}


def members(owner: type) -> dict[str, object]:
    return {
        name: inspect.getattr_static(owner, name)
        for name in dir(owner)
        if not name.startswith("_") and name not in OF_THE_RING.get(owner, ())
    }


def names(owner: type) -> set[str]:
    return set(members(owner)) | ATTRIBUTES.get(owner, set())


def methods(owner: type) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, member in members(owner).items():
        if inspect.isfunction(member):
            yield name, member


def canonical(annotation: Any) -> str:
    """Give a type as text, with the blocking class for its twin, and what an Opening opens for the Opening."""
    annotation = (PAIRS | FILES).get(annotation, annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Opening:
        return canonical(arguments[0])
    if origin is Callable:
        return f"({', '.join(map(canonical, arguments[0]))}) -> {canonical(arguments[1])}"
    if origin in {typing.Union, types.UnionType}:
        return " | ".join(sorted(canonical(one) for one in arguments))
    if origin is not None:
        return f"{origin.__qualname__}[{', '.join(canonical(one) for one in arguments)}]"
    if isinstance(annotation, type):
        return f"{annotation.__module__}.{annotation.__qualname__}"
    return str(annotation)


def described(function: Callable[..., object]) -> list[tuple[str, object, object, str]]:
    """Give each parameter's name, kind, default and type, and the result's type; all names resolved."""
    hints = typing.get_type_hints(function)
    signature = inspect.signature(function)
    parameters: list[tuple[str, object, object, str]] = [
        (one.name, one.kind, one.default, canonical(hints.get(one.name))) for one in signature.parameters.values()
    ]
    return [*parameters, ("return", None, None, canonical(hints.get("return")))]


def is_waiting(function: Callable[..., object]) -> bool:
    """Say whether an asyncio caller has to await it."""
    result = typing.get_type_hints(function).get("return")
    return inspect.iscoroutinefunction(function) or typing.get_origin(result) is Opening


METHODS = [(owner, name) for owner in PAIRS for name, _ in methods(owner)]


def label(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


@pytest.mark.parametrize("owner", PAIRS, ids=label)
def test_both_twins_have_the_same_names(owner: type) -> None:
    assert names(PAIRS[owner]) == names(owner)


@pytest.mark.parametrize(("owner", "name"), METHODS, ids=label)
def test_both_twins_have_the_same_signature(owner: type, name: str) -> None:
    twin = inspect.getattr_static(PAIRS[owner], name)

    assert described(twin) == described(inspect.getattr_static(owner, name))


@pytest.mark.parametrize(("owner", "name"), METHODS, ids=label)
def test_no_method_of_the_blocking_twin_is_a_coroutine(owner: type, name: str) -> None:
    assert not is_waiting(inspect.getattr_static(PAIRS[owner], name))


@pytest.mark.parametrize("owner", PAIRS, ids=label)
def test_what_is_a_property_of_one_twin_is_one_of_the_other(owner: type) -> None:
    def properties(of: type) -> set[str]:
        return {name for name, member in members(of).items() if isinstance(member, property)}

    assert properties(PAIRS[owner]) == properties(owner) | ATTRIBUTES.get(owner, set())


@pytest.mark.parametrize("owner", PAIRS, ids=label)
def test_properties_of_both_twins_have_the_same_type(owner: type) -> None:
    def types_of(of: type) -> dict[str, str]:
        return {
            name: canonical(typing.get_type_hints(member.fget)["return"])
            for name, member in members(of).items()
            if isinstance(member, property) and member.fget is not None and name not in ATTRIBUTES.get(owner, ())
        }

    assert types_of(PAIRS[owner]) == types_of(owner)


@pytest.mark.parametrize(
    ("owner", "name"),
    [(o, n) for o, n in METHODS if is_waiting(inspect.getattr_static(o, n)) and n not in WITHOUT_TIMEOUT],
    ids=label,
)
def test_every_call_that_waits_takes_a_timeout_by_name(owner: type, name: str) -> None:
    parameter = inspect.signature(inspect.getattr_static(owner, name)).parameters.get("timeout_seconds")

    assert parameter is not None
    assert parameter.kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize(
    ("owner", "name"),
    [(o, n) for o, n in METHODS if not is_waiting(inspect.getattr_static(o, n)) and (o, n) not in FOR_ITS_STEPS],
    ids=label,
)
def test_no_call_that_does_not_wait_takes_a_timeout(owner: type, name: str) -> None:
    assert "timeout_seconds" not in inspect.signature(inspect.getattr_static(owner, name)).parameters


@pytest.mark.parametrize("owner", [PAIRS[one] for one in PAIRS if "close" in names(one)], ids=label)
def test_what_can_be_closed_is_a_context_manager_of_blocking_code(owner: type) -> None:
    assert hasattr(owner, "__enter__")


def test_an_organisation_in_sql_has_what_the_protocol_promises() -> None:
    assert {name: described(m) for name, m in methods(aio.Organization)} == {
        name: described(m) for name, m in methods(SqlOrganization)
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_functions_of_the_package_take_the_same_for_both_callers(name: str) -> None:
    assert described(getattr(msgcore, name)) == described(getattr(aio, name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_functions_of_the_package_are_those_of_the_blocking_ring(name: str) -> None:
    assert getattr(msgcore, name).__module__.startswith("msgcore.blocking.")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_functions_of_the_package_take_a_timeout(name: str) -> None:
    assert "timeout_seconds" in inspect.signature(getattr(aio, name)).parameters


@pytest.mark.parametrize("owner", PAIRS, ids=label)
def test_every_call_that_waits_says_what_it_does(owner: type) -> None:
    assert [name for name, m in methods(owner) if is_waiting(m) and not m.__doc__ and name != "close"] == []
