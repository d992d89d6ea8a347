"""A zip from outside may be a trap."""

import stat
import struct
import time
import tracemalloc
import zipfile
from contextlib import suppress
from io import BytesIO
from random import Random

import pytest

from directory.sync import oneroster
from directory.sync.findings import Finding, Findings
from directory.sync.oneroster import archive
from tests.directory.sync import exports


def problems(path):
    with pytest.raises(oneroster.RosterError) as caught:
        oneroster.read_roster(path)
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def path(tmp_path):
    return exports.pack(tmp_path / "roster.zip", exports.files())


@pytest.fixture
def with_member(path):
    """Add one more member to the good export."""

    def add(info, content=b"x"):
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
            file.writestr(info, content)
        return problems(path)[0]

    return add


def patch(path, place, new):
    """Overwrite bytes of the zip's table of contents; `place` counts from the first entry there."""
    data = bytearray(path.read_bytes())
    start = data.find(b"PK\x01\x02") + place
    data[start : start + len(new)] = new
    path.write_bytes(data)


def test_no_zip(tmp_path):
    (tmp_path / "roster.zip").write_text("sourcedId,name\n")
    assert problems(tmp_path / "roster.zip") == ["roster.zip:1: This is not a zip file of CSV files."]


def test_no_file(tmp_path):
    assert problems(tmp_path / "gone.zip")[0].startswith("gone.zip:1: The file cannot be opened")


def test_an_empty_file(tmp_path):
    (tmp_path / "roster.zip").touch()
    assert problems(tmp_path / "roster.zip") == ["roster.zip:1: This is not a zip file of CSV files."]


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_zip_that_is_cut_short(path, part):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert problems(path) == ["roster.zip:1: The zip file is damaged or cut short."]


def test_places_before_the_beginning(path):
    """The table of contents says that it begins further on than it does: all places are moved by that."""
    content = bytearray(path.read_bytes())
    [begins] = struct.unpack("<I", content[-6:-2])
    content[-6:-2] = struct.pack("<I", begins + 2**16)
    broken = archive.Archive(BytesIO(content), "roster.zip", Findings())
    with broken, pytest.raises(archive.Unreadable, match="damaged here"):
        list(broken.lines("users.csv"))


def test_a_damaged_member_names_file_and_line(path):
    data = bytearray(path.read_bytes())
    place = data.find(b"users.csv") + len("users.csv") + 40
    data[place : place + 8] = b"\xff" * 8
    path.write_bytes(data)
    assert any(p.startswith("users.csv:") and "damaged" in p for p in problems(path))


@pytest.mark.parametrize("name", ["export/orgs.csv", "../orgs.csv", "/etc/orgs.csv", "C:\\orgs.csv", "sub/"])
def test_folders_and_paths_that_leave(with_member, name):
    assert with_member(name).endswith("put all CSV files at the top of the zip file.")


def test_a_link(with_member):
    link = zipfile.ZipInfo("demographics.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    assert with_member(link, b"/etc/passwd") == "demographics.csv:1: This is a link and not a file."


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice(with_member):
    assert "twice" in with_member("orgs.csv")


def test_a_name_twice_in_other_letters(with_member):
    assert "twice" in with_member("Orgs.csv")


def test_a_password_on_the_zip(path):
    patch(path, 8, b"\x01\x00")
    assert problems(path) == ["manifest.csv:1: This file is encrypted. Export it without a password."]


def test_a_way_of_packing_that_is_not_ours(with_member):
    info = zipfile.ZipInfo("demographics.csv")
    info.compress_type = zipfile.ZIP_LZMA
    assert "packed in a way that is not supported" in with_member(info)


def test_too_many_members(path):
    with zipfile.ZipFile(path, "a") as file:
        for n in range(archive.MAX_MEMBERS):
            file.writestr(f"{n}.csv", "")
    assert "more than 64 files" in problems(path)[0]


def test_a_table_of_contents_that_fills_the_memory_is_not_even_read(path):
    with zipfile.ZipFile(path, "a") as file:
        for n in range(5000):
            file.writestr(f"{n}.csv", "")
    assert problems(path) == ["roster.zip:1: The zip file holds too many files."]


def test_a_zip64_table_of_contents_is_refused(path):
    data = path.read_bytes()
    end = data.rfind(b"PK\x05\x06")
    path.write_bytes(data[:end] + b"PK\x06\x07" + bytes(16) + data[end:])
    assert problems(path) == ["roster.zip:1: The zip file holds too many files."]


def test_a_bomb_is_stopped_early(path):
    bomb = exports.ORGS.encode() + (b" " * 60_000 + b"\n") * 1000
    exports.pack(path, exports.files() | {"orgs.csv": bomb})
    del bomb
    tracemalloc.start()
    began = time.monotonic()
    found = problems(path)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert any(p.startswith("orgs.csv:") and "zip bomb" in p for p in found)
    assert peak < 64 * 2**20 and time.monotonic() - began < 20


def test_a_bomb_of_one_line(path):
    exports.pack(path, exports.files() | {"orgs.csv": bytes(2**24)})
    assert problems(path)[0].startswith("orgs.csv:1:")


def test_sizes_that_the_header_admits(path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_FILE", 100)
    assert problems(path)[0].startswith("manifest.csv:1: Unpacked, this file is larger")


def test_the_sum_of_sizes(path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_TOTAL", 1000)
    assert problems(path) == ["roster.zip:1: Unpacked, the files are larger than this program reads."]


def test_a_size_that_the_header_lies_about(path):
    patch(path, 24, struct.pack("<I", 10))  # the manifest, said to be 10 bytes
    assert any(p.startswith("manifest.csv:") for p in problems(path))


@pytest.mark.parametrize("limit", ["MAX_FILE", "MAX_TOTAL"])
def test_limits_hold_while_reading_whatever_the_headers_say(path, monkeypatch, limit):
    monkeypatch.setattr(archive, "_unsafe", lambda info: "")
    everything = {info.filename.casefold(): info for info in zipfile.ZipFile(path).infolist()}
    monkeypatch.setattr(archive.Archive, "_members", lambda self: everything)
    monkeypatch.setattr(archive, limit, 100)
    assert any("larger than this program reads" in p for p in problems(path))


def test_names_from_outside_cannot_drive_the_terminal():
    assert str(Finding("a\x1b[31m\nb", 1, "\u202eabc")) == "a?[31m?b:1: ?abc"


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_damaged_is_refused_in_our_words(path, seed):
    """Flipped bytes, lost pieces: either it still reads, or RosterError says why; never anything else."""
    random, good = Random(seed), path.read_bytes()
    for _ in range(25):
        data = bytearray(good)
        for _ in range(random.randint(1, 4)):
            data[random.randrange(len(data))] = random.randrange(256)
        start = random.randrange(len(data))
        if random.random() < 0.3:
            del data[start : start + random.randint(1, 40)]
        path.write_bytes(data)
        with suppress(oneroster.RosterError):
            oneroster.read_roster(path)
