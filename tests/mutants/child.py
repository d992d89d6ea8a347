"""One run of the tests, in a process of its own, in which a mutant stands in for its module."""

import json
import sys
from collections import Counter
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path

import coverage
import pytest

from mystaff.own_files import PROJECT
from tests.mutants import targets


class Mutated(SourceFileLoader):
    """Loads the changed text in place of what the file holds; the file itself stays as it is."""

    def __init__(self, path: str, source: str) -> None:
        super().__init__(path.removesuffix(".py").replace("/", "."), str(PROJECT / path))
        self.source = source

    def get_code(self, fullname: str):
        return compile(self.source, self.path, "exec", dont_inherit=True)

    def find_spec(self, name: str, path=None, target=None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None


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


def run(path: str, source: str | None, tests: list[str], watch: Watch, told: Path) -> int:
    """Run the tests; what was seen is written to the file told. Returns pytest's exit code."""
    if source is not None:
        sys.meta_path.insert(0, Mutated(path, source))
    plugins = [watch]
    if path == targets.WALL:
        from tests.mutants import wall

        plugins.append(wall)
    files = sorted({test.partition("::")[0] for test in tests})
    options = ["-x", "-q", "-p", "no:cacheprovider"]
    code = pytest.main([*options, "--deselect", LONG, *files], plugins=plugins)
    seen = {"code": int(code), "failed": watch.failed, "error": watch.error, "seconds": watch.seconds}
    if isinstance(watch, Cover):
        seen["lines"] = watch.lines()
    told.write_text(json.dumps(seen))
    return int(code)


LONG = "tests/directory/test_oracle.py::test_the_rule_is_the_oracles[1]"
