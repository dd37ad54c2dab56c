"""How a handler is found and how failures look."""

import json
import sys

import pytest

from pawl.handler import STACK_FRAMES_MAX, Failure, describe, load_handler
from pawl.task_error import TaskError


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A directory of modules that is first on the path; what it defines is forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def load(code, name, text=None):
    if text is not None:
        (code / "tested.py").write_text(text)
    return load_handler(name, str(code))


def test_the_last_dot_separates_module_and_function(code):
    (code / "one").mkdir()
    (code / "one" / "__init__.py").write_text("")
    (code / "one" / "two.py").write_text("def go(event, context): return 'went'\n")
    for name in ("one.two.go", "one/two.go"):
        assert load(code, name)(None, None) == "went"


@pytest.mark.parametrize(
    ("name", "text", "error", "message"),
    [
        (
            "tested",
            "",
            "Runtime.MalformedHandlerName",
            "Bad handler 'tested': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "absent.handler",
            None,
            "Runtime.ImportModuleError",
            "Unable to import module 'absent': No module named 'absent'",
        ),
        (
            "a/b.handler",
            None,
            "Runtime.ImportModuleError",
            "Unable to import module 'a/b': No module named 'a'",
        ),
        (
            "tested.handler",
            "from os import no_such",
            "Runtime.ImportModuleError",
            "Unable to import module 'tested': cannot import name 'no_such' from 'os' ",
        ),
        (
            "tested.handler",
            "def f(:",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'tested': invalid syntax (tested.py, line 1)",
        ),
        (
            "tested.other",
            "",
            "Runtime.HandlerNotFound",
            "Handler 'other' missing on module 'tested'",
        ),
        (
            "sys.exit",
            None,
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module sys as a handler module",
        ),
        ("tested.handler", "1 / 0", "ZeroDivisionError", "division by zero"),
    ],
)
def test_a_handler_that_cannot_be_loaded_is_named_as_lambda_does(code, name, text, error, message):
    failure = load(code, name, text)
    assert isinstance(failure, Failure)
    assert failure.error_type == error
    assert failure.message.startswith(message)


def test_a_syntax_error_shows_its_place(code):
    failure = load(code, "tested.handler", "x = 1\ndef f(:\n")
    assert failure.stack_trace == (f'  File "{code}/tested.py" Line 2\n    def f(:\n',)


def test_a_module_that_was_there_first_is_named(code):
    (code / "json.py").write_text("def handler(event, context): pass\n")
    failure = load(code, "json.handler")
    assert failure.message.startswith("Handler 'handler' missing on module 'json' (imported from ")


def test_leaving_the_process_while_importing_is_not_caught(code):
    with pytest.raises(SystemExit):
        load(code, "tested.handler", "import sys; sys.exit(3)")


def test_the_payload_of_a_failure_has_lambdas_keys_in_lambdas_order():
    failure = Failure("Kind", 'a "ü"', ["  frame\n"])
    assert failure.to_json("id") == (
        '{"errorMessage": "a \\"ü\\"", "errorType": "Kind", "requestId": "id", '
        '"stackTrace": ["  frame\\n"]}'
    )


def test_a_message_without_utf8_form_is_escaped():
    assert json.loads(Failure("Kind", "\ud800", ()).to_json("id"))["errorMessage"] == "\ud800"


def test_an_error_whose_text_fails_has_a_text():
    class Odd(Exception):
        def __str__(self):
            raise ValueError

    assert describe(Odd(), None).message == "<unprintable Odd object>"


def test_a_trace_is_bounded():
    def there(depth):
        back(depth + 1)

    def back(depth):
        there(depth + 1)

    try:
        there(0)
    except RecursionError as error:
        failure = describe(error, error.__traceback__)
    assert len(failure.stack_trace) == STACK_FRAMES_MAX + 1
    assert "frames left out" in failure.stack_trace[STACK_FRAMES_MAX // 2]


def test_a_task_error_is_its_name_and_its_cause() -> None:
    failure = describe(TaskError("S3.NoSuchKeyException", "gone \ud800"), None)
    assert failure.error_type == "S3.NoSuchKeyException"
    assert failure.to_json("r") == "gone \\ud800"


def test_callers_see_the_files_where_lambda_has_them(code):
    failure = load(code, "tested.handler", "raise ValueError('no')\n")
    trace = json.loads(failure.to_json("id"))["stackTrace"]
    assert trace[-1].startswith('  File "/var/task/tested.py", line 1, ')
    assert f'  File "{code}/tested.py", line 1, ' in failure.to_log()
