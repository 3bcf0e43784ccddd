"""Parse a GraphQL operation from an HTTP request, and refuse anything else.

Every problem with the request raises `RefusedRequestError`; nothing here runs GraphQL.
"""

import json
import logging
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Never

import anyio.to_thread
import orjson
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.http.errors import RETRY_AFTER, RefusedRequestError
from app.http.media_types import JSON, MULTIPART_FORM, read_media_type
from schema.core.errors import ErrorCode

MAX_QUERY_CHARS = 100_000
"""Limit on a document, since graphql-core reads it character by character."""
SHORT_BODY = 256 * 1024
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class MultipartLimits:
    """Limits on the parts of a multipart request; the middleware limits its size."""

    max_files: int = 10
    max_fields: int = 10
    max_field_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Operation:
    """The parameters of a GraphQL-over-HTTP request."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


async def read_operation(
    request: Request, resources: AsyncExitStack, limits: MultipartLimits
) -> Operation:
    """Parse a request; its files stay open until `resources` is closed."""
    if request.method != "POST":
        return check_parameters(read_query_string(request))
    media_type, parameters = read_media_type(request.headers.get("content-type", ""))
    if media_type == JSON and parameters.get("charset", "utf-8").lower() in (
        "utf-8",
        "utf8",
    ):
        return check_parameters(await parse_body(await request.body(), "The body"))
    if media_type == MULTIPART_FORM:
        return check_parameters(await parse_multipart(request, resources, limits))
    raise RefusedRequestError(
        415,
        f"A POST needs a body of type {JSON} (in UTF-8) or {MULTIPART_FORM}.",
        headers={"accept-post": f"{JSON}, {MULTIPART_FORM}"},
    )


def read_query_string(request: Request) -> dict[str, Any]:
    """Parse the parameters of a GET; variables and extensions are JSON."""
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in parameters:
            text = parameters[name]
            parameters[name] = parse_json(text, f"The parameter `{name}`") if text else None
    return parameters


def check_parameters(data: object) -> Operation:
    """Check the parameters' types."""
    if isinstance(data, list):
        raise _bad("Batching is not supported: send one operation in each request.")
    if not isinstance(data, dict):
        raise _bad("The body must be a JSON object.")
    query = data.get("query")
    if query is None or query == "":
        raise _bad("The parameter `query` is missing.")
    if not isinstance(query, str):
        raise _bad("The parameter `query` must be a string.")
    if len(query) > MAX_QUERY_CHARS:
        raise _bad(
            f"The parameter `query` has {len(query):,} characters; at most {MAX_QUERY_CHARS:,} are "
            "allowed. Pass long values as variables."
        )
    operation_name = data.get("operationName")
    if not isinstance(operation_name, str | None):
        raise _bad("The parameter `operationName` must be a string or null.")
    variables, extensions = data.get("variables"), data.get("extensions")
    for name, value in (("variables", variables), ("extensions", extensions)):
        if not isinstance(value, dict | None):
            raise _bad(f"The parameter `{name}` must be an object or null.")
    return Operation(query, variables, operation_name, extensions)


async def parse_body(data: bytes | str, what: str) -> Any:
    """Parse JSON as `parse_json` does; a long text in a thread, by a quicker parser."""
    if len(data) <= SHORT_BODY:
        return parse_json(data, what)
    try:
        return await anyio.to_thread.run_sync(orjson.loads, data)
    except ValueError:
        raise _bad(f"{what} is not valid JSON.") from None


def parse_json(data: bytes | str, what: str) -> Any:
    """Parse strict JSON in UTF-8, within Python's limits on digits and nesting."""
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise _bad(f"{what} is nested too deeply.") from None
    except ValueError:  # bad UTF-8, bad JSON, or an integer with too many digits
        raise _bad(f"{what} is not valid JSON.") from None


def _refuse_constant(name: str) -> Never:
    raise ValueError(name)


class FormParser(MultiPartParser):
    """Starlette's parser, which neither detects nor closes an incomplete file."""

    is_complete = False

    def on_end(self) -> None:
        """Note the closing boundary."""
        self.is_complete = True

    def close_files(self) -> None:
        """Close all opened files, including those that are not in the form."""
        for file in self._files_to_close_on_error:
            file.close()


async def parse_multipart(
    request: Request, resources: AsyncExitStack, limits: MultipartLimits
) -> Any:
    """Parse `operations` and insert the files where `map` says."""
    form = await read_form(request, resources, limits)
    operations = await parse_body(_text_field(form, "operations"), "The field `operations`")
    file_map = await parse_body(_text_field(form, "map"), "The field `map`")
    if not isinstance(operations, dict):
        return operations
    if not isinstance(file_map, dict):
        raise _bad("The field `map` must be a JSON object.")
    for name, paths in file_map.items():
        files = form.getlist(name)
        if len(files) != 1 or not isinstance(files[0], UploadFile):
            raise _bad("The field `map` names a file that does not appear exactly once.")
        if not isinstance(paths, list) or not paths:
            raise _bad("Each value of `map` must be a list of paths.")
        for path in paths:
            place_file(operations, path, files[0])
    return operations


async def read_form(
    request: Request, resources: AsyncExitStack, limits: MultipartLimits
) -> FormData:
    """Parse the form; its files are always closed with `resources`."""
    headers = Headers(raw=[(b"content-type", request.headers["content-type"].encode("latin-1"))])
    async with AsyncExitStack() as stream_closer:
        stream = request.stream()
        stream_closer.push_async_callback(stream.aclose)
        parser = FormParser(
            headers,
            stream,
            max_files=limits.max_files,
            max_fields=limits.max_fields,
            max_part_size=limits.max_field_bytes,
        )
        resources.callback(parser.close_files)
        try:
            form = await parser.parse()
        except (MultiPartException, HTTPException, UnicodeError) as error:
            detail = f": {error.message}" if isinstance(error, MultiPartException) else "."
            raise _bad(f"The multipart body can't be read{detail}") from None
        except OSError as error:
            raise _cannot_keep(error) from error
    if not parser.is_complete:
        raise _bad("The multipart body can't be read: it ends too early.")
    return form


def _text_field(form: FormData, name: str) -> str:
    values = form.getlist(name)
    if len(values) != 1 or not isinstance(values[0], str):
        raise _bad(f"A multipart body needs exactly one text field `{name}`.")
    return values[0]


def place_file(operations: dict[str, Any], path: object, file: UploadFile) -> None:
    """Replace the null at `path` with a file.

    A path is `variables.` followed by keys or indexes, separated by dots.
    """
    *keys, last = path.split(".") if isinstance(path, str) else [""]
    target: Any = operations
    try:
        if not keys or keys[0] != "variables":
            raise KeyError(path)
        for key in keys:
            target = target[_key_in(target, key)]
        place = _key_in(target, last)
        if target[place] is not None:
            raise KeyError(path)
        target[place] = file
    except (KeyError, IndexError, TypeError, ValueError):
        raise _bad("Each path of `map` must lead to a null in `operations.variables`.") from None


def _key_in(target: object, key: str) -> int | str:
    """Return the key for an object or a list; indexes must not be negative or padded."""
    if isinstance(target, list):
        if not (key.isascii() and key.isdigit() and key == str(int(key[:10]))):
            raise KeyError(key)
        return int(key)
    if not isinstance(target, dict):
        raise KeyError(key)
    return key


def _cannot_keep(error: OSError) -> RefusedRequestError:
    """Refuse an upload that cannot be kept while it arrives: the disk is full, for example."""
    reason = os.strerror(error.errno).lower() if error.errno else "a temporary file is unusable"
    logger.error("An upload cannot be kept in the temporary folder: %s", error)
    return RefusedRequestError(
        503,
        f"The service cannot keep the upload: {reason}.",
        code=ErrorCode.SERVICE_UNAVAILABLE,
        headers=RETRY_AFTER,
        retryable=True,
    )


def _bad(message: str) -> RefusedRequestError:
    return RefusedRequestError(400, message)
