"""The folder of a policy pack: what the Pulumi CLI finds in it, and what its Python does."""

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kubewitness.errors import InputError
from kubewitness.policies.crossguard import pack_folder as under_test
from kubewitness.policies.crossguard.pack_folder import write_policy_pack
from kubewitness.policies.packs import all_packs


@pytest.mark.parametrize("name", all_packs())
def test_the_folder_serves_the_pack_that_it_is_named_for(name: str, tmp_path: Path) -> None:
    """Its manifest names an environment of its own, its program the pack."""
    written = write_policy_pack(name, tmp_path / "a cache")
    manifest = yaml.safe_load((written / "PulumiPolicy.yaml").read_text("utf-8"))
    assert manifest["description"] == all_packs()[name].title
    assert manifest["runtime"]["name"] == "python"
    assert manifest["runtime"]["options"] == {"virtualenv": str(written / "environment")}
    assert manifest["version"].count(".") == 2
    assert written.is_absolute()
    assert written.name == name
    assert f"serve({name!r})" in (written / "__main__.py").read_text("utf-8")


def test_its_python_is_ours(tmp_path: Path) -> None:
    """Both names run the interpreter that kubewitness is installed in, arguments and all."""
    written = write_policy_pack("kubewitness", tmp_path)
    code = "import sys; print(sys.prefix, sys.argv[1])"
    for name in ("python", "python3"):
        command = [str(written / "environment" / "bin" / name), "-c", code, "an argument"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == f"{sys.prefix} an argument"
    settings = (written / "environment" / "pyvenv.cfg").read_text("utf-8")
    assert settings == f"home = {Path(sys.executable).parent}\n"


def test_a_python_that_is_gone_is_named_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1 and what to do, where the CLI would wait for ever; also with odd names."""
    gone = str(tmp_path / "an 'old' environment" / "python")
    monkeypatch.setattr(sys, "executable", gone)
    written = write_policy_pack("kubewitness", tmp_path)
    command = [written / "environment" / "bin" / "python"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "an old environment/python is gone; install kubewitness again" in done.stderr
    assert shlex.quote(gone) in command[0].read_text("utf-8")


def test_two_installations_write_two_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same one writes to the same place, over what was there."""
    first = write_policy_pack("kubewitness", tmp_path)
    (first / "__main__.py").write_text("stale", "utf-8")
    assert write_policy_pack("kubewitness", tmp_path) == first
    assert "stale" not in (first / "__main__.py").read_text("utf-8")
    monkeypatch.setattr(sys, "executable", "/elsewhere/bin/python")
    assert write_policy_pack("kubewitness", tmp_path) != first


def test_no_half_written_file_is_left_behind(tmp_path: Path) -> None:
    """Files are put in place whole; only the scripts can be executed."""
    written = write_policy_pack("kubewitness", tmp_path)
    files = {path for path in written.rglob("*") if path.is_file()}
    assert {path.name for path in files} == {
        "PulumiPolicy.yaml",
        "__main__.py",
        "pyvenv.cfg",
        "python",
        "python3",
    }
    executable = {path.name for path in files if path.stat().st_mode & stat.S_IXUSR}
    assert executable == {"python", "python3"}


def test_the_cache_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`XDG_CACHE_HOME` where it is set, `~/.cache` elsewhere."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert write_policy_pack("kubewitness").is_relative_to(tmp_path / "xdg" / "kubewitness")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert write_policy_pack("kubewitness").is_relative_to(
        tmp_path / "home" / ".cache" / "kubewitness"
    )


def test_a_cache_that_cannot_be_written_is_an_error_that_helps(tmp_path: Path) -> None:
    """No traceback, but what to set."""
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    with pytest.raises(InputError, match="set XDG_CACHE_HOME to a folder that can be written"):
        write_policy_pack("kubewitness", blocked)


def test_windows_names_the_real_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No shell script runs there."""
    monkeypatch.setattr(under_test, "os", _Windows())
    written = write_policy_pack("kubewitness", tmp_path)
    manifest = yaml.safe_load((written / "PulumiPolicy.yaml").read_text("utf-8"))
    assert manifest["runtime"]["options"] == {"virtualenv": sys.prefix}


class _Windows:
    """The module `os` as it is on Windows."""

    name = "nt"

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)
