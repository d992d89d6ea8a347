"""Files that are none, or too large: refused with a sentence, and nothing of them is kept."""

import re

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from directory.models import Upload, User
from directory.people_csv import reading
from directory.people_csv.columns import BY_HEADER, COLUMNS, defused, normal, plain
from mystaff import upload_handlers
from mystaff.admin.people import PersonForm
from tests.mystaff.admin.files import PAGE, csv, problems, send

HUGE = "x" * 200_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("User name,Name\r\nzoé@riverside.example,Z".encode("latin-1"), "not UTF-8"),
        ("User name,Name\r\na@riverside.example,A".encode("utf-16"), "not UTF-8"),
        (b"User name,Name\r\na@riverside.example,A\0", "holds a zero"),
        (b"PK\x03\x04\x14\x00\x06\x00", "holds a zero"),
        (b"sam.reed@riverside.example,Sam\r\n", "no column “sam.reed@riverside.example”"),
        (csv("User name,Password", "a@riverside.example,x"), "There is no column “Password”"),
        (csv("User name,Locations", "a@riverside.example,x"), "There is no column “Locations”"),
        (csv("User name,", "a@riverside.example,x"), "There is no column “”"),
        (csv("User name,Name,displayName", "a@riverside.example,x,y"), "“Name” is there twice"),
        (csv("Name,Job", "A,B"), "The column “User name” is missing."),
        (csv("User name,Name"), "There are no people in the file."),
        (csv("", "  ", ","), "“User name” is missing"),
        (b"\n\n", "“User name” is missing"),
        (csv("User name,Name", 'a@riverside.example,"A'), "Line 2 cannot be read"),
        (csv("User name,Name", 'a@riverside.example,"A"B'), "Line 2 cannot be read"),
        (csv("User name,Name", f"a@riverside.example,{HUGE}"), "Line 2 cannot be read"),
        (b"x" * (reading.MOST_BYTES + 1), "larger than 5 MB"),
        (csv("User name", *["a"] * (reading.MOST_ROWS + 1)), "more than 20,000 rows"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(district, admin, content, said):
    page = send(admin, content)
    assert page.status_code == 200 and said in problems(page)[0]
    assert "errorlist" in page.content.decode()
    assert not Upload.objects.exists()


def test_no_file_at_all(district, admin):
    page = admin.post(PAGE, {"csrfmiddlewaretoken": "any"})
    assert "This field is required." in page.content.decode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiters_marks_line_ends_and_either_names(delimiter, mark):
    ours = ["USER  name", "First name", "Mobile phone number"]
    graphs = ["userPrincipalName", "givenName", "mobilePhone"]
    for header in (ours, graphs):
        for end in ("\n", "\r\n"):
            lines = [header, ["a@b.example", '"A, B; C"', "'+1 425"]]
            text = mark + end.join(delimiter.join(line) for line in lines)
            [row] = reading.read(text.encode())
            assert row.line == 2
            assert row.cells == {
                "user_principal_name": "a@b.example",
                "given_name": "A, B; C",
                "mobile_phone_number": "+1 425",
            }


def test_as_many_rows_as_are_allowed_are_read():
    assert len(reading.read(csv("User name", *["a"] * reading.MOST_ROWS))) == reading.MOST_ROWS


def test_the_headers_are_the_names_of_the_admins_fields(db):
    labels = {name: str(field.verbose_name) for name, field in ((f.name, f) for f in User._meta.fields)}
    labels |= {name: str(field.label) for name, field in PersonForm.base_fields.items()}
    for name, column in COLUMNS.items():
        assert normal(column.header) == normal(labels[name])
    assert set(BY_HEADER.values()) == set(COLUMNS)


@pytest.mark.parametrize(
    "text", ["=1+1", "'=1", "''=1", "'", "''", "O'Neil", "'tis", "+1", "-", "@a", "", "a=b", "＝x"]
)
def test_defusing_is_undone_whatever_the_text(text):
    assert plain(defused(text)) == text
    assert not defused(text).startswith(("=", "+", "-", "@", "＝"))
    assert plain("=1+1") == "=1+1"  # of a file that is not ours


PIECES = st.sampled_from([*"=+-@＝＋－＠;\t\r\n '\"a,", "''", "=cmd"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_runs_where_lines_are_split_at_semicolons_either_and_it_comes_back(text):
    """So does a spreadsheet where the comma is a decimal sign; line breaks and tabs it may split at too."""
    assert plain(defused(text)) == text
    for cell in re.split(r"[;\t\r\n]", defused(text)):
        assert not cell.strip().lstrip('" ').startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")), cell


# Where an uploaded file goes


def uploaded(content: bytes):
    request = RequestFactory().post("/", {"file": _named(content)})
    return request.FILES["file"]


def _named(content: bytes):
    from django.core.files.base import ContentFile

    return ContentFile(content, name="people.csv")


def test_a_file_stays_in_memory_and_a_large_one_is_not_kept(monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "mkstemp", None)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", None)
    content = b"0123456789" * 300_000  # more than Django's own keep in memory
    file = uploaded(content)
    assert file.read() == content and file.size == len(content)
    file = uploaded(b"x" * (upload_handlers.MOST + 100_000))
    assert file.size == upload_handlers.MOST + 100_000
    assert len(file.read()) == upload_handlers.MOST


def test_what_is_kept_is_enough_for_the_form():
    assert upload_handlers.MOST >= reading.MOST_BYTES
