"""The folder of a paper, compiled: no error of LaTeX, nothing wider than its column, and pages that are used."""

import re
import shutil
import subprocess

import pytest
from synthetic_store import build

from ucrbench.reports import check, paper
from ucrbench.reports.paper.latex import Cell, booktabs, escape
from ucrbench.reports.paper.layout import layout_of
from ucrbench.reports.paper.widths import width_of


def latex_lacks():
    """Return what the documents need and is not installed, the first such thing; "" for nothing."""
    if shutil.which("pdflatex") is None:
        return "pdflatex"
    needed = ("booktabs.sty", "longtable.sty", "geometry.sty", "graphicx.sty", "textcomp.sty")
    return next((name for name in needed if not subprocess.run(["kpsewhich", name], capture_output=True).stdout), "")


LACKS = latex_lacks()
pytestmark = pytest.mark.skipif(bool(LACKS), reason=f"{LACKS} is not installed")

NASTY = "<script>alert('x')</script> & 50%_$#{}~^\\"
HOSTILE = [NASTY, "b" * 80, "M" * 80, "😀 & <b>", "[x] -- ,, `q'' \"w\"", "é_ß/ñ 日本"]
FOURTEEN = (
    *("ae", "vae", "vqvae", "vqvae_vicreg", "vqvae_barlow", "vqvae_vibcreg", "vae_sigma", "random", "raw"),
    *("vqvae_as_published", "meine.modelle:Größe_50%", "a&b:C#_x", "package.module:Model_" + "x" * 60, "é.ñ:Été"),
)
# Of the tables alone, as docs/paper.md names them.
PACKAGES = r"\usepackage[T1]{fontenc}\usepackage{booktabs,longtable}"


def run(command, folder):
    options = ["-interaction=nonstopmode", "-halt-on-error"] if command == "pdflatex" else []
    done = subprocess.run([command, *options, "main"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-1500:]


def compiled(main, commands=("pdflatex", "bibtex", "pdflatex", "pdflatex")):
    """The log of the last of the runs that a document needs."""
    for command in commands:
        run(command, main.parent)
    return (main.parent / "main.log").read_text(encoding="utf-8", errors="replace")


def assert_clean(log):
    assert not re.findall(r"Overfull.*|Underfull \\vbox.*while.*|.*undefined.*|.*multiply defined.*", log)


def test_a_document_of_one_column_is_whole(tmp_path):
    build(tmp_path / "out", [f"D{i:02}" for i in range(41)], ("ae", "vae"), samples=False, names=["fid"])
    main = paper(tmp_path / "out", tmp_path / "paper", gaps="common")
    assert_clean(compiled(main))
    assert (main.parent / "main.pdf").stat().st_size > 50_000
    # Read without bibtex too: the document is whole, the numbers of the references lack.
    (main.parent / "main.bbl").unlink()
    compiled(main, ("pdflatex",))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Three methods and fourteen, by how many they are, on data sets and with methods of the worst names."""
    folder = tmp_path_factory.mktemp("hostile")
    few = ("ae", "😀", f"m:{NASTY}")
    build(folder / "few", [*HOSTILE, "D"], few, names=["fid"], failed=[(NASTY, "ae")])
    build(folder / "many", [*HOSTILE, *(f"D{i:02}" for i in range(37))], FOURTEEN, names=["knn"], samples=False)
    return folder


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("store", ["few", "many"])
def test_hostile_names_fit_the_page(hostile, tmp_path, store, columns):
    main = paper(hostile / store, tmp_path / "paper", gaps="worst", columns=columns)
    assert_clean(compiled(main))
    tables = "".join(path.read_text(encoding="utf-8") for path in sorted((main.parent / "tables").glob("*.tex")))
    assert escape(NASTY) in tables
    assert "U+1F600" in tables
    assert check(main.parent) == []
    alone = tmp_path / "alone"
    alone.mkdir()
    layout = layout_of(columns)
    lines = [
        rf"\documentclass[{layout.document}]{{article}}{PACKAGES}",
        rf"\usepackage[{layout.geometry}]{{geometry}}\begin{{document}}",
        rf"{tables}\end{{document}}",
    ]
    (alone / "main.tex").write_text("\n".join(lines), encoding="utf-8")
    assert "Overfull" not in compiled(alone / "main.tex", ("pdflatex",))


def test_letters_are_as_wide_as_they_are_counted_or_a_little_less(tmp_path):
    letters = [chr(code) for code in (*range(33, 127), *range(0xC0, 0x100))] + list("±–…χ²\u202f")
    boxes = [
        rf"\setbox0\hbox{{\footnotesize{bold} {escape(letter)}}}\typeout{{W|\the\wd0}}"
        for bold in ("", r"\bfseries")
        for letter in letters
    ]
    document = [r"\documentclass[10pt]{article}\usepackage[T1]{fontenc}\begin{document}", *boxes, r"x\end{document}"]
    (tmp_path / "main.tex").write_text("\n".join(document), encoding="utf-8")
    log = compiled(tmp_path / "main.tex", ("pdflatex",))
    found = [float(width) for width in re.findall(r"W\|([\d.]+)pt", log)]
    counted = [width_of(letter, bold) for bold in (False, True) for letter in letters]
    assert len(found) == len(counted)
    plain = len(letters)
    for width, bound, letter in zip(found, counted, letters * 2, strict=True):
        assert width <= bound + 0.2, letter
    assert sum(found[:plain]) > 0.9 * sum(counted[:plain])


def test_a_table_is_split_only_where_it_must_be(tmp_path):
    """One column more than there are in a part would not fit: parts are no narrower than they have to be."""
    lines = [("D", [Cell("0.1234 ± 0.0012", place % 3) for place in range(20)])]
    text = booktabs("Data set", ["VQVAE + VICReg"] * 20, lines, "What.", "x")
    parts = [len(part) for part in re.findall(r"\\begin\{tabular\}\{l(r+)\}", text)]
    assert max(parts) - min(parts) <= 1
    document = [rf"\documentclass[10pt,a4paper]{{article}}{PACKAGES}\usepackage[margin=2cm]{{geometry}}"]
    document += [r"\begin{document}", text, r"\end{document}"]
    (tmp_path / "main.tex").write_text("\n".join(document))
    assert "Overfull" not in compiled(tmp_path / "main.tex", ("pdflatex",))
    assert len(parts) == 4
