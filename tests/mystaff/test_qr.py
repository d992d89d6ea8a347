"""QR codes: what is drawn is the code, and a label that holds markup is text."""

import re

import pytest
import qrcode

from mystaff import qr


@pytest.mark.parametrize(
    "text", ["x", "otpauth://totp/sam?secret=JBSWY3DPEHPK3PXP&issuer=Riverside", "é" * 200]
)
def test_what_is_drawn_is_the_code(text):
    code = qrcode.QRCode(border=qr.QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    drawn = [[False] * len(rows) for _row in rows]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", qr.svg(text, "A code")):
        for at in range(int(x), int(x) + int(width)):
            drawn[int(y)][at] = True
    assert drawn == rows


def test_nothing_is_inline_but_the_picture():
    page = qr.svg("x", '"><script>alert(1)</script>')
    assert "<script" not in page and "style=" not in page
