"""Files of people, sent through the admin's two pages as a browser would."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.mystaff.admin.conftest import AT

LIST, PAGE, CONFIRM, EXPORT = (
    f"{AT}/user/{name}" for name in ("", "import/", "process_import/", "export.csv")
)


def csv(*lines: str) -> bytes:
    return "\r\n".join(lines).encode() + b"\r\n"


def send(browser: Client, content: bytes, where: str = PAGE, name: str = "people.csv"):
    """Choose the file, press Preview."""
    file = SimpleUploadedFile(name, content, "text/csv")
    return browser.post(where, {"import_file": file, "csrfmiddlewaretoken": "any"})


def key(page) -> str:
    """The upload that the page's Confirm is about; '' where there is no such button."""
    found = re.search(r'name="import_file_name" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def confirm(browser: Client, page, where: str = CONFIRM):
    """Press Confirm."""
    assert key(page), problems(page)
    return browser.post(where, {"import_file_name": key(page)})


def problems(page) -> dict[int, str]:
    """What the preview says of refused rows, by their lines; under 0 what it says of the file."""
    if page.context.get("result") is None:
        return {0: page.context["form"].errors.as_text()}
    return {step.line: step.problem for step in page.context["result"].plan.refused}


def take(browser: Client, *lines: str):
    """Preview and confirm."""
    response = confirm(browser, send(browser, csv(*lines)))
    assert response.status_code == 302, problems(response)
    return response


def downloaded(browser: Client, **asked: str) -> str:
    answer = browser.get(EXPORT, asked)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")
