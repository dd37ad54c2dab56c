"""Events and results as JSON text."""

import decimal
import json

import pytest
import running  # noqa: F401  adds the modules of the build to the package

from pawl import payload
from pawl.payload import MarshalError, read_event, write_result


@pytest.fixture(name="native", autouse=True, params=[True, False], ids=["module", "json alone"])
def _native(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr(payload, "_native", None)
        return
    monkeypatch.setattr(payload, "_native", pytest.importorskip("pawl._json"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "1.0"),
        ("ü", '"ü"'),
        ({"a": [1, 2], "b": {}}, '{"a":[1,2],"b":{}}'),
        ((1, "x"), '[1,"x"]'),
        ({1: 2, None: 3, False: 4}, '{"1":2,"null":3,"false":4}'),
        ("\ud800", '"\\ud800"'),
        (b'{"as": "it is"}', '{"as": "it is"}'),
        (decimal.Decimal("1.50"), "1.50"),
        ([decimal.Decimal("-1E+3"), "1"], '[-1E+3,"1"]'),
        ({"x": decimal.Decimal(7), "s": "\ud800"}, '{"x":7,"s":"\\ud800"}'),
        (10**400, str(10**400)),
    ],
)
def test_a_result_becomes_compact_json(value, text):
    assert write_result(value) == text.encode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (set(), "Object of type set is not JSON serializable"),
        (object(), "Object of type object is not JSON serializable"),
        ([b"x"], "Object of type bytes is not JSON serializable"),
        (float("nan"), "Out of range float values are not JSON compliant"),
        ({"x": float("-inf")}, "Out of range float values are not JSON compliant"),
        (decimal.Decimal("Infinity"), "Out of range float values are not JSON compliant"),
        ([decimal.Decimal(1), set()], "Object of type set is not JSON serializable"),
        ({(1, 2): 3}, "keys must be str, int, float, bool or None, not tuple"),
        (b"{", "the function returned bytes that are not JSON: "),
        (b"\xff", "the function returned bytes that are not JSON: "),
        (b"NaN", "the function returned bytes that are not JSON: NaN is not JSON"),
    ],
)
def test_what_json_cannot_hold_is_a_marshal_error(value, reason):
    with pytest.raises(MarshalError) as caught:
        write_result(value)
    assert str(caught.value).startswith("Unable to marshal response: " + reason)


def test_a_value_inside_itself_is_a_marshal_error():
    value: list = []
    value.append(value)
    with pytest.raises(MarshalError, match="Circular reference"):
        write_result(value)


def test_a_value_too_deep_for_the_encoder_is_a_marshal_error():
    value: list = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(MarshalError, match="recursion"):
        write_result(value)


def test_text_that_looks_like_a_number_stays_text_beside_decimals():
    value = {"text": "12", "number": decimal.Decimal("12")}
    assert write_result(value) == b'{"text":"12","number":12}'


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", "-Infinity", "1 2", "'x'"])
def test_an_event_that_is_not_json_is_refused(text):
    with pytest.raises(ValueError):
        read_event(text)


@pytest.mark.parametrize("value", [None, 0, "x", [1, {"a": [True]}], {"ü": 1.5}])
def test_an_event_is_what_was_sent(value):
    assert read_event(json.dumps(value)) == value


def test_bytes_that_are_too_large_are_that_first() -> None:
    text = b"a" * (256 * 1024 + 1)
    assert write_result(text) == text
