"""What became of the mutants, in a table and a list."""

from collections import Counter

LEAST = 85  # per cent of the mutants that a test must notice


def print_report(results: dict[str, dict]) -> None:
    """The table of docs/measured.md, and every survivor with what was changed."""
    print("\n| file | mutants | of them mutmut's own | killed | survived | killed, % |")
    print("|---|--:|--:|--:|--:|--:|")
    for path in [*dict.fromkeys(name.partition(":")[0] for name in results), ""]:
        _print_row(path or "all", [facts for name, facts in results.items() if name.startswith(path)])
    for name, facts in results.items():
        if facts["outcome"] == "survived":
            print(f"\n{name} {facts['by']}", *facts["change"], sep="\n    ")


def _print_row(name: str, facts: list[dict]) -> None:
    outcomes = Counter(one["outcome"] for one in facts)
    own = sum(one["by_mutmut"] for one in facts)
    counts = len(facts), own, outcomes["killed"], outcomes["survived"]
    print(f"| {name} | {' | '.join(map(str, counts))} | {percent(facts):.1f} |")


def percent(facts: list[dict]) -> float:
    return 100 * sum(one["outcome"] == "killed" for one in facts) / max(len(facts), 1)


def too_many(results: dict[str, dict]) -> str | int:
    """What to leave the program with."""
    killed = percent(list(results.values()))
    return (
        0 if killed >= LEAST else f"Only {killed:.1f} % of the mutants were killed; {LEAST} % are asked for."
    )
