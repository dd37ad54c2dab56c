"""Parameters and results between a definition's JSON and boto3's values, along an API's shapes."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
from typing import Any

from pawl.aws.names import capital, did_you_mean, pascal

# The engine's limit of a result; a body is not read further.
BODY_BYTES_MAX = 256 * 1024
# Shapes may hold themselves.
DEPTH_MAX = 64

MEMBER_TYPES = {
    "structure": "an object",
    "map": "an object",
    "list": "an array",
    "string": "a string",
    "integer": "an integer",
    "long": "an integer",
    "float": "a number",
    "double": "a number",
    "boolean": "a boolean",
    "timestamp": "a time such as 2024-01-31T12:00:00Z",
    "blob": "a string in base64",
}


class ParameterError(Exception):
    """A parameter that the call does not have, or that has the wrong type."""


class ResultError(Exception):
    """A result that JSON cannot hold."""


def found(value: Any) -> str:
    """The type of a JSON value, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return "a string" if isinstance(value, str) else "a number"


def json_text(value: Any) -> str:
    """The JSON text that stands for a value where an API wants text, as recorded: compact."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Parameters:
    """Reads the parameters of one call."""

    def __init__(self, operation: Any, is_optimized: bool) -> None:
        """``operation`` is botocore's model of it.

        The optimized integrations take any JSON where their API wants text, such as the body of a
        message (Step Functions Developer Guide, "Send messages to an Amazon SQS queue").
        """
        self._is_optimized = is_optimized
        self._call = operation.name
        shape = operation.input_shape
        self._shape = shape
        self._payload = shape.serialization.get("payload") if shape is not None else None

    def read(self, parameters: Any) -> dict[str, Any]:
        """What boto3 is to be called with. Raises ParameterError."""
        if not isinstance(parameters, dict):
            raise ParameterError(f"the parameters must be an object, found {found(parameters)}")
        if self._shape is None:
            if parameters:
                raise ParameterError(f"{self._call} has no parameters")
            return {}
        read = self._structure(self._shape, parameters, "", 0)
        return read if isinstance(read, dict) else {}

    def _read(self, shape: Any, value: Any, path: str, depth: int) -> Any:
        if depth > DEPTH_MAX:
            raise ParameterError(f"{path} is nested deeper than {DEPTH_MAX} levels")
        if getattr(shape, "is_document_type", False):
            return value
        kind = shape.type_name
        if kind == "structure" and isinstance(value, dict):
            return self._structure(shape, value, path, depth)
        if kind == "list" and isinstance(value, list):
            member = shape.member
            return [
                self._read(member, item, f"{path}[{index}]", depth + 1)
                for index, item in enumerate(value)
            ]
        if kind == "map" and isinstance(value, dict):
            return {
                key: self._read(shape.value, item, f"{path}.{key}", depth + 1)
                for key, item in value.items()
            }
        return self._scalar(shape, value, path)

    def _structure(self, shape: Any, value: dict[str, Any], path: str, depth: int) -> Any:
        names = {pascal(shape.name, name): name for name in shape.members}
        names.update({capital(name): name for name in shape.members})
        read = {}
        for key, item in value.items():
            place = f"{path}.{key}" if path else key
            name = names.get(key)
            if name is None:
                raise ParameterError(
                    f"The field '{place}' is not supported by {self._call}"
                    + did_you_mean(key, names)
                )
            # As recorded, null is no parameter: the service says which it misses.
            if item is None:
                continue
            member = shape.members[name]
            if not path and name == self._payload and member.type_name == "blob":
                read[name] = self._payload_bytes(member, item)
            else:
                read[name] = self._read(member, item, place, depth + 1)
        return read

    def _payload_bytes(self, shape: Any, value: Any) -> bytes:
        # Recorded (services, test_s3_put_object): a body is the JSON text of its value, also of a
        # string. A payload that is no stream, such as Lambda's, is the string itself.
        if isinstance(value, str) and not shape.serialization.get("streaming"):
            return value.encode()
        return json_text(value).encode()

    def _scalar(self, shape: Any, value: Any, path: str) -> Any:
        kind = shape.type_name
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if kind == "boolean" and isinstance(value, bool):
            return value
        if kind in ("integer", "long") and is_number and value == int(value):
            return int(value)
        if kind in ("float", "double") and is_number:
            return value
        if kind == "timestamp" and (is_number or isinstance(value, str)):
            return value
        if kind == "string":
            if isinstance(value, str):
                return value
            if self._is_optimized or shape.serialization.get("jsonvalue"):
                return json_text(value)
        if kind == "blob":
            if not isinstance(value, str):
                return json_text(value).encode()
            try:
                return base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                pass
        expected = MEMBER_TYPES.get(kind, kind)
        raise ParameterError(
            f"The value for the field '{path}' must be {expected}, found {found(value)}"
        )


class Results:
    """Writes the result of one call."""

    def __init__(self, operation: Any, is_optimized: bool) -> None:
        """The optimized integrations keep the API's spelling of members; SDK ones have Java's."""
        self._is_optimized = is_optimized
        shape = operation.output_shape
        self._shape = shape
        self._payload = shape.serialization.get("payload") if shape is not None else None

    def write(self, result: dict[str, Any]) -> dict[str, Any]:
        """The result as JSON, without boto3's own metadata. Raises ResultError."""
        if self._shape is None:
            return {}
        written = self._structure(self._shape, result)
        if self._payload in result:
            name = self._name(self._shape, self._payload)
            body = result[self._payload]
            if hasattr(body, "read"):
                written[name] = body_text(body)
            elif isinstance(body, bytes):
                written[name] = decoded(body, name)
        return written

    def _name(self, shape: Any, member: str) -> str:
        return capital(member) if self._is_optimized else pascal(shape.name, member)

    def _structure(self, shape: Any, value: dict[str, Any]) -> dict[str, Any]:
        return {
            self._name(shape, name): self._write(shape.members[name], item)
            for name, item in value.items()
            if name in shape.members
        }

    def _write(self, shape: Any, value: Any) -> Any:
        if getattr(shape, "is_document_type", False):
            return value
        if shape.type_name == "structure" and isinstance(value, dict):
            return self._structure(shape, value)
        if shape.type_name == "list" and isinstance(value, list):
            return [self._write(shape.member, item) for item in value]
        if shape.type_name == "map" and isinstance(value, dict):
            return {key: self._write(shape.value, item) for key, item in value.items()}
        if isinstance(value, datetime.datetime):
            return self._time(value)
        if isinstance(value, (bytes, bytearray)):
            return base64.b64encode(value).decode()
        return None if hasattr(value, "read") else value

    def _time(self, time: datetime.datetime) -> Any:
        # As recorded of startExecution: milliseconds from an optimized integration, text from the
        # SDK's.
        if self._is_optimized:
            return int(time.timestamp() * 1000)
        return time.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def body_text(body: Any) -> str:
    """The text of a body, such as an S3 object's. Raises ResultError."""
    data = body.read(BODY_BYTES_MAX + 1)
    body.close()
    if len(data) > BODY_BYTES_MAX:
        raise ResultError(f"the body has more than {BODY_BYTES_MAX} bytes")
    return decoded(data, "the body")


def decoded(data: bytes, what: str) -> str:
    """Bytes in UTF-8. Raises ResultError."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ResultError(f"{what} is not UTF-8, so a state cannot hold it") from None
