"""Forms of the admin, filled in as a browser would."""

from django.test import Client


def values(page) -> dict[str, str]:
    """What a browser would send if nothing were typed."""
    form = page.context["adminform"].form
    found = {}
    for name in form.fields:
        value = form[name].value()
        if isinstance(value, bool):
            found |= {name: "on"} if value else {}
        elif not hasattr(form.fields[name], "fields"):
            found[name] = "" if value is None else str(value)
    return found


def save(browser: Client, where: str, **typed):
    """Open the page, type, press Save."""
    page = browser.get(where)
    assert page.status_code == 200, page.status_code
    data = values(page) | typed
    return browser.post(where, {name: value for name, value in data.items() if value is not None})


def errors(response) -> str:
    """What the form says; '' where it was saved."""
    if response.status_code == 302:
        return ""
    return response.context["adminform"].form.errors.as_text()
