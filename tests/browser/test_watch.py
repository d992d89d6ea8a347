"""The control of all tests here: what must not happen would be seen."""

import pytest
from playwright.sync_api import Error, Page

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
    for words in ("Content Security Policy", "404 for", "script error: broken"):
        wait_for(words, watch, page)
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):  # refused: it never leaves the machine
        page.goto("http://somewhere.example/")
    wait_for("another host: http://somewhere.example/", watch, page)
    context.close()


def wait_for(words: str, watch: Watch, page: Page) -> None:
    for _try in range(100):
        if any(words in problem for problem in watch.problems):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"“{words}” is not in {watch.problems}")
