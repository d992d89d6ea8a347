"""Judges requests by Microsoft Graph's own description: paths, methods, queries and bodies."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # noqa: S405

PUBLISHED = Path(__file__).parents[1] / "data" / "graph-v1.0-subset.csdl.xml"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
# The part that we have names no entity sets: these are Graph's.
SETS = {"users": "user", "groups": "group", "directory/administrativeUnits": "administrativeUnit"}
PRIMITIVES = {"Edm.String": str, "Edm.Boolean": bool, "Edm.Int32": int, "Edm.DateTimeOffset": str}
READ_ONLY = {"id", "smsSignInState", "createdDateTime"}


class Wrong(Exception):
    """The description knows no such request; the text says what is wrong."""


def require(holds: Any, complaint: str) -> None:
    if not holds:
        raise Wrong(complaint)


@dataclass
class Type:
    """An entity or complex type: its own properties and those of its bases."""

    properties: dict[str, str] = field(default_factory=dict)
    navigation: dict[str, str] = field(default_factory=dict)
    nullable: dict[str, bool] = field(default_factory=dict)
    base: str = ""


class Description:
    """The published file, read once."""

    def __init__(self, path: Path = PUBLISHED) -> None:
        root = ElementTree.parse(path).getroot()  # noqa: S314
        named = [*root.iter(f"{EDM}EntityType"), *root.iter(f"{EDM}ComplexType")]
        self.types = {element.get("Name"): self._type(element) for element in named}
        self.enums = {e.get("Name"): {m.get("Name") for m in e} for e in root.iter(f"{EDM}EnumType")}
        self.actions = {self._bound(e): self._parameters(e) for e in root.iter(f"{EDM}Action")}
        self.functions = {self._bound(e) for e in root.iter(f"{EDM}Function")}

    def _type(self, element) -> Type:
        found = Type(base=_short(element.get("BaseType") or ""))
        for one in element.iter(f"{EDM}Property"):
            found.properties[one.get("Name")] = one.get("Type")
            found.nullable[one.get("Name")] = one.get("Nullable") != "false"
        for one in element.iter(f"{EDM}NavigationProperty"):
            found.navigation[one.get("Name")] = one.get("Type")
        return found

    def _bound(self, element) -> tuple[str, str]:
        return (element.get("Name"), element.find(f"{EDM}Parameter").get("Type").replace("graph.", ""))

    def _parameters(self, element) -> dict[str, str]:
        return {p.get("Name"): p.get("Type") for p in element.findall(f"{EDM}Parameter")[1:]}

    def bases(self, name: str) -> list[str]:
        return [name, *(self.bases(self.types[name].base) if self.types[name].base else [])]

    def properties(self, name: str) -> dict[str, str]:
        return {p: t for base in self.bases(name) for p, t in self.types[base].properties.items()}

    def navigation(self, name: str) -> dict[str, str]:
        return {p: t for base in self.bases(name) for p, t in self.types[base].navigation.items()}

    def judge(self, method: str, path: str, query: dict[str, str], body: Any) -> None:
        """Raise Wrong for what the description does not know; `path` is without the version."""
        entity_set = next((name for name in SETS if f"{path}/".startswith(f"/{name}/")), None)
        require(entity_set, f"no such path: {path}")
        rest = [part for part in path.removeprefix(f"/{entity_set}").split("/") if part]
        here = f"Collection({SETS[entity_set]})"
        for part in rest:
            here = self._step(here, part, method)
        self._judge_method(method, here, body)
        self._judge_query(query, here)

    def _step(self, here: str, part: str, method: str) -> str:
        if here.startswith("Collection("):
            if (part, here) in self.functions:
                require(method == "GET", f"{part} is a function: GET")
                return f"Delta({here[11:-1]})"
            return here[11:-1]
        for base in self.bases(here):
            if (part, base) in self.actions:
                require(method == "POST", f"{part} is an action: POST")
                return f"Action({part},{base})"
        found = self.navigation(here).get(part)
        require(found, f"{here} has no {part}")
        return found.replace("graph.", "")

    def _judge_method(self, method: str, here: str, body: Any) -> None:
        if here.startswith("Action("):
            parameters = self.actions[tuple(here[7:-1].split(","))]
            self._judge_object(body or {}, parameters, here, dict.fromkeys(parameters, True))
        elif method == "POST":
            require(here.startswith("Collection("), f"nothing is added to {here}")
            self._judge_entity(body, here[11:-1])
        elif method == "PATCH":
            require("(" not in here, f"{here} is not one thing")
            self._judge_entity(body, here)
        else:
            require(method == "GET" or (method == "DELETE" and "(" not in here), f"{method} of {here}")
            require(body is None, f"{method} has no body")

    def _judge_entity(self, body: Any, name: str) -> None:
        require(isinstance(body, dict) and body, "a body is missing")
        require(not READ_ONLY & set(body), f"read-only: {READ_ONLY & set(body)}")
        nullable = {p: n for base in self.bases(name) for p, n in self.types[base].nullable.items()}
        self._judge_object(body, self.properties(name), name, nullable)

    def _judge_object(self, body: dict, known: dict[str, str], name: str, nullable: dict[str, bool]) -> None:
        for key, value in body.items():
            require(key in known, f"{name} has no property {key}")
            require(value is not None or nullable[key], f"{key} may not be null")
            if value is not None:
                self._judge_value(value, known[key], key)

    def _judge_value(self, value: Any, kind: str, key: str) -> None:
        if kind.startswith("Collection("):
            require(isinstance(value, list), f"{key} is a list")
            for one in value:
                self._judge_value(one, kind[11:-1], key)
        elif kind in PRIMITIVES:
            require(type(value) is PRIMITIVES[kind], f"{key} is {kind}")
        elif (name := _short(kind)) in self.enums:
            require(value in self.enums[name], f"{key} is none of {name}")
        else:
            require(name in self.types and isinstance(value, dict), f"{key} is {kind}")
            inner = self.types[name]
            self._judge_object(value, inner.properties, name, inner.nullable)

    def _judge_query(self, query: dict[str, str], here: str) -> None:
        is_delta = here.startswith("Delta(")
        name = here.removeprefix("Delta(").removeprefix("Collection(").removesuffix(")")
        tokens = {"$deltatoken", "$skiptoken"} if is_delta else {"$skiptoken", "$top"}
        require(set(query) <= {"$select"} | tokens, f"no such query here: {sorted(query)}")
        require(not (is_delta and len(query) > 1), "what was asked first is in the token already")
        known = set(self.properties(name)) | set(self.navigation(name)) if name in self.types else set()
        selected = query.get("$select", "").split(",") if "$select" in query else []
        require(set(selected) <= known, f"not in {name}: {sorted(set(selected) - known)}")


def _short(name: str) -> str:
    return name.rpartition(".")[2]
