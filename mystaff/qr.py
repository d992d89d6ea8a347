"""QR codes as pictures in a page: inline, since the policy for pages allows no data: address."""

from __future__ import annotations

from itertools import groupby

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 4  # modules of white around it: ISO/IEC 18004


def svg(text: str, label: str) -> SafeString:
    """The text as a QR code; the label says to who cannot see it what it is for."""
    code = qrcode.QRCode(border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    drawn = "".join(_row(number, row) for number, row in enumerate(rows))
    return format_html(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">'
        '<rect width="100%" height="100%" fill="#fff"/><path d="{}" fill="#000"/></svg>',
        label,
        len(rows),
        len(rows),
        drawn,
    )


def _row(number: int, row: list[bool]) -> str:
    """Its dark modules, those side by side in one stroke."""
    strokes, at = [], 0
    for dark, run in groupby(row):
        width = len(list(run))
        strokes += [f"M{at} {number}h{width}v1h-{width}z"] if dark else []
        at += width
    return "".join(strokes)
