"""The tables that `make lighthouse` prints: the median of each page's runs, and what was found."""

from collections.abc import Callable
from statistics import median

LEAST = 95  # of 100, for each score
SCORES = ("performance", "accessibility", "best practices")
METRICS = ("first paint, ms", "largest paint, ms", "speed index, ms", "blocking, ms", "layout shift")

Run = dict  # one line of measure.mjs
Table = dict[str, list[float]]  # page: a value for each column


def show(runs: list[Run]) -> bool:
    """Print the tables; whether every score is enough."""
    scores, metrics = medians(runs, "scores"), medians(runs, "metrics")
    print(
        f"Lighthouse {runs[0]['version']}, {runs[0]['chromium']}, medians of {len(runs) // len(scores)} runs"
    )
    print(f"Lowest performance of a single run: {min(run['scores'][0] for run in runs):.0f}\n")
    print(markdown(SCORES, scores, "{:.0f}".format))
    print(markdown(METRICS, metrics, "{:,.4g}".format))
    print("\n".join(findings(runs)) or "No audit found anything.")
    return all(score >= LEAST for row in scores.values() for score in row)


def medians(runs: list[Run], of: str) -> Table:
    """Column by column over the runs of a page."""
    pages: dict[str, list] = {}
    for run in runs:
        pages.setdefault(run["page"], []).append(run[of])
    return {page: [median(column) for column in zip(*rows, strict=True)] for page, rows in pages.items()}


def markdown(head: tuple[str, ...], table: Table, form: Callable[[float], str]) -> str:
    """As it stands in the documents."""
    lines = [("page", *head), ("---",) * (len(head) + 1)]
    lines += [(page, *map(form, row)) for page, row in table.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def findings(runs: list[Run]) -> list[str]:
    """Audits that were not green in some run, and warnings, with their pages. Weight 0 costs no points."""
    pages: dict[str, dict] = {}
    for run in runs:
        for line in _lines(run):
            pages.setdefault(line, {})[run["page"]] = None
    return [f"- {line}: {', '.join(found)}" for line, found in pages.items()]


def _lines(run: Run) -> list[str]:
    return [f"{audit['title']} (weight {audit['weight']})" for audit in run["findings"]] + run["warnings"]
