"""Deliveries of changes to the small export."""

import csv
import io

from tests.directory.sync import exports

WHEN = "2026-09-01T08:00:00Z"
FILES = ["orgs", "academicSessions", "classes", "users", "roles", "enrollments"]


def rows_of(text):
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


def text_of(header, rows):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def delta(version="1.2", **changes):
    """A delivery in which these files are deltas, of the rows given as text, and all others are absent."""
    names = ["academicSessions", "classes", "courses", "enrollments", "orgs", "users", "roles"]
    modes = dict.fromkeys(names[: 6 if version == "1.1" else 7], "absent") | dict.fromkeys(changes, "delta")
    bulk = exports.files(version)
    heads = {name: bulk[f"{name}.csv"].split("\n")[0] + "\n" for name in changes}
    files = {f"{name}.csv": heads[name] + text for name, text in changes.items()}
    return {"manifest.csv": exports.manifest(version, **modes)} | files


def row(name, key, status="active", when=WHEN):
    """A row of the small export, as a delta writes it."""
    text = exports.files()[f"{name}.csv"]
    line = next(line for line in text.split("\n") if line.startswith(f"{key},"))
    return line.replace(f"{key},,", f"{key},{status},{when}", 1) + "\n"


def edited(random, text, step):
    """A file with some rows taken out, changed or added, and the delta that says so."""
    header, rows = rows_of(text)
    changed = []
    for place in range(len(rows) - 1, -1, -1):
        chance, stamp = random.random(), f"2026-09-{step + 1:02}T08:00:00Z"
        if chance < 0.15:
            changed.append([rows[place][0], "tobedeleted", stamp, *rows.pop(place)[3:]])
        elif chance < 0.4:
            fresh = list(rows[place])
            if chance < 0.3:
                fresh[0] = f"{fresh[0][:2]}-{step}-{place}"
                if "username" in header:
                    fresh[header.index("username")] += f".{step}"
                rows.append(fresh)
            elif "givenName" in header:
                fresh[header.index("givenName")] += "x"
                rows[place] = fresh
            changed.append([fresh[0], "active", stamp, *fresh[3:]])
    return text_of(header, rows), text_of([], changed).removeprefix("\r\n")
