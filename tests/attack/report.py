"""What the run prints: a table of requests and findings, then each finding."""

from __future__ import annotations

from collections import Counter

from tests.attack.judges import Finding
from tests.attack.run import Tally

SHOWN = 12  # sorts of each verdict


def table(tallies: list[Tally], findings: list[Finding]) -> str:
    """Kinds of attack down, actors across: requests, and findings after a slash where there are any."""
    bad = Counter((finding.kind, finding.actor) for finding in findings)
    kinds = list(dict.fromkeys(kind for tally in tallies for kind in tally.sent))
    rows = [["", *(tally.actor for tally in tallies), "all"]]
    for kind in kinds:
        cells = [(tally.sent[kind], bad[kind, tally.actor]) for tally in tallies]
        rows.append([kind, *map(_cell, cells), _cell(_sum(cells))])
    cells = [(tally.sent.total(), sum(bad[kind, tally.actor] for kind in kinds)) for tally in tallies]
    rows.append(["all", *map(_cell, cells), _cell(_sum(cells))])
    return _aligned(rows)


def _sum(cells: list[tuple[int, int]]) -> tuple[int, int]:
    return sum(sent for sent, _found in cells), sum(found for _sent, found in cells)


def _cell(cell: tuple[int, int]) -> str:
    sent, found = cell
    return f"{sent:,} / {found} FOUND" if found else f"{sent:,}" if sent else "-"


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if n == 0 else text.rjust(width)
            for n, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def listed(findings: list[Finding]) -> str:
    """Of each verdict the first sorts of finding, each with one request that shows it."""
    sorts: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        sorts.setdefault((finding.verdict, finding.kind, finding.actor, finding.what), []).append(finding)
    shown, lines = Counter(), []
    for (verdict, *_rest), found in sorts.items():
        shown[verdict] += 1
        if shown[verdict] <= SHOWN:
            lines.append(f"{found[0]}\n    ({len(found)} such)")
    left_out = sum(max(0, number - SHOWN) for number in shown.values())
    return "\n".join(lines + ([f"... and {left_out} sorts more"] if left_out else []))
