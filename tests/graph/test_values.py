"""Values that are known, unknown or absent cannot be taken for one another."""

import pytest

from kubewitness.graph.values import ABSENT, Absent, Unknown


@pytest.mark.parametrize("value", [Unknown(), Unknown("a reason"), ABSENT])
def test_a_value_that_is_not_known_has_no_truth(value: Unknown | Absent) -> None:
    """`if value:` would take an unknown for true and so pass what nobody knows."""
    with pytest.raises(TypeError, match="has no truth; compare it with"):
        bool(value)
