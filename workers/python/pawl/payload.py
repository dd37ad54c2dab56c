"""Events and results as JSON text.

Plain values go through `pawl._json`, which is several times as fast; all else, and all of it where
that module was built for another Python, goes through json itself. The text of a result is compact.
NaN and infinities have no JSON form and are refused, which AWS leaves to whoever reads the result.
"""

from __future__ import annotations

import decimal
import json
import re
import secrets
from types import ModuleType
from typing import Any, NoReturn, Optional, Union

_native: Optional[ModuleType]
try:
    from pawl import _json as _native
except ImportError:
    _native = None

# Results of this size no server takes that has AWS's quota.
RESULT_BYTES_MAX = 256 * 1024


class MarshalError(Exception):
    """The function returned what JSON cannot hold."""


def refuse_constant(name: str) -> NoReturn:
    """Stands where json would read NaN or Infinity."""
    raise ValueError(f"{name} is not JSON")


_reader = json.JSONDecoder(parse_constant=refuse_constant)


def read_event(text: Union[str, bytes]) -> Any:
    """Parses an event. Raises ValueError where it is not JSON."""
    if _native is not None:
        value = _native.read(text)
        if value is not NotImplemented:
            return value
    return _reader.decode(text if isinstance(text, str) else text.decode())


class _FoundDecimal(Exception):
    """The value holds a Decimal, which the fast encoder cannot write."""


def _refuse(value: object) -> NoReturn:
    if isinstance(value, decimal.Decimal):
        raise _FoundDecimal
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


_write = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_refuse
).encode


def write_result(value: object) -> bytes:
    """The JSON text of a function's result.

    Bytes are the text itself, as in Lambda; a Decimal is a number.

    Raises:
        MarshalError: The value has no JSON form.
    """
    try:
        if type(value) is bytes:
            return _check_text(value)
        if _native is not None:
            text: bytes = _native.write(value)
            if text is not NotImplemented:
                return text
        return _write(value).encode()
    except (_FoundDecimal, UnicodeEncodeError):
        # A lone surrogate has no UTF-8 form, so JSON can hold it only escaped.
        return _write_escaped(value)
    except MarshalError:
        raise
    except Exception as error:
        raise MarshalError(f"Unable to marshal response: {error}") from None


def _check_text(value: bytes) -> bytes:
    if len(value) > RESULT_BYTES_MAX:
        # Whatever it is, it is too large first; the worker knows the server's limit and says so.
        return value
    try:
        read_event(value)
    except ValueError as error:
        raise MarshalError(
            f"Unable to marshal response: the function returned bytes that are not JSON: {error}"
        ) from None
    return value


def _write_escaped(value: object) -> bytes:
    # The encoder can only be given a string for a Decimal. The mark cannot occur in the user's
    # data, because it is drawn after the function has returned.
    mark = secrets.token_hex(16)

    def replace(found: object) -> str:
        if not isinstance(found, decimal.Decimal):
            _refuse(found)
        if not found.is_finite():
            raise ValueError("Out of range float values are not JSON compliant")
        return f"{mark}{found}"

    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"), default=replace)
    except Exception as error:
        raise MarshalError(f"Unable to marshal response: {error}") from None
    return re.sub(f'"{mark}([^"]*)"', r"\1", text).encode()
