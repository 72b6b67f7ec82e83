"""docs/reproduction.md shows what its rows say."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_tables_are_what_the_command_beside_them_prints():
    page = (ROOT / "docs" / "reproduction.md").read_text(encoding="utf-8")
    command = re.search(r"```sh\npython (tests/benchmarks/reproduction.py .*?)\n```", page, re.DOTALL)[1]
    words = shlex.split(command.replace("\\\n", " "))
    printed = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    shown = page.partition("<!-- tables -->\n")[2].partition("<!-- end of tables -->")[0]
    assert shown.strip() == printed.strip()
    assert printed.count("\n### ") + printed.startswith("### ") >= 3
