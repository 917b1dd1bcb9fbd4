"""What all tests share."""

import shutil
from collections.abc import Iterator

import pytest

from engine import NEEDS_ENGINE, PULUMI, Engine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of the real engine where it is not installed, and say so."""
    if PULUMI is None:
        for item in items:
            if item.get_closest_marker("engine"):
                item.add_marker(pytest.mark.skip(reason=NEEDS_ENGINE))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all tests of a worker, below a folder with a space in its name."""
    root = tmp_path_factory.mktemp("an engine")
    yield Engine(root, providers=("azure-native", "azure"))
    shutil.rmtree(root)
