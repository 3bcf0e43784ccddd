"""Read docs/api.md, run its requests, and compare or update the responses it shows.

A request is a block `graphql` (with a block `json variables` behind it, if it has any) or `http`;
the block behind it is the answer. A variable `"@NAME"` is a file, `"… 148 numbers"` a vector.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from support.graphql_client import GraphQLClient

BLOCK = re.compile(r"^```(?P<kind>[a-z]+(?: variables)?)\n(?P<text>.*?)^```$", re.M | re.S)
VECTOR = "… 148 numbers"
EVENT_STREAM = "text/event-stream"
LINE_CHARS = 120
ID_FIELDS = ("id", "cursor", "startCursor", "endCursor")


@dataclass(frozen=True, slots=True)
class Example:
    """A request in the document and the response that follows it."""

    kind: str
    request: str
    variables: re.Match[str] | None
    answer: re.Match[str]

    @property
    def is_stream(self) -> bool:
        """Whether the response is an event stream."""
        return self.request.lstrip().startswith("subscription")


def read_examples(document: str) -> Iterator[Example]:
    """Yield the examples in order."""
    blocks = iter(BLOCK.finditer(document))
    for block in blocks:
        if block["kind"] not in ("graphql", "http"):
            continue
        following = next(blocks)
        has_variables = following["kind"] == "json variables"
        answer = next(blocks) if has_variables else following
        yield Example(block["kind"], block["text"], following if has_variables else None, answer)


class Runner:
    """Sends the requests in order, with the ids from the actual responses."""

    def __init__(self, api: GraphQLClient, files: Mapping[str, bytes], vector: list[float]) -> None:
        self._api = api
        self._files = files
        self._vector = vector
        self._renamed: dict[str, str] = {}

    async def answer(self, example: Example) -> str:
        """Return the text of the response, formatted as in the document."""
        if example.kind == "http":
            path = self.renamed(example.request).split()[1]
            return (await self._api.http.get(path, headers=self._api.headers)).text
        variables = json.loads(self.renamed(example.variables["text"])) if example.variables else {}
        if example.is_stream:
            return await self._stream(example.request, variables)
        body = await self._ask(self.renamed(example.request), self._filled(variables))
        return layout(_without_cost(body)) + "\n"

    def renamed(self, text: str) -> str:
        """Replace the ids in the document with those of this run."""
        for shown, real in self._renamed.items():
            text = text.replace(shown, real)
        return text

    def learn(self, shown: Any, real: Any) -> None:
        """Map the ids and cursors in the document to those of this run."""
        for key, old, new in _pairs("", shown, real):
            if key in ID_FIELDS and isinstance(old, str) and isinstance(new, str) and old != new:
                self._renamed[old] = new

    async def _ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        for name, value in variables.items():
            if isinstance(value, str) and value.startswith("@"):
                rest = {key: given for key, given in variables.items() if key != name}
                return await self._upload(query, name, value[1:], rest)
        return await self._api.post(query, **variables)

    async def _upload(
        self, query: str, name: str, file: str, rest: dict[str, Any]
    ) -> dict[str, Any]:
        operations = {"query": query, "variables": {name: None, **rest}}
        response = await self._api.http.post(
            "/graphql",
            data={"operations": json.dumps(operations), "map": f'{{"0": ["variables.{name}"]}}'},
            files={"0": (file, self._files[file], "text/csv")},
            headers=self._api.headers,
        )
        body: dict[str, Any] = response.json()
        return body

    async def _stream(self, query: str, variables: dict[str, Any]) -> str:
        headers = {**self._api.headers, "accept": EVENT_STREAM}
        body = {"query": query, "variables": variables}
        response = await self._api.http.post("/graphql", json=body, headers=headers)
        lines = [line for line in response.text.splitlines() if line]
        return "".join(f"{_shorten_event(line)}\n" for line in lines)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return self._vector if value == [VECTOR] else [self._filled(item) for item in value]
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        return value


def _without_cost(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out what every response has; the document says so once."""
    assert body.pop("extensions", {"cost": None}).keys() == {"cost"}
    return body


def _shorten_event(line: str) -> str:
    if not line.startswith("data: {"):
        return line
    body = _without_cost(json.loads(line.removeprefix("data: ")))
    return f"data: {json.dumps(body, ensure_ascii=False, separators=(',', ':'))}"


def layout(value: Any, indent: str = "") -> str:
    """Format JSON, putting everything that fits on one line on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= LINE_CHARS or not isinstance(value, dict | list):
        return line
    inner = f"{indent}  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {layout(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + layout(item, inner) for item in value) + f"\n{indent}]"


def shape(value: Any, path: str = "") -> dict[str, set[str]]:
    """Return the types found at each path, and the texts of codes, which clients rely on."""
    if isinstance(value, dict):
        found: dict[str, set[str]] = {path: {"object"}}
        for key, item in value.items():
            _merge(found, shape(item, f"{path}.{key}"))
        return found
    if isinstance(value, list):
        found = {path: {"list"}}
        for item in value:
            _merge(found, shape(item, f"{path}[]"))
        return found
    is_fixed = path.endswith((".code", ".status", ".__typename"))
    return {path: {repr(value) if is_fixed else type(value).__name__}}


def _merge(found: dict[str, set[str]], more: dict[str, set[str]]) -> None:
    for path, types in more.items():
        found.setdefault(path, set()).update(types)


def differences(shown: dict[str, set[str]], real: dict[str, set[str]]) -> list[str]:
    """Return the paths that two shapes do not share; list items may be missing from either."""
    unlike = {path for path in shown.keys() & real.keys() if shown[path] != real[path]}
    for path in shown.keys() ^ real.keys():
        without = real if path in shown else shown
        inside, _, _ = path.rpartition("[]")
        if not inside or f"{inside}[]" in without:
            unlike.add(path)
    return sorted(unlike)


def _pairs(key: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old.keys() & new.keys():
            yield from _pairs(name, old[name], new[name])
    elif isinstance(old, list) and isinstance(new, list):
        for one, other in zip(old, new, strict=False):
            yield from _pairs(key, one, other)
    else:
        yield key, old, new
