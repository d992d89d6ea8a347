"""One run of the tests, in a process of its own, in which one function has the code of a mutant."""

import ast
import importlib
import inspect
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType

import coverage
import pytest

from mystaff.own_files import PROJECT
from tests.mutants import targets
from tests.mutants.making import Mutant

OPTIONS = ["-x", "-q", "-p", "no:cacheprovider"]


# The mutant


def swap(mutant: Mutant) -> None:
    """Give the function the changed code: whoever has imported the function already has that too."""
    module = importlib.import_module(mutant.path.removesuffix(".py").replace("/", "."))
    names, tree = mutant.function.split("."), ast.parse(mutant.source())
    code, node = compile(tree, module.__file__, "exec", dont_inherit=True), tree
    for name in names:
        code = next(one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name)
        node = next(one for one in node.body if getattr(one, "name", "") == name)
    function = _undecorated(module, *names)
    function.__code__ = code
    function.__defaults__ = tuple(map(ast.literal_eval, node.args.defaults)) or None
    named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    function.__kwdefaults__ = {arg.arg: ast.literal_eval(value) for arg, value in named if value} or None


def _undecorated(holder, *names: str) -> Callable:
    for name in names:
        holder = vars(holder)[name]
    return inspect.unwrap(holder.fget if isinstance(holder, property) else holder)


# The tests


class Watch:
    """Runs the tests that are asked for, in order, and notes how long each takes and what fails first."""

    def __init__(self, order: list[str]) -> None:
        self.order = {test: place for place, test in enumerate(order)}
        self.seconds, self.failed, self.error = Counter(), "", ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list) -> None:
        if self.order:
            chosen = [item for item in items if item.nodeid in self.order]
            items[:] = sorted(chosen, key=lambda item: self.order[item.nodeid])

    def pytest_collection_finish(self) -> None:
        """Random directories fewer at a time, which need not have met every refusal."""
        if oracle := sys.modules.get("tests.directory.test_oracle"):
            oracle.PATIENT = oracle.settings(oracle.PATIENT, max_examples=targets.EXAMPLES)
            oracle.EXAMPLES = -1

    def pytest_runtest_logreport(self, report) -> None:
        self.seconds[report.nodeid] += report.duration
        self._note(report)

    def pytest_collectreport(self, report) -> None:
        self._note(report)

    def _note(self, report) -> None:
        if report.failed and not self.failed:
            self.failed, self.error = report.nodeid, str(report.longrepr)[-600:]


class Cover(Watch):
    """Notes besides which lines of the file each test runs."""

    def __init__(self, path: str) -> None:
        super().__init__([])
        self.path = str(PROJECT / path)
        self.coverage = coverage.Coverage(data_file=None, config_file=False, include=[self.path])
        self.coverage.start()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.coverage.switch_context(nodeid)

    def lines(self) -> dict[int, list[str]]:
        self.coverage.stop()
        return self.coverage.get_data().contexts_by_lineno(self.path)


def run(path: str, tests: list[str], watch: Watch, told: Path) -> int:
    """Run the tests; what was seen is written to the file told. Returns pytest's exit code."""
    plugins = [watch]
    if path == targets.WALL:
        plugins.append(importlib.import_module("tests.mutants.wall"))
    files = sorted({test.partition("::")[0] for test in tests})
    deselected = [f"--deselect={test}" for test in targets.TOO_LONG]
    code = pytest.main([*OPTIONS, *deselected, *files], plugins=plugins)
    seen = {"code": int(code), "failed": watch.failed, "error": watch.error, "seconds": watch.seconds}
    if isinstance(watch, Cover):
        seen["lines"] = watch.lines()
    told.write_text(json.dumps(seen))
    return int(code)


def load() -> int:
    """Import all that the tests import, once for all the processes that are forked from this one."""
    files = sorted({file for files in targets.TARGETS.values() for file in files})
    return int(pytest.main([*OPTIONS, "--collect-only", "-qq", *files]))
