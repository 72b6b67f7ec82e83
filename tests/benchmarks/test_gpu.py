"""The script for a card does all of its parts, in small on a CPU."""

import json
import subprocess
import sys
from pathlib import Path

import gpu
import pytest


@pytest.mark.soak  # half a minute
def test_every_part_writes_its_rows(tmp_path):
    command = [sys.executable, str(Path(__file__).with_name("gpu.py")), str(tmp_path), "--cpu"]
    subprocess.run(command, check=True)
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert not [row for row in rows if row["name"] in ("failed", "cut short", "not run")]
    for part in gpu.parts_of():
        assert [row["name"] for row in rows if row["part"] == part][-1] == "whole part"
        assert len([row for row in rows if row["part"] == part]) > 1
    assert len((tmp_path / "table.md").read_text().splitlines()) == 2 + len(rows)
    steps = [row for row in rows if row["part"] == "steps" and "ratio" in row]
    assert len(steps) == 5
    assert all(row["ms"] > 0 and row["beside_ms"] > 0 for row in steps)


def test_a_part_that_fails_or_takes_too_long_is_a_row(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import gpu, os\n"
        "os.environ['UCRBENCH_DEVICE'] = 'cpu'\n"
        "def fails(place, write):\n"
        "    write('before', value=1.0)\n"
        "    raise ValueError('a reason')\n"
        "gpu.parts_of = lambda: {'fails': (fails, 150), 'hangs': (lambda place, write: time.sleep(100), 150)}\n"
        "gpu.GRACE, gpu.LEAST = 1, 0.5\n"
        "gpu.main()\n"
    )
    subprocess.run([sys.executable, str(script), str(tmp_path / "out"), "--cpu", "--minutes", "0.1"], check=True)
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    found = [(row["part"], row["name"]) for row in rows if row["part"] != "about" and row["name"] != "whole part"]
    assert found == [("fails", "before"), ("fails", "failed"), ("hangs", "cut short")]
