"""Finds a function's handler and puts its failures into the form AWS Lambda gives them."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from types import TracebackType
from typing import Any, Callable, NamedTuple, Optional, Sequence

from pawl.context import Context
from pawl.task_error import TaskError

Handler = Callable[[Any, Context], Any]

# A message or a stack trace beyond this says nothing more; the engine's causes are shorter still.
ERROR_MESSAGE_CHARACTERS_MAX = 32 * 1024
STACK_FRAMES_MAX = 100
ERROR_TYPE_CHARACTERS_MAX = 256
# Where AWS Lambda has a function's code, and where it is here, with a slash behind it.
TASK_ROOT = "/var/task/"
_own_files = ""


class Failure(NamedTuple):
    """How an invocation failed, before it is known which one."""

    error_type: str
    message: str
    stack_trace: Sequence[str]
    # The whole payload, of a function that says it itself.
    cause: Optional[str] = None

    def to_json(self, request_id: str) -> str:
        """The payload that the caller of a failed function receives; the order of keys is AWS's."""
        if self.cause is not None:
            return self.cause if is_encodable(self.cause) else ascii(self.cause)[1:-1]
        payload = {
            "errorMessage": self.message,
            "errorType": self.error_type,
            "requestId": request_id,
            "stackTrace": [as_in_lambda(frame) for frame in self.stack_trace],
        }
        text = json.dumps(payload, ensure_ascii=False)
        return text if is_encodable(text) else json.dumps(payload)

    def error_type_bytes(self) -> bytes:
        """The error's name as the pool gets it."""
        return self.error_type[:ERROR_TYPE_CHARACTERS_MAX].encode(errors="backslashreplace")

    def to_log(self) -> str:
        """The log text of an unhandled error."""
        text = f"[ERROR] {self.error_type}: {self.message}\n"
        if self.stack_trace:
            text += "Traceback (most recent call last):\n" + "".join(self.stack_trace)
        return text


def is_encodable(text: str) -> bool:
    """Whether ``text`` has a UTF-8 form: a lone surrogate has none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def describe(error: BaseException, trace: Optional[TracebackType]) -> Failure:
    """The failure that an exception raised by the function's own code stands for."""
    if isinstance(error, TaskError):
        cause = error.cause[:ERROR_MESSAGE_CHARACTERS_MAX]
        return Failure(error.name, cause, (), cause)
    try:
        message = str(error)
    except Exception:
        message = f"<unprintable {type(error).__name__} object>"
    frames = traceback.format_list(traceback.extract_tb(trace))
    if len(frames) > STACK_FRAMES_MAX:
        half = STACK_FRAMES_MAX // 2
        left_out = len(frames) - 2 * half
        frames[half:-half] = [f"  [{left_out} frames left out]\n"]
    return Failure(type(error).__name__, message[:ERROR_MESSAGE_CHARACTERS_MAX], frames)


def as_in_lambda(frame: str) -> str:
    """A frame's text with the function's own file where AWS Lambda has it.

    Callers see what they would see of Lambda; the log tells the file's place on this machine.
    """
    prefix = f'  File "{_own_files}'
    if _own_files and frame.startswith(prefix):
        return f'  File "{TASK_ROOT}' + frame[len(prefix) :]
    return frame


def load_handler(name: str, code_directory: str) -> Handler | Failure:
    """Imports the module of handler ``name`` ("package/module.function") and returns the function.

    What the import raises on purpose to end the process (SystemExit) is not caught.
    """
    global _own_files  # pylint: disable=global-statement
    _own_files = os.path.join(code_directory, "")
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        message = f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        return Failure("Runtime.MalformedHandlerName", message, ())
    dotted = module_name.replace("/", ".")
    if dotted.split(".")[0] in sys.builtin_module_names:
        message = f"Cannot use built-in module {module_name} as a handler module"
        return Failure("Runtime.BuiltInModuleConflict", message, ())
    try:
        module = importlib.import_module(dotted)
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        return Failure("Runtime.ImportModuleError", message, ())
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        return Failure("Runtime.UserCodeSyntaxError", message, (place,))
    except Exception as error:
        trace = error.__traceback__
        return describe(error, trace.tb_next if trace else None)
    handler: Optional[Handler] = getattr(module, function_name, None)
    if handler is None:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        return Failure("Runtime.HandlerNotFound", message + foreign(module, code_directory), ())
    return handler


def foreign(module: object, code_directory: str) -> str:
    """A hint for the case that another module of the same name was there first."""
    file = getattr(module, "__file__", None) or ""
    if file and os.path.commonpath([os.path.abspath(file), code_directory]) != code_directory:
        return f" (imported from {file}: give the function's module a name of its own)"
    return ""
