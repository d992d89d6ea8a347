"""What a file is that somebody took for a table: said plainly, before what is odd about its letters."""

from __future__ import annotations

from collections.abc import Container

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_PICTURE = gettext_noop("This is a picture. Export the data as CSV.")
_WORKBOOK = gettext_noop("This is an Excel workbook. Export the data as CSV.")
_WEB_PAGE = gettext_noop("This is a web page, perhaps one that asks for a sign-in. Export the file again.")
# How files of these kinds begin ("List of file signatures").
_BEGINNINGS = (
    (b"%PDF-", gettext_noop("This is a PDF. Export the data as CSV.")),
    (b"\x89PNG\r\n", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _WORKBOOK),
    (b"\x1f\x8b\x08", gettext_noop("This file is packed with gzip. Use an ordinary zip file.")),
    (b"7z\xbc\xaf\x27\x1c", gettext_noop("This file is packed with 7-Zip. Use an ordinary zip file.")),
    (b"Rar!\x1a", gettext_noop("This file is packed with RAR. Use an ordinary zip file.")),
)
_PAGES = (b"<!doctype html", b"<html")
_OFFICE, _SHEETS = "[content_types].xml", "xl/workbook.xml"
_OPEN_DOCUMENT = "meta-inf/manifest.xml"


def other_kind(beginning: bytes) -> str:
    """A sentence for what begins like a file that is neither a table nor a zip, or ''."""
    if beginning.lstrip()[:16].lower().startswith(_PAGES):
        return _(_WEB_PAGE)
    return next((_(said) for signature, said in _BEGINNINGS if beginning.startswith(signature)), "")


def office_document(names: Container[str]) -> str:
    """The same for a zip that is a document of an office program; names in small letters."""
    if _OFFICE in names and _SHEETS in names:
        return _(_WORKBOOK)
    if _OFFICE in names or _OPEN_DOCUMENT in names:
        return _("This is a document of an office program. Export the data as CSV.")
    return ""
