"""What must not happen on any page, whatever a test looks for."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

HERE = {"127.0.0.1", "localhost"}
INSIDE = {"data", "blob", "about"}
# A refusal (403, 404, 422) is a page like any other; what pages load is looked at one by one below.
OF_A_STATUS = "Failed to load resource: the server responded with a status of"


class Watch:
    """Keeps every call to another host, broken file, script error, and complaint of the browser (CSP too)."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in INSIDE and parts.hostname not in HERE:
            self.problems.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        missing = response.status >= 400 and response.request.resource_type not in ("document", "xhr")
        if missing or response.status >= 500:
            self.problems.append(f"{response.status} for {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(OF_A_STATUS):
            self.problems.append(f"{message.type} on {message.location['url']}: {message.text}")
