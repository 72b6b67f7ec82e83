"""Versions, commit and hashes."""

import dataclasses
import subprocess
import sys

import pytest

from ucrbench.results import JobRow, commit, hash_json, versions


def test_versions_are_fields_of_a_job_row():
    found = versions()
    assert set(found) <= {field.name for field in dataclasses.fields(JobRow)}
    assert found["python"].count(".") == 2
    assert all(found.values())


def test_commit_is_hex_or_none():
    found = commit()
    assert found is None or int(found.removesuffix("+dirty"), 16) >= 0


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
