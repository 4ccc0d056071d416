"""The house's plan as data: who may import whom, and who may name the outside world."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from tests.shared import REPOSITORY

SOURCE = REPOSITORY / "src" / "msgcore"

# A room's line: the rooms that it may import, and with them what those may.
FLOORS: Mapping[str, tuple[str, ...]] = {
    "errors": (),
    "base": ("errors",),
    "runtime": ("base",),
    "props": ("base",),
    "model": ("props",),
    "wire": ("model", "runtime.abc", "runtime.pool"),
    "codecs": ("model",),
    "spi": ("model", "runtime.abc"),
    "profile": ("spi",),
    "mta": ("codecs", "wire", "runtime", "spi"),
    "providers": ("spi", "codecs", "wire", "runtime"),
    "transfer": ("spi", "codecs"),
    "spooler": ("spi", "profile", "codecs"),
    "session": ("spooler", "profile", "spi", "model", "transfer"),
    "blocking": ("session", "mta", "runtime"),
}
# Rooms that may import any other, and that no room imports.
ANY_FLOOR = frozenset({"__init__", "__main__", "aio", "testing", "cli"})
# Single modules with an edge that their floor has not.
EXCEPTIONS: Mapping[str, tuple[str, ...]] = {
    "providers.relay": ("mta",),
    "providers.organization.address_book": ("mta",),
    "providers.organization.administration": ("mta",),
    "providers.organization.directory": ("mta",),
    "providers.organization.finding": ("mta",),
    "providers.organization.gateway": ("mta",),
    "providers.organization.lists": ("mta",),
    "providers.organization.office": ("mta",),
    "providers.organization.service": ("mta",),
    # A conversation of its own, with what no good client says.
    "session.probe.smtp": ("wire",),
    "session.probe.pop3": ("wire",),
    "session.probe.imap": ("wire",),
    "session.probe.imap_rules": ("wire",),
    # Configurations that several services have in common.
    "spi.account": ("wire",),
    "spi.smtp_account": ("wire", "runtime.pool"),
    # Errors carry values of higher floors, which only a type checker looks at.
    "errors": ("base.status", "model.address", "model.outcome"),
}

OUTSIDE_WORLD = frozenset(
    {"socket", "ssl", "sqlite3", "psycopg", "dns", "asyncio", "threading", "selectors", "_thread"}
)
MAY_NAME_THE_WORLD = ("runtime", "testing", "blocking.workers")
# Fakes that work are made of the real parts, and nothing that runs at an application's imports `testing`.
MAY_IMPORT_PROVIDERS = frozenset({"providers", "testing"})
FORBIDDEN_ANYWHERE = frozenset({"pickle", "marshal", "shelve"})


@attrs.frozen
class Import:
    """``is_for_types`` stands under TYPE_CHECKING; ``is_late`` runs in a function, not when its module is imported."""

    importer: str
    imported: str
    line: int = 0
    is_for_types: bool = False
    is_late: bool = False

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def find_modules() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found[name] = path
    return found


MODULES = find_modules()
PACKAGES = {name for name, path in MODULES.items() if path.name == "__init__.py"}


def imports_of(name: str, path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node, for_types, late in statements(tree, for_types=False, late=False):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        targets = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            is_package = node.module == "msgcore" or node.module.removeprefix("msgcore.") in PACKAGES
            targets = [f"{node.module}.{alias.name}" for alias in node.names] if is_package else [node.module]
        for target in targets:
            yield Import(name, target, node.lineno, for_types, late)


def statements(node: ast.AST, *, for_types: bool, late: bool) -> Iterator[tuple[ast.stmt, bool, bool]]:
    """Give all statements inside, and whether each stands under TYPE_CHECKING, and in a function."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.stmt):
            types = for_types or (isinstance(inner, ast.If) and ast.unparse(inner.test) == "TYPE_CHECKING")
            yield inner, types, late
            is_function = isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from statements(inner, for_types=types, late=late or is_function)
        elif isinstance(inner, ast.ExceptHandler | ast.match_case):
            yield from statements(inner, for_types=for_types, late=late)


@functools.cache
def all_imports() -> tuple[Import, ...]:
    return tuple(one for name, path in MODULES.items() for one in imports_of(name, path))


def inside(one: Import) -> str | None:
    """Name the module of msgcore that is imported, or None for what is not of msgcore."""
    if one.imported != "msgcore" and not one.imported.startswith("msgcore."):
        return None
    target = one.imported.removeprefix("msgcore").removeprefix(".")
    while target and target not in MODULES:
        target = target.rpartition(".")[0]
    return target or "__init__"


def floor_of(module: str) -> str:
    return module.partition(".")[0]


def allowed(floor: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [floor]
    while waiting:
        for below in FLOORS.get(waiting.pop(), ()):
            if below not in found:
                found.add(below)
                waiting.append(below)
    # A contract alone brings what it imports itself, not its whole floor.
    return frozenset(found | {"base", "errors"} if floor not in {"errors", "base"} else found)


def is_allowed(importer: str, target: str) -> bool:
    floor = floor_of(importer)
    if floor in ANY_FLOOR or floor == floor_of(target):
        return True
    rooms = allowed(floor) | set(EXCEPTIONS.get(importer, ()))
    return any(target == room or target.startswith(f"{room}.") for room in rooms)


def test_every_room_has_its_line() -> None:
    rooms = {floor_of(name) for name in MODULES} - ANY_FLOOR
    assert rooms == set(FLOORS), "a room without a line in FLOORS, or a line without a room"


def test_nothing_imports_upward() -> None:
    wrong = [
        str(one)
        for one in all_imports()
        if (target := inside(one)) is not None and not is_allowed(one.importer, target)
    ]
    assert wrong == []


def test_nobody_imports_a_provider() -> None:
    wrong = [
        str(one)
        for one in all_imports()
        if floor_of(inside(one) or "") == "providers" and floor_of(one.importer) not in MAY_IMPORT_PROVIDERS
    ]
    assert wrong == []


def test_no_module_imports_itself_by_a_detour() -> None:
    edges: dict[str, set[str]] = {}
    for one in all_imports():
        target = inside(one)
        if target is not None and target != one.importer and not one.is_for_types and not one.is_late:
            edges.setdefault(one.importer, set()).add(target)
    assert cycle(edges) is None


def cycle(edges: Mapping[str, set[str]]) -> list[str] | None:
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for target in sorted(edges.get(name, ())):
            found = walk(target, [*path, name])
            if found is not None:
                return found
        done.add(name)
        return None

    for name in sorted(edges):
        found = walk(name, [])
        if found is not None:
            return found
    return None


def test_only_the_runtime_names_the_outside_world() -> None:
    wrong = [
        str(one)
        for one in all_imports()
        if floor_of(one.imported) in OUTSIDE_WORLD
        and not any(one.importer == room or one.importer.startswith(f"{room}.") for room in MAY_NAME_THE_WORLD)
        and floor_of(one.importer) != "cli"
    ]
    assert wrong == []


def test_nothing_unpickles() -> None:
    wrong = [str(one) for one in all_imports() if floor_of(one.imported) in FORBIDDEN_ANYWHERE]
    assert wrong == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("base.text", "msgcore.props.bag"),
        ("model.message", "msgcore.codecs.mime"),
        ("wire.smtp.client", "msgcore.runtime.blocking"),
        ("spi.store", "msgcore.session.store"),
        ("session.session", "msgcore.mta.routing.route"),
        ("mta.manager", "msgcore.profile.profile"),
    ],
)
def test_the_plan_refuses_an_upward_import(importer: str, imported: str) -> None:
    """The test of the test: each of these edges must be found."""
    target = inside(Import(importer, imported))
    assert target is not None
    assert not is_allowed(importer, target)


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "('ssl', 'sqlite3', 'psycopg', 'dns', 'asyncio', 'msgcore.providers', 'msgcore.props.table', 'attrs')"
    script = f"import sys, msgcore; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["msgcore", "msgcore.aio"])
def test_opening_a_store_or_a_session_and_sending_load_no_mta(module: str) -> None:
    names = "('msgcore.mta', 'msgcore.wire.pop3', 'msgcore.wire.imap', 'msgcore.session.probe')"
    script = (
        f"import sys, {module} as m; m.open_store, m.open_transport, m.send, m.logon, m.receive; "
        f"print([name for name in {names} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["msgcore", "msgcore.aio"])
def test_what_is_loaded_on_first_use_is_listed_before(module: str) -> None:
    script = f"import {module} as m; print(set(m.__all__) - set(dir(m)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
