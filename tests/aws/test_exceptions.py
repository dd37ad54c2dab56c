"""boto3 raises, for each operation, the exceptions that the API's model names for it."""

from __future__ import annotations

from typing import Any

import pytest

from provocations import PROVOKED, Provocation, reason_not_provoked, unused_reasons
from resources import Resources


@pytest.fixture(name="resources", scope="module")
def fixture_resources(newer: Any) -> Resources:
    return Resources(newer)


def modelled(sfn: Any) -> set[tuple[str, str]]:
    model = sfn.meta.service_model
    return {
        (name, shape.name)
        for name in model.operation_names
        for shape in model.operation_model(name).error_shapes
    }


def test_each_exception_of_the_model_is_provoked_or_has_a_reason(newer: Any) -> None:
    pairs = modelled(newer)
    excused = {pair for pair in pairs if reason_not_provoked(*pair)}
    assert pairs - excused == set(PROVOKED)
    assert not unused_reasons(pairs)


@pytest.mark.parametrize(
    ("operation", "exception", "provocation"),
    [pytest.param(*pair, provocation, id="-".join(pair)) for pair, provocation in PROVOKED.items()],
)
def test_an_exception_is_raised(
    resources: Resources, operation: str, exception: str, provocation: Provocation
) -> None:
    sfn = resources.sfn
    with pytest.raises(sfn.exceptions.ClientError) as raised:
        provocation(resources)
    assert raised.value.operation_name == operation, raised.value
    assert isinstance(raised.value, getattr(sfn.exceptions, exception)), raised.value
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert raised.value.response["Error"]["Message"]
