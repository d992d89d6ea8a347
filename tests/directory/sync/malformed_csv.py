"""CSV files that could mean two things or nothing: what is given to be read, and what must be said."""

import io
import zipfile

PEOPLE = "user_principal_name,given_name,surname\nnora.field,Nora,Field\ntom.baker,Tom,Baker\n"
UNITS = "unit,unit_name,kind,parent\nl,Lincoln,school,\nb,Biology,class,l\n"
MEMBERS = "unit,person\nb,nora.field\n"
MANAGERS = "unit,person,role,starts_at,ends_at\nb,tom.baker,,2026-08-17,2999-06-11\n"


def pack(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return content.getvalue()


def all_(**changed):
    """All four files, some of them changed."""
    return pack(**{"people": PEOPLE, "units": UNITS, "members": MEMBERS, "managers": MANAGERS} | changed)


def office(name):
    """A zip as an office program writes its documents."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for member in ("[Content_Types].xml", "_rels/.rels", name):
            archive.writestr(member, "<x/>")
    return content.getvalue()


def people(row, header="user_principal_name,given_name,surname,is_active"):
    return f"{header}\n{row}\n".encode()


MALFORMED = [
    (b"", "people.csv:1: The header row is missing."),
    (b"\n\n", "people.csv:1: The header row is missing."),
    (b"\xef\xbb\xbf", "people.csv:1: The header row is missing."),
    (b",,,\n", "people.csv:1: The header row is missing."),
    (b"Nora,Field\n", "people.csv:1: The column “user_principal_name” is missing from the header."),
    (b"%PDF-1.7 this is no text", "people.csv:1: This is a PDF. Export the data as CSV."),
    (b"\x89PNG\r\n\x1a\n", "people.csv:1: This is a picture."),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "people.csv:1: This is a picture."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "people.csv:1: This is an Excel workbook."),
    (office("xl/workbook.xml"), "people.zip:1: This is an Excel workbook."),
    (office("word/document.xml"), "people.zip:1: This is a document of an office program."),
    (b"\n<!DOCTYPE html>\n<title>Sign in</title>\n", "people.csv:1: This is a web page, perhaps one that"),
    (b"\x1f\x8b\x08\0\xff\xfe", "people.csv:1: This file is packed with gzip. Use an ordinary zip file."),
    (b"\x80\x81", "people.csv:1: The line is not encoded as UTF-8."),
    (pack(), "people.csv:1: The file is missing from the zip file."),
    (b"PK\x03\x04 half a zip", "people.zip:1: The zip file is damaged or cut short."),
    (
        b"user_principal_name,user_principal_name\na,b\n",
        "people.csv:1: The column “user_principal_name” stands in the header twice.",
    ),
    (people("nora.field,Nora,Field"), "people.csv:2: The row has 3 cells and not 4."),
    (people("nora.field,Nora,Field,yes,x"), "people.csv:2: The row has 5 cells and not 4."),
    (people(",Nora,Field,yes"), "people.csv:2: The column user_principal_name is empty."),
    (people("nora field,Nora,Field,yes"), "people.csv:2: “nora field” cannot be a user name."),
    (people("a@b@c,Nora,Field,yes"), "people.csv:2: “a@b@c” cannot be a user name."),
    (people("@riverside.example,Nora,Field,yes"), "people.csv:2: “@riverside.example” cannot be a user"),
    (people("nora@,Nora,Field,yes"), "people.csv:2: “nora@” cannot be a user name."),
    (people("n" * 201 + ",Nora,Field,yes"), "people.csv:2: The column user_principal_name is longer than"),
    (people("nora.field," + "N" * 129 + ",Field,yes"), "people.csv:2: The column given_name is longer"),
    (people("nora.field,Nora,Field,maybe"), "people.csv:2: The column is_active is neither true nor false"),
    (people('nora.field,"Nora,Field,yes'), "people.csv:2: A quotation mark opens in this row and never"),
    (people('nora.field,"No"ra,Field,yes'), "people.csv:2: The row is not valid CSV"),
    (people("nora.field,No\0ra,Field,yes"), "people.csv:2: The line holds a character that is no text."),
    (people("nora.field,No\x1bra,Field,yes"), "people.csv:2: The line holds a character that is no text."),
    (
        "user_principal_name,surname\nnora.field,Fiéld\n".encode("latin-1"),
        "people.csv:2: The line is not encoded as UTF-8.",
    ),
    (PEOPLE.encode("utf-16-le"), "people.csv:1: The file is encoded as UTF-16. Export it as UTF-8."),
    (
        PEOPLE.encode("utf-16")[:-1],
        "people.csv:1: The file is not encoded as UTF-16, though it begins so.",
    ),
    (PEOPLE.encode() + b"x" * 2**17, "people.csv:4: The line is too long."),
    (b"\n".join([b"user_principal_name,is_active"] + [b"x,maybe"] * 2000), "people.csv:2: The column"),
    (pack(units=UNITS), "people.csv:1: The file is missing from the zip file."),
    (all_(units="name,kind\nLincoln,school\n"), "units.csv:1: The column “unit” is missing from the header."),
    (all_(units="unit,kind\n,school\n"), "units.csv:2: The column unit is empty."),
    (all_(units="unit,kind\nl,shcool\n"), "units.csv:2: The column kind is “shcool” and none of: class,"),
    (all_(members="unit\nb\n"), "members.csv:1: The column “person” is missing from the header."),
    (all_(members="unit,person\n,nora.field\n"), "members.csv:2: The column unit is empty."),
    (all_(members="unit,person\nb,\n"), "members.csv:2: The column person is empty."),
    (all_(managers=MANAGERS.replace(",,2026", ",Global Administrator,2026")),
     "managers.csv:2: “Global Administrator” is no role that a source can give over a location."),
    (all_(managers=MANAGERS.replace(",,2026", ",Privileged Authentication Administrator,2026")),
     "managers.csv:2: “Privileged Authentication Administrator” is no role that a source can give"),
    (all_(managers=MANAGERS.replace(",,2026", ",Teams Administrator,2026")), "managers.csv:2: “Teams Adm"),
    (all_(managers=MANAGERS.replace(",,2026", ",Wizard,2026")), "managers.csv:2: “Wizard” is no role that"),
    (all_(managers=MANAGERS.replace("2026-08-17", "17.08.2026")), "managers.csv:2: The column starts_at is"),
    (all_(managers=MANAGERS.replace("2026-08-17", "2999-08-17")), "managers.csv:2: The column ends_at lies"),
    (all_(managers=MANAGERS.replace("2999-06-11", "2999-02-30")), "managers.csv:2: The column ends_at is"),
]  # fmt: skip
# One thing that is wrong in one line.
ONCE = [
    (people(",Nora,Field,yes"), "people.csv:2: The column user_principal_name is empty."),
    (people("n" * 201 + "@x@y z,Nora,Field,yes"), "people.csv:2: The column user_principal_name is longer"),
    (people("@x,Nora,Field,yes"), "people.csv:2: “@x” cannot be a user name."),
    (all_(members="unit,person\nb,\n"), "members.csv:2: The column person is empty."),
    (all_(managers="unit,person\nb,\n"), "managers.csv:2: The column person is empty."),
    (
        all_(people="person,user_principal_name\n,nora.field\nt,tom.baker\n", members="unit,person\nb,t\n",
             managers="unit,person\nb,t\n"),
        "people.csv:2: The column person is empty.",
    ),
    (all_(units=UNITS.replace("b,Bio", ",Bio")), "units.csv:3: The column unit is empty."),
]  # fmt: skip
# What only the comparison with what is there can know: the reader passes it on, with its place.
FOR_THE_PLAN = [
    (PEOPLE.replace("tom.baker", "nora.field").encode(), "people.csv:3: "),
    (PEOPLE.replace("tom.baker", "tom@evil.example").encode(), "people.csv:3: "),
    (all_(members="unit,person\nb,nobody\n"), "members.csv:2: "),
    (all_(members="unit,person\nnowhere,nora.field\n"), "members.csv:2: "),
    (all_(managers="unit,person\nb,nobody\n"), "managers.csv:2: "),
    (all_(managers="unit,person\nnowhere,nora.field\n"), "managers.csv:2: "),
    (all_(units=UNITS + "l,Lincoln again,school,\n"), "units.csv:4: "),
    (all_(units=UNITS.replace("school,\n", "school,b\n")), "units.csv:"),
    (all_(units=UNITS.replace("school,\n", "school,nowhere\n")), "units.csv:2: "),
]
