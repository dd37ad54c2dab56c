"""pawl._json beside Python's json: what it takes it makes equal, the rest it leaves."""

import collections
import decimal
import enum
import json
import random
import sys

import pytest
from running import needs_json

from pawl import payload

pytestmark = needs_json


@pytest.fixture(name="native", scope="module")
def _native():
    from pawl import _json

    return _json


def python_reads(text):
    return json.loads(text, parse_constant=payload.refuse_constant)


def python_writes(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def same(left, right):
    """Equal, also in types, signs of zero and the order of names."""
    return repr(left) == repr(right)


def a_text(chance):
    alphabets = ("abc", 'a"\\\n\t\x00\x1f\x7f/', "aäß", "a€漢", "a😀\u2028")
    alphabet = chance.choice(alphabets)
    return "".join(chance.choice(alphabet) for _ in range(chance.choice((0, 1, 3, 15, 16, 17, 80))))


def a_value(chance, depth=0):
    kind = chance.randrange(7 if depth > 4 else 10)
    if kind == 0:
        return chance.choice((None, True, False))
    if kind == 1:
        return chance.choice(
            (0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63), chance.randrange(10**6))
        )
    if kind == 2:
        return chance.choice((0.0, -0.0, 1e16, 5e-324, 1.7976931348623157e308, chance.random()))
    if kind <= 6:
        return a_text(chance)
    if kind == 7:
        return [a_value(chance, depth + 1) for _ in range(chance.randrange(5))]
    # The same few names again and again, and some of their own.
    names = (
        chance.choice(("id", "name", "tags", a_text(chance))) for _ in range(chance.randrange(6))
    )
    return {name: a_value(chance, depth + 1) for name in names}


def test_values_drawn_at_random_are_written_and_read_as_python_does(native):
    chance = random.Random(20261129)
    for _ in range(3000):
        value = a_value(chance)
        text = native.write(value)
        assert text == python_writes(value)
        assert same(native.read(text), value)
        spaced = json.dumps(value, indent=chance.choice((None, 1)))
        assert same(native.read(spaced), value)
        assert same(native.read(spaced.encode()), value)


def test_texts_cut_or_changed_are_read_as_python_does_or_left_to_it(native):
    chance = random.Random(4627)
    taken = 0
    for _ in range(3000):
        text = bytearray(python_writes(a_value(chance)))
        for _ in range(chance.randrange(3)):
            if text:
                text[chance.randrange(len(text))] = chance.choice(b'{}[]",:\\0129.eE-+tnu \xff\xc3')
        text = bytes(text[: chance.randrange(len(text) + 1)])
        value = native.read(text)
        if value is not NotImplemented:
            taken += 1
            assert same(value, python_reads(text.decode()))
    assert taken > 100


@pytest.mark.parametrize(
    "text",
    ["0", "-0", "-0.0", "1E5", "1e-7", "0.1e+2", "1e999", "-1e999", "1e-999", "123456789012345678"]
    + ["9223372036854775807", "9223372036854775808", "-9223372036854775809", "1" * 400]
    + ['""', '"\\u00e4\\ud83d\\ude00\\n"', "[]", "{}", '{"":1}', '[{"a":1},{"a":2}]', " [1 , 2] "]
    + [f'{{"{"n" * 65}":1,"{"n" * 64}":2}}', "[" * 500 + "]" * 500],
)
def test_what_is_taken_is_what_python_reads(native, text):
    assert same(native.read(text), python_reads(text))
    assert same(native.read(text.encode()), python_reads(text))


@pytest.mark.parametrize(
    "text",
    ["", "{", "NaN", "[Infinity]", "1 2", '"\\ud800"', '{"a":1,"a":2}', "\ufeff1", "[" * 600]
    + ["[" * 513 + "]" * 513, "1" * (sys.int_info.default_max_str_digits + 1), '"\ud800"'],
)
def test_what_needs_care_is_left_to_python(native, text):
    assert native.read(text) is NotImplemented


def test_bytes_that_are_no_utf8_are_left_to_python(native):
    assert native.read(b'"\xff"') is NotImplemented


class Text(str):
    pass


class Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    "value",
    [Text("x"), Number.ONE, collections.OrderedDict(a=1), {1: 2}, {Text("x"): 1}, {"x": Number.ONE}]
    + [
        float("nan"),
        [float("inf")],
        2**63,
        -(2**63) - 1,
        decimal.Decimal(1),
        b"x",
        bytearray(b"x"),
    ]
    + [set(), object(), "\ud800", {"\ud800": 1}, [[1, {2}]], collections.namedtuple("P", "x")(1)],
)
def test_values_that_are_not_plain_are_left_to_python(native, value):
    assert native.write(value) is NotImplemented


def test_a_value_inside_itself_is_left_to_python(native):
    value: list = []
    value.append({"again": value})
    assert native.write(value) is NotImplemented


def test_depth(native):
    value: list = []
    for _ in range(199):
        value = [value]
    assert native.write(value) == b"[" * 200 + b"]" * 200
    assert native.write([value]) is NotImplemented


def test_names_of_many_objects_are_one_str(native):
    first, second = native.read('[{"identifier":1},{"identifier":2}]')
    assert next(iter(first)) is next(iter(second))


def test_nothing_is_kept(native):
    value = {"rows": [{"id": 1.5, "ä": "ü" * 40}] * 3}
    text = native.write(value)
    native.read(text)
    before = sys.getrefcount(None)
    for _ in range(1000):
        native.read(text)
        native.read('[null, {"a": null}, nul')
        native.write([None, value, {1}])
    assert abs(sys.getrefcount(None) - before) < 100


@pytest.mark.parametrize("argument", [None, 1, [], bytearray(b"1")])
def test_a_text_is_str_or_bytes(native, argument):
    with pytest.raises(TypeError):
        native.read(argument)
