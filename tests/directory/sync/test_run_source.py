"""`manage.py run_source`: what a word at a shell lets through, and what it does not."""

from io import StringIO

import pytest
from django.core.management import call_command

from directory import roles
from directory.models import ConnectedDirectory, Run, RunState, User
from tests.conftest import assign
from tests.directory.sources import make_source

ROWS = "id,User name,Name\n1,{}@riverside.example,Tom Baker\n2,nora@riverside.example,Nora Field\n"


@pytest.fixture
def source(riverside):
    with riverside.scope():
        authority = ConnectedDirectory.objects.create(key="ad", name="AD", kind="ad")
        yield make_source("sis", "csv", authority=authority)


@pytest.fixture
def run(source, tmp_path):
    def run(name: str, *options: str) -> Run:
        file = tmp_path / "people.csv"
        file.write_text(ROWS.format(name))
        out = {"stdout": StringIO(), "stderr": StringIO()}
        call_command("run_source", "riverside", "sis", str(file), *options, **out)
        run.said = out["stdout"].getvalue()
        return source.runs.first()

    return run


def test_names_held_back_are_changed_with_a_word(source, run):
    run("tom")
    tom = User.objects.get(display_name="Tom Baker")
    assign(tom, roles.HELPDESK)
    dry = run("mill", "--dry-run")
    assert dry.counts["user names held back"] == 1
    assert "user name held back: Tom Baker (tom@riverside.example) → mill@riverside.example" in run.said
    for options, name in (([], "tom"), (["--change-held-names"], "mill")):
        done = run("mill", "--confirm", str(dry.pk), *options)
        tom.refresh_from_db()
        assert done.state == RunState.DONE
        assert tom.user_principal_name == f"{name}@riverside.example"
