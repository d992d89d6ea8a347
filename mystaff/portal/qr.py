"""QR codes as pictures: one for the page, one to be kept as a file. Neither is a request of its own."""

from __future__ import annotations

import zlib
from base64 import b64encode
from struct import pack

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q

EDGE = 4  # modules of white around it: ISO/IEC 18004
DOT = 16  # pixels of a file's module

Matrix = list[list[bool]]


def matrix(text: str) -> Matrix:
    """The modules, row by row, edge included. A quarter of them may be dirty or torn."""
    made = QRCode(error_correction=ERROR_CORRECT_Q, border=EDGE)
    made.add_data(text)
    return made.get_matrix()


def svg(modules: Matrix) -> SafeString:
    """Black on white in every colour scheme; no style that the policy for pages would not allow."""
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<path fill="#fff" stroke="none" d="M0 0h{0}v{0}H0z"/>'
        '<path fill="#000" stroke="none" d="{2}"/></svg>',
        len(modules),
        _("QR code"),
        path,
    )


def png(modules: Matrix) -> str:
    """A file to be downloaded, as a data: address: one bit for a pixel (W3C, "Portable Network Graphics")."""
    size = len(modules) * DOT
    rows = b"".join((b"\x00" + _bits(row, size)) * DOT for row in modules)
    head = pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    made = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)
    return "data:image/png;base64," + b64encode(made).decode()


def _bits(row: list[bool], size: int) -> bytes:
    """A line of pixels; a bit that is set is white."""
    bits = "".join(("0" if dark else "1") * DOT for dark in row)
    return int(bits, 2).to_bytes(size // 8)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))
