"""What `make lighthouse` makes of Lighthouse's answers."""

from tests.lighthouse import report


def run(page: str, *scores: float, findings=()) -> report.Run:
    return {
        "page": page,
        "scores": scores,
        "metrics": (700, 1000, 700, 0, 0),
        "findings": findings,
        "warnings": [],
        "version": "13",
        "chromium": "Chrome/1",
    }


def test_one_bad_run_of_three_is_told_and_does_not_count(capsys):
    assert report.show([run("a", 99, 100, 100), run("a", 80, 100, 100), run("a", 97, 100, 100)])
    said = capsys.readouterr().out
    assert "| a | 97 | 100 | 100 |" in said and "single run: 80" in said


def test_each_score_of_each_page_must_be_enough():
    assert report.show([run("a", 95, 95, 95), run("b", 95, 95, 95)])
    assert not report.show([run("a", 95, 95, 95), run("b", 95, 94.9, 95)])


def test_a_finding_is_told_once_with_its_pages():
    contrast = {"title": "Low contrast", "weight": 7}
    runs = [run(page, 99, 90, 100, findings=[contrast]) for page in ("a", "a", "b")]
    assert report.findings(runs) == ["- Low contrast (weight 7): a, b"]
