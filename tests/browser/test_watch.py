"""The control of all tests here: what must not happen would be seen."""

import pytest
from playwright.sync_api import Error

from tests.browser.watch import Watch


def test_the_watch_sees_what_must_not_happen(browser, server, stage):
    watch = Watch()
    context = browser.new_context(base_url=server.url)
    watch.follow(context)
    page = context.new_page()
    page.goto("/riverside/sign-in/")
    assert not watch.problems
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i style=\"color: red\">a</i>')")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"/static/missing.png\">')")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.wait_for_timeout(500)
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):  # refused: it never leaves the machine
        page.goto("http://somewhere.example/")
    context.close()
    seen = "\n".join(watch.problems)
    for words in (
        "another host: http://somewhere.example/",
        "Content Security Policy",
        "404 for",
        "script error: broken",
    ):
        assert words in seen
