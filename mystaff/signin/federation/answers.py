"""An answer of a server, in the shape that social-auth reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    text: str = ""
    assoc_type: str = ""
    id: object = None

    def json(self) -> Any:
        """Raises ValueError."""
        return json.loads(self.text)
