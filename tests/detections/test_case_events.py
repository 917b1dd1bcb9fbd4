"""The events of the cases look as a real kube-apiserver writes them."""

from kubewitness.detections.coverage.simulation import case_events
from support.paths import LIBRARY
from support.real_events import differences


def test_no_event_of_a_case_differs_from_real_ones() -> None:
    """In what a real server's log has shown."""
    events = [
        (path.relative_to(LIBRARY), event)
        for path in sorted(LIBRARY.glob("*/*/*.ndjson"))
        for event in case_events(path)
        if "auditID" in event
    ]
    assert len(events) > 2000
    assert not [(path, *found) for path, event in events if (found := [*differences(event)])]
