"""Change the pure deciders, one place at a time, and see whether a test notices.

``python tools/mutate.py`` tries every change of the modules in ``TESTS``, or of those named, and prints those changes
that all tests passed with; it fails if there are any. Each change is tried in a fork, which imports msgcore with the
changed module in place of the module's own text; nothing is written.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import os
import random
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

TESTS: Mapping[str, Sequence[str]] = {
    "msgcore.spooler.terms": ["tests/spooler/test_terms.py"],
    "msgcore.spooler.order": ["tests/spooler/test_order.py"],
    "msgcore.mta.manager.retry": ["tests/mta/manager/test_retry.py"],
    "msgcore.mta.manager.pace": ["tests/mta/manager/test_pace.py"],
    "msgcore.mta.routing.selection": ["tests/mta/routing/test_route.py", "tests/mta/routing/test_route_rules.py"],
}
SAME: Mapping[str, Sequence[tuple[str, str]]] = {
    "msgcore.mta.manager.pace": [
        # A sum of parts is a whole or far from it: test_sums_of_parts_are_a_whole_or_far_from_it.
        ("if self._credit >= 1 - _ROUNDING:", "self._credit >= 1 - _ROUNDING  ->  self._credit > 1 - _ROUNDING"),
        ("if self._debit < -_ROUNDING:", "self._debit < -_ROUNDING  ->  self._debit <= -_ROUNDING"),
        (
            "if cohorts > self._limits.cohort_limit + _ROUNDING:",
            "cohorts > self._limits.cohort_limit + _ROUNDING  ->  cohorts >= self._limits.cohort_limit + _ROUNDING",
        ),
    ],
    "msgcore.mta.routing.selection": [
        # All rows have the same, whatever it is.
        ('first_cost = cost if self.policy == "least_cost" else 0', "0  ->  1"),
        # Both have one length.
        ("equals = [row for row, rank in zip(left, ranks, strict=True) if rank == first]", "True  ->  False"),
        (
            "for verdict, own, other in zip(_ORDER, question.rank(row), question.rank(winner), strict=True)",
            "True  ->  False",
        ),
        # Other places between two numbers of 64 bits.
        (
            'fraction = (int.from_bytes(digest, "big") + 0.5) / 2**64',
            "int.from_bytes(digest, 'big') + 0.5  ->  int.from_bytes(digest, 'big') - 0.5",
        ),
        ('fraction = (int.from_bytes(digest, "big") + 0.5) / 2**64', "0.5  ->  1.5"),
    ],
}
"""Changes that change nothing: the line that they are in, and what they are. They are not tried."""
REPOSITORY = Path(__file__).resolve().parent.parent
# Of the processor, and by the clock: a machine that is busy with other things is no reason to take a test for failed.
_PATIENCE_SECONDS = 120
_LONGEST_SECONDS = 3_600

_OPERATORS: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Give each change as its line, what it is, and the changed source."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for changed in _changes(node):
            whole = copy.deepcopy(tree)
            _put(whole, number, changed)
            yield *_told(node, changed), ast.unparse(whole)


def changes(source: str) -> Iterator[tuple[int, str]]:
    """Give each change as its line, and what it is."""
    for node in ast.walk(ast.parse(source)):
        for changed in _changes(node):
            yield _told(node, changed)


def _told(node: ast.AST, changed: ast.AST) -> tuple[int, str]:
    return getattr(node, "lineno", 0), f"{ast.unparse(node)}  ->  {ast.unparse(changed)}"


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                if type(operator) in _OPERATORS:
                    changed = copy.deepcopy(node)
                    changed.ops[place] = _OPERATORS[type(operator)]()  # type: ignore[call-overload]  # one comparison for another
                    yield changed
        case ast.BoolOp() | ast.BinOp() | ast.AugAssign() if type(node.op) in _OPERATORS:
            other = copy.deepcopy(node)
            setattr(other, "op", _OPERATORS[type(node.op)]())  # noqa: B010  # the kinds differ, and fit their node
            yield other
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float() as number):
            yield ast.Constant(number + 1)
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            yield ast.Call(ast.Name(_NAMES[name]), node.args, node.keywords)
        case _:
            pass


def _put(tree: ast.AST, number: int, changed: ast.AST) -> None:
    """Put ``changed`` where the node of that number stands."""
    old = next(node for at, node in enumerate(ast.walk(tree)) if at == number)
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, changed)
                return
            nodes = cast(list[object], value) if isinstance(value, list) else []
            if any(one is old for one in nodes):
                nodes[:] = [changed if one is old else one for one in nodes]
                return
    raise AssertionError("a node has a parent")


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, whose text is given."""

    def __init__(self, name: str, source: str) -> None:
        self._name = name
        self._source = source

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, f"<{self._name}, changed>", "exec"), vars(module))


def _begin(module: str, source: str) -> int:
    """Fork a process that does the tests of a module with another text of it; it ends with 0 if all pass."""
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, _PATIENCE_SECONDS)
        signal.alarm(_LONGEST_SECONDS)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        sys.meta_path.insert(0, _Changed(module, source))
        with tempfile.TemporaryDirectory() as folder:
            os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
            options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile", "unshrunk")
            status = pytest.main([*options, *TESTS[module]])
        os._exit(int(status))
    return child


def _passed(module: str, sources: Sequence[str], workers: int) -> list[bool]:
    """Say of each text of a module whether all tests pass with it."""
    passed = [False] * len(sources)
    running: dict[int, int] = {}
    for number, source in enumerate(sources):
        running[_begin(module, source)] = number
        if len(running) == workers:
            _settle(running, passed)
    while running:
        _settle(running, passed)
    return passed


def _settle(running: dict[int, int], passed: list[bool]) -> None:
    child, status = os.wait()
    passed[running.pop(child)] = status == 0


def lived(module: str, sample: float, workers: int) -> tuple[int, list[str]]:
    """Give how many changes were tried, and those that no test noticed."""
    file = REPOSITORY / "src" / Path(*module.split(".")).with_suffix(".py")
    source = file.read_text(encoding="utf-8")
    lines = source.splitlines()
    same = SAME.get(module, ())
    if not all(_passed(module, [source], 1)):
        raise SystemExit(f"{module}: its tests fail as it is")
    chance = random.Random(7)
    tried = [
        (line, change, text)
        for line, change, text in mutants(source)
        if chance.random() < sample and (lines[line - 1].strip(), change) not in same
    ]
    passed = _passed(module, [text for *_, text in tried], workers)
    shown = (f"{file.name}:{line}: {change}" for line, change, _ in tried)
    return len(tried), [text for text, is_unnoticed in zip(shown, passed, strict=True) if is_unnoticed]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="of " + ", ".join(TESTS))
    parser.add_argument("--sample", type=float, default=1.0, help="the part of the changes that is tried (1)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    os.chdir(REPOSITORY)
    is_good = True
    for module in options.modules or TESTS:
        tried, left = lived(module, options.sample, options.workers)
        print(f"{module}: {tried - len(left)} of {tried} changes noticed", flush=True)
        print("".join(f"  {line}\n" for line in left), end="", flush=True)
        is_good = is_good and not left
    return not is_good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
