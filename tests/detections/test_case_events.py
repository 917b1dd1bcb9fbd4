"""The events of the cases look as a real kube-apiserver writes them."""

from typing import Any

import pytest

from kubewitness.detections.coverage.simulation import case_events
from support.paths import LIBRARY
from support.real_events import differences

EVENTS = [
    (path.relative_to(LIBRARY), event)
    for path in sorted(LIBRARY.glob("*/*/*.ndjson"))
    for event in case_events(path)
    if "auditID" in event
]


def test_no_event_of_a_case_differs_from_real_ones() -> None:
    """In what a real server's log has shown."""
    assert len(EVENTS) > 2000
    assert not [(path, *found) for path, event in EVENTS if (found := [*differences(event)])]


@pytest.mark.parametrize(
    ("edit", "difference"),
    [
        ({"responseStatus": {"metadata": {}, "code": 401}}, "the status of 401 is"),
        ({"stage": "ResponseComplete"}, "401 has the stage ResponseStarted alone"),
        ({"user": {"username": "a"}}, "401 has the stage ResponseStarted alone"),
        ({"annotations": {"a": "b"}}, "401 has the stage ResponseStarted alone"),
        ({"annotations": {}}, "a token request names the token"),
        ({"user": {"username": "system:node:a"}}, "a user with a client certificate"),
        ({"user": {"username": "aksService"}}, "a user with a client certificate"),
        ({"requestObject": None}, "a deletion has a requestObject"),
        ({"responseObject": None}, "a deletion has a responseObject"),
        ({"annotations": {"authorization.k8s.io/reason": "RBAC"}}, "system:masters is allowed"),
    ],
)
def test_an_edited_event_differs(edit: dict[str, Any], difference: str) -> None:
    """Each difference is found if the events of the cases have it. None removes a field."""
    edited = (
        {name: value for name, value in {**event, **edit}.items() if value is not None}
        for _, event in EVENTS
    )
    found = {text for event in edited for text in differences(event)}
    assert [text for text in found if text.startswith(difference)]
