"""Print the results of a benchmark run as a table in Markdown: `python table.py benchmarks.json`."""

import json
import sys
from pathlib import Path


def main(path: str) -> None:
    """Print a line on the machine and a row per benchmark."""
    run = json.loads(Path(path).read_text())
    cpu = run["machine_info"]["cpu"]
    print(f"{cpu.get('brand_raw', 'unknown processor')}, {cpu.get('count')} cores; Python "
          f"{run['machine_info']['python_version']}; {run['datetime'][:10]}.\n")  # fmt: skip
    print("| benchmark | ms | beside it, ms | ratio |\n|---|---|---|---|")
    for row in run["benchmarks"]:
        extra = row["extra_info"]
        if "ratio" in extra:
            ratio = "{ratio:.2f} ({least_ratio:.2f} to {greatest_ratio:.2f})".format(**extra)
            cells = (f"{extra['ms']:.1f}", f"{extra['beside_ms']:.1f}", ratio)
        elif "peak_mb" in extra:
            cells = (f"peak {extra['peak_mb']:.0f} MB", "", "")
        else:
            cells = (f"{1000 * row['stats']['median']:.1f}", "", "")
        print(f"| {row['name'].removeprefix('test_')} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(sys.argv[1])
