"""The notebook of docs/ runs from its first cell to its last, and draws what it says."""

from pathlib import Path

import nbclient
import nbformat
import numpy as np
from synthetic_store import VARIANTS, build

from ucrbench.results import ResultStore

NOTEBOOK = Path(__file__).parents[2] / "docs" / "analysis.ipynb"


def latents(quantised):
    rng = np.random.default_rng(0)
    y = np.arange(20) % 2
    arrays = {"train": rng.normal(size=(20, 4)), "test": rng.normal(size=(20, 4)), "y_train": y, "y_test": y}
    return arrays | ({"code_counts": np.arange(8)} if quantised else {})


def test_notebook_runs(tmp_path):
    build(tmp_path / "ucrbench-demo", list("ABCDEF"), names=["linear_probe", "fid"])
    # The scaled series are not trained and generate nothing.
    build(tmp_path / "ucrbench-demo", list("ABCDEF"), ("raw",), names=["linear_probe"], samples=False)
    store = ResultStore(tmp_path / "ucrbench-demo", create=True)
    for row in store.jobs().itertuples():
        store.save_arrays(row.job, "latents", **latents(row.variant.startswith("vqvae")))
        assert (store.curves(row.job) is None) == (row.variant == "raw")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    drawn = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(drawn) == 11
    assert outputs[-1]["data"]["text/plain"] == "[]"
    assert all(name in outputs[1]["data"]["text/html"] for name in VARIANTS)
    assert (tmp_path / "paper" / "main.tex").is_file()
