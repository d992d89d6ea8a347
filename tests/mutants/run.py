"""`make mutants`: change the code that guards the wall and the rule, and see whether a test notices.

Every mutant runs the tests that enter its function, the quick ones first, until one fails.
"""

import argparse
import json
import os
import sys
import time
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from random import Random

from mystaff import postgres
from mystaff.own_files import PROJECT, VAR
from tests.mutants import child, processes, targets
from tests.mutants.making import Mutant, mutants_of
from tests.mutants.report import print_report, too_many

FOLDER = VAR / "mutants"
RESULTS = FOLDER / "results.json"
PASSED = 0  # pytest's code


class Target:
    """One file, and which of its tests enter which function."""

    def __init__(self, path: str) -> None:
        self.path, self.files = path, targets.TARGETS[path]
        self.told = FOLDER / f"{path.replace('/', '-')}.json"
        self.seconds: dict[str, float] = {}
        self.lines: dict[str, list[str]] = {}

    def look(self) -> int:
        """Run all of its tests on the code as it is."""
        return child.run(self.path, self.files, child.Cover(self.path), self.told)

    def learn(self, code: int, seconds: float) -> None:
        if code != PASSED:
            sys.exit(f"{self.path}: its tests fail before anything is changed; see {self.told}.")
        seen = json.loads(self.told.read_text())
        self.seconds, self.lines = seen["seconds"], seen["lines"]
        print(f"{self.path}: {len(self.seconds)} tests in {seconds:.0f} s", flush=True)

    def tests(self, mutant: Mutant) -> list[str]:
        """The wall is laid before any test begins, so its mutants take them all."""
        entering = {test for line in mutant.lines for test in self.lines.get(str(line), ())} - {""}
        return sorted(entering if self.path != targets.WALL else self.seconds, key=self.seconds.__getitem__)


class Run:
    """The mutants that are asked for, and what became of them."""

    def __init__(self, only: str, sample: int) -> None:
        made = [mutant for path in targets.TARGETS for mutant in mutants_of(PROJECT, path)]
        known = json.loads(RESULTS.read_text()) if only != "*" and RESULTS.exists() else {}
        alive = {name for name, facts in known.items() if facts["outcome"] != "killed"}
        asked = alive.__contains__ if only == "survivors" else partial(fnmatch, pat=only)
        self.mutants = some_of_each([mutant for mutant in made if asked(mutant.name)], sample)
        self.results = {mutant.name: known[mutant.name] for mutant in made if mutant.name in known}
        self.begun = time.monotonic()

    def go(self) -> None:
        found = {path: Target(path) for path in {mutant.path for mutant in self.mutants}}
        processes.run([(target.look, target.learn) for target in found.values()], FOLDER)
        jobs = [self._job(mutant, found[mutant.path]) for mutant in self.mutants]
        processes.run([job for job in jobs if job], FOLDER)

    def _job(self, mutant: Mutant, target: Target):
        tests, told = target.tests(mutant), FOLDER / f"{mutant.name.replace('/', '-')}.json"
        if not tests:
            self._note(mutant, "survived", {"failed": "no test enters the function"}, 0)
            return None
        told.unlink(missing_ok=True)
        return partial(_try, mutant, tests, told), partial(self._ended, mutant, told)

    def _ended(self, mutant: Mutant, told: Path, code: int, seconds: float) -> None:
        seen = json.loads(told.read_text()) if told.exists() else {"failed": f"ended with {code}"}
        outcome = {PASSED: "survived", processes.BROKEN: "unclear"}.get(code, "killed")
        self._note(mutant, outcome, seen, seconds)

    def _note(self, mutant: Mutant, outcome: str, seen: dict, seconds: float) -> None:
        by, error = seen.get("failed", ""), seen.get("error", "")
        facts = {"by_mutmut": mutant.by_mutmut, "change": mutant.change(), "by": by, "error": error}
        self.results[mutant.name] = {"outcome": outcome, "seconds": round(seconds, 1)} | facts
        RESULTS.write_text(json.dumps(self.results, indent=1))
        done, minutes = len(self.results), (time.monotonic() - self.begun) / 60
        print(f"{minutes:5.1f} min {done:4} {outcome:8} {mutant.name}", flush=True)


def some_of_each(mutants: list[Mutant], most: int) -> list[Mutant]:
    """Of each file at most so many, drawn by chance but the same each time; all of them for 0."""
    by_file: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        by_file.setdefault(mutant.path, []).append(mutant)
    chance = Random(len(mutants))  # noqa: S311 nothing is to be kept secret
    return [
        mutant
        for made in by_file.values()
        for mutant in (chance.sample(made, most) if 0 < most < len(made) else made)
    ]


def _try(mutant: Mutant, tests: list[str], told: Path) -> int:
    child.swap(mutant)
    return child.run(mutant.path, tests, child.Watch(tests), told)


def _make_bare() -> int:
    # Only here: pytest has not rewritten it yet when this module is loaded.
    from tests.mutants import wall

    wall.make_bare()
    return PASSED


def _made(code: int, seconds: float) -> None:
    if code != PASSED:
        sys.exit(f"No database was made; see {FOLDER / '0.log'}.")


def main(only: str, sample: int) -> None:
    """Exits with 1 where too many survive."""
    bare = os.environ[targets.BARE] = f"test_{os.getpid()}_bare"
    FOLDER.mkdir(parents=True, exist_ok=True)
    run = Run(only, sample)
    if child.load() != PASSED:
        sys.exit("The tests cannot be loaded.")
    with postgres.for_tests().running() as server:
        if any(mutant.path == targets.WALL for mutant in run.mutants):
            processes.run([(_make_bare, _made)], FOLDER)
        try:
            run.go()
        finally:
            server.drop_database(bare)
    print_report(run.results)
    sys.exit(too_many(run.results))


if __name__ == "__main__":
    asking = argparse.ArgumentParser()
    asking.add_argument("only", nargs="?", default="*")
    asking.add_argument("--sample", type=int, default=0)
    main(**vars(asking.parse_args()))
