"""What needs an extra says which, and nothing else imports its libraries."""

import re
import sys
import tomllib
from types import ModuleType

import pytest

from kubewitness.errors import InputError
from kubewitness.optional_imports import MissingExtraError, optional_import
from support.paths import ROOT


def test_an_installed_module_is_returned() -> None:
    """Whole, and by its whole name."""
    assert isinstance(optional_import("importlib.metadata", "seal", "--key"), ModuleType)


def test_what_is_not_installed_is_bad_input_and_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And what needs it, by what the user wrote."""
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(
        InputError, match=r"^az://a: needs azure-identity; install kubewitness\[a"
    ) as e:
        optional_import("azure.identity", "azure", "az://a")
    assert isinstance(e.value, MissingExtraError)
    with pytest.raises(
        MissingExtraError, match=r"^x: needs pySigma; install kubewitness\[sigma\]$"
    ):
        optional_import("kubewitness.gone", "sigma", "x", library="pySigma")


def test_every_extra_that_is_asked_for_exists() -> None:
    """Pip passes over an extra that is misspelt with no more than a warning."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    sources = (ROOT / "components" / "kubewitness").rglob("*.py")
    asked = [
        extra
        for path in sources
        for extra in re.findall(r'optional_import\(\s*"[\w.]+",\s*"(\w+)"', path.read_text("utf-8"))
    ]
    assert set(asked) == set(project["optional-dependencies"])
