"""Measure what a card does: `python gpu.py OUT --minutes 5`; `--cpu` runs all of it with tiny sizes on a CPU.

Each part runs in a process of its own with a time limit. A row is appended to OUT/rows.jsonl as soon as it is known,
and OUT/table.md is written anew after every part, so that a run that is cut short loses nothing. Nothing is needed but
the package and what it needs; pytest is used where it is there. Networks are the protocol's, the sweep is `standard`.
"""

import argparse
import json
import os
import platform
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

GRACE = 10  # seconds for a part that is ended, to end its processes and the MPS daemon
LEAST = 5  # seconds that a part is to have


class Rows:
    """Rows of OUT/rows.jsonl, and the table made of them."""

    def __init__(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self.file, self.table = out / "rows.jsonl", out / "table.md"

    def write(self, part: str, name: str, **values: Any) -> None:
        """Append a row at once."""
        row = {"part": part, "name": name, **values}
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, default=float) + "\n")
        print(f"{part}: {name}: {_cells(values)}", flush=True)

    def tabulate(self) -> None:
        """Write the table of all rows."""
        rows = [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]
        lines = ["| part | what | found |", "|---|---|---|"]
        for row in rows:
            part, name = row.pop("part"), row.pop("name")
            lines.append(f"| {part} | {name.replace('|', '/')} | {_cells(row).replace('|', '/')} |")
        self.table.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _cells(values: dict[str, Any]) -> str:
    parts = ((key, f"{value:.4g}" if isinstance(value, float) else value) for key, value in values.items())
    return ", ".join(f"{key} {value}" for key, value in parts if value != "")


def _child(part: str, function, place, rows: Rows) -> None:
    """Run a part in a process group of its own; what ends it badly becomes a row."""
    os.setsid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what it has started is ended
    try:
        function(place, lambda name, **values: rows.write(part, name, **values))
    except Exception as error:
        traceback.print_exc()
        rows.write(part, "failed", note=f"{type(error).__name__}: {error}".splitlines()[0])
        sys.exit(1)


def _end(process) -> None:
    for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, None)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.join(patience)


def parts_of() -> dict[str, tuple[Any, float]]:
    """Return the parts by name: the function, and the seconds that it may take of five minutes.

    What one leaves falls to those behind it.
    """
    import gpu_parts as single  # with their torch
    import gpu_sharing as sharing

    return {
        "steps": (single.steps, 60), "settings": (single.settings, 30), "joint_views": (single.joint_views, 25),
        "stages": (single.stages, 25), "profile": (single.profile, 20), "sweep": (sharing.sweep, 120),
        "throughput": (sharing.throughput, 160), "compiled": (single.compiled, 60),
        "cuda_tests": (single.cuda_tests, 100),
    }  # fmt: skip


def main() -> None:
    """Run the parts one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--data-dir", help="folder of the archive; without it the sets that aeon ships")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--parts", help="names with commas between them; by default all")
    given = parser.parse_args()
    device = "cpu" if given.cpu else "cuda"
    os.environ["UCRBENCH_DEVICE"] = device  # before `places` asks the card: what has used a card cannot fork
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import gpu_parts as single  # with its torch
    import torch

    from ucrbench.results import commit, versions

    sizes: dict[str, Any] = {
        "preset": "thesis", "sweep": "standard", "lengths": (140, 500, 1024), "batch": 128, "stage_batch": 256,
        "positions": 75, "steps": 100, "samples": 1000, "processes": (1, 4, 8, 16), "data_sets": 3,
        "variants": ("main",),
    }  # fmt: skip
    if given.cpu:
        sizes = {
            "preset": "smoke", "sweep": "smoke", "lengths": (24,), "batch": 8, "stage_batch": 8, "positions": 10,
            "steps": 2, "samples": 8, "processes": (1, 2), "data_sets": 1, "variants": ("ae",),
        }  # fmt: skip
    parts = parts_of()
    unknown = set((given.parts or "").split(",")) - {"", *parts}
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; choose from {', '.join(parts)}")
    names = given.parts.split(",") if given.parts else list(parts)
    rows, end = Rows(given.out), time.monotonic() + 60 * given.minutes
    rows.write("about", "machine", python=platform.python_version(), cores=os.cpu_count(), commit=commit() or "unknown")
    rows.write("about", "packages", **versions(), cuda=torch.version.cuda or "none")
    for i, name in enumerate(names):
        function, seconds = parts[name]
        later = sum(parts[other][1] for other in names[i + 1 :])
        left = end - time.monotonic() - GRACE
        limit = max(left * seconds / (seconds + later), min(left, seconds * given.minutes / 5))
        if left < LEAST:
            rows.write(name, "not run", note="no time was left")
            continue
        place = single.Place(given.out, device, given.data_dir, limit, **sizes)
        process = single.fork.Process(target=_child, args=(name, function, place, rows))
        started = time.monotonic()
        process.start()
        process.join(limit)
        if process.is_alive():
            rows.write(name, "cut short", note=f"after {limit:.0f} s")
        _end(process)
        rows.write(name, "whole part", seconds=time.monotonic() - started)
        rows.tabulate()
    rows.tabulate()


if __name__ == "__main__":
    main()
