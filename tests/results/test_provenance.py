"""Versions, commit and hashes."""

import dataclasses
import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from ucrbench.results import JobRow, commit, hash_json, versions

ROOT = Path(__file__).parents[2]


def test_versions_are_fields_of_a_job_row():
    found = versions()
    assert set(found) <= {field.name for field in dataclasses.fields(JobRow)}
    assert found["python"].count(".") == 2
    assert all(found.values())


def test_commit_is_hex_or_none():
    found = commit()
    assert found is None or int(found.removesuffix("+dirty"), 16) >= 0


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="there is no checkout to build from")
@pytest.mark.skipif(None in map(find_spec, ("pip", "setuptools")), reason="nothing builds a wheel without network here")
def test_a_wheel_carries_the_commit_it_was_built_from(tmp_path):
    source, site = tmp_path / "source", tmp_path / "site"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source)], check=True)
    asked = subprocess.run(["git", "-C", str(source), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "-w", str(tmp_path)]
    subprocess.run([*build, str(source)], check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    code = "import ucrbench.results as r; print(r.__file__); print(r.commit())"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    place, found = told.stdout.splitlines()
    assert place.startswith(str(site))
    assert found == asked.stdout.strip()


def test_hash_ignores_the_order_of_keys_and_sees_values():
    assert hash_json({"a": 1, "b": (1, 2)}) == hash_json({"b": [1, 2], "a": 1})
    assert hash_json({"a": 1}) != hash_json({"a": 2})
    assert len(hash_json(None)) == 20
    with pytest.raises(TypeError):
        hash_json({"a": object()})
    with pytest.raises(ValueError, match="JSON"):
        hash_json(float("nan"))


def test_the_room_does_not_import_torch():
    code = "import ucrbench.results, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
