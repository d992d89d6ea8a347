"""What a reader has to say about its input: warnings for what it took, problems for what it refused."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

# A file of a hundred thousand rows with one habit must not print a hundred thousand lines.
SHOWN_OF_A_KIND = 20
# Past this nobody reads on, and neither do we.
MAX_PROBLEMS = 1000
MAX_KINDS = 1000  # of warnings: a directory has a file name for each of its entries
LONGEST = 500  # characters of a remark, and of the name of its file


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about one line of one file; lines count from 1, the header's, and 0 is no line."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return printable(f"{place}: {self.message}" if place else self.message)


def printable(text: str) -> str:
    """Text from outside, fit for a terminal: nothing in it moves the cursor or turns the line around."""
    return "".join(c if c.isprintable() else "?" for c in text)


class RosterError(Exception):
    """The input cannot be taken; `problems` says why, line by line. Nothing has been changed."""

    def __init__(self, problems: Iterable[Finding]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


class _Folded:
    """Findings in order; of each kind the first few, then their number."""

    def __init__(self) -> None:
        self.shown: list[Finding] = []
        self.times: Counter[tuple[str, str]] = Counter()
        self.first: dict[tuple[str, str], Finding] = {}
        self.others = 0

    def add(self, file: str, line: int, text: str, values: dict) -> None:
        kind = (file[:LONGEST], text)
        if kind not in self.times and len(self.times) >= MAX_KINDS:
            self.others += 1
            return
        self.times[kind] += 1
        if self.times[kind] <= SHOWN_OF_A_KIND:
            self.shown.append(Finding(kind[0], line, (text % values if values else text)[:LONGEST]))
            self.first.setdefault(kind, self.shown[-1])

    def all(self) -> list[Finding]:
        folded = [kind for kind, times in self.times.items() if times > SHOWN_OF_A_KIND]
        return self.shown + [self._rest(kind) for kind in folded] + self._others()

    def _others(self) -> list[Finding]:
        text = _("There is more to remark on, in %(count)d places.") % {"count": self.others}
        return [Finding("", 0, text)] if self.others else []

    def _rest(self, kind: tuple[str, str]) -> Finding:
        first = self.first[kind]
        count = self.times[kind] - SHOWN_OF_A_KIND
        text = _("%(count)d more lines of this file are like this one: %(message)s")
        return Finding(first.file, first.line, text % {"count": count, "message": first.message})


class Findings:
    """Collects warnings and problems while a source is read."""

    def __init__(self) -> None:
        self._warnings, self._problems = _Folded(), _Folded()
        self.refused: set[tuple[str, int]] = set()  # files and lines; at most MAX_PROBLEMS of them

    def warn(self, file: str, line: int, text: str, /, **values: object) -> None:
        """Taken all the same; `text` is the kind, `values` fill it."""
        self._warnings.add(file, line, text, values)

    def refuse(self, file: str, line: int, text: str, /, **values: object) -> None:
        """Cannot be taken; reading goes on, to show all problems at once (RosterError at the thousandth)."""
        self._problems.add(file, line, text, values)
        self.refused.add((file, line))
        if self._problems.times.total() >= MAX_PROBLEMS:
            self.stop_if_refused()

    @property
    def warnings(self) -> list[Finding]:
        return self._warnings.all()

    def stop_if_refused(self) -> None:
        """Raise RosterError if anything was refused."""
        if self._problems.shown:
            raise RosterError(self._problems.all())
