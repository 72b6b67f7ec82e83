"""The folder of a paper: tables, figures, a paragraph on the protocol and references, which pdflatex compiles."""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...results import score_of
from ..data.comparing import select_stores
from ..data.errors import ReportError
from ..data.frames import score_names
from ..data.lineage import MANIFEST, Lineage, Source, read_manifest
from ..data.selection import AS_IT_IS, Reading
from ..data.shown import shown
from ..draw.style import in_print
from ..stats.comparison import GAPS
from ..stats.tables import compare_all
from .layout import layout_of
from .manuscript import Manuscript, generation, one_score, overview, series
from .protocol import protocol_latex

_BIBLIOGRAPHY = Path(__file__).parent / "references.bib"
_MAIN = "main.tex"
_PREAMBLE = r"""\documentclass[%s]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{textcomp}
\usepackage[%s]{geometry}
\usepackage{booktabs,longtable,graphicx}
\setlength{\LTcapwidth}{\textwidth}
\makeatletter
%% Captions of long tables are as large as others.
\let\captionoflong\LT@makecaption
\renewcommand{\LT@makecaption}[3]{\captionoflong{\normalsize#1}{#2}{#3}}
\setlength{\abovecaptionskip}{6pt}
\setlength{\belowcaptionskip}{4pt}
%% Tables and figures on pages of their own begin at the top.
\setlength{\@fptop}{0pt}
\setlength{\@fpsep}{24pt}
\setlength{\@dblfptop}{0pt}
\setlength{\@dblfpsep}{24pt}
\makeatother
%% Long names and hashes may stretch a line.
\setlength{\emergencystretch}{5em}
"""


def paper(
    stores: Mapping[str, str | Path] | str | Path,
    dest: str | Path,
    preset: str | None = None,
    gaps: str = "refuse",
    against: Sequence[str] | str = (),
    protocol: int | None = None,
    reading: Reading = AS_IT_IS,
    columns: int = 1,
) -> Path:
    """Write the folder of a paper.

    `main.tex` shows everything that is in `tables/` and `figures/`, `protocol.tex` is the paragraph on the protocol,
    `references.bib` has what it cites. Compile with pdflatex, bibtex, pdflatex, pdflatex. A `main.tex` that is there
    already is left alone, since people write into it; so is every file that is not of this function's making.

    Args:
        stores: A store's folder, or several by their labels.
        dest: Folder of the paper: new, empty, or one written by this function before.
        preset: The preset to report on; needed where a store holds several.
        gaps: Policy for a data set that a method lacks: "refuse", "common" or "worst", see `compare`.
        against: Other results to compare with, see `select_stores`.
        protocol: The version of the protocol to report on; needed where a store holds several.
        reading: How the rows are read: which of them, names of methods, and whether judges are mixed.
        columns: Number of columns of the document, 1 or 2. In two columns figures are as wide as a column, and tables
            and pictures that need more span the page.

    Returns:
        Path of `main.tex`.

    Raises:
        ReportError: Nothing to report, results that must not be mixed, or a `dest` that cannot be used.
        StoreError: A store cannot be read.
    """
    if gaps not in GAPS:
        raise ReportError(f"unknown policy for gaps {gaps!r}; there are: {', '.join(GAPS)}")
    layout = layout_of(columns)
    dest = Path(dest)
    before = _made_before(dest)
    selection = select_stores(stores, preset, against, protocol, reading)
    try:
        dest.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".paper", dir=dest) as folder:
            work = Manuscript(Path(folder), shown(selection), Lineage(selection), layout)
            with in_print():
                _write(work, gaps)
            work.lineage.write(work.folder, dest)
            _move(work.folder, dest, before)
    except OSError as error:
        why = (error.strerror or str(error)).splitlines()[0].lower()
        raise ReportError(f"cannot write the paper to {dest}: {why}; choose another folder") from error
    return dest / _MAIN


def _made_before(dest: Path) -> set[str]:
    """Return the files that an earlier call has written there."""
    if dest.exists() and not dest.is_dir():
        raise ReportError(f"{dest} is a file; name a folder")
    if not dest.exists() or not any(dest.iterdir()):
        return set()
    if not (dest / MANIFEST).is_file() or not (dest / _MAIN).is_file():
        raise ReportError(f"{dest} holds something else than a paper; name a new or empty folder")
    return set(read_manifest(dest)["files"])


def _move(work: Path, dest: Path, before: set[str]) -> None:
    made = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()}
    for gone in before - made:
        (dest / gone).unlink(missing_ok=True)
    # The manifest comes last: a paper that was cut off in between is stale by the old one.
    for path in [*sorted(made - {MANIFEST}), MANIFEST]:
        if path == _MAIN and (dest / path).exists():
            continue
        (dest / path).parent.mkdir(exist_ok=True)
        os.replace(work / path, dest / path)


def _write(work: Manuscript, gaps: str) -> None:
    for name in ("tables", "figures"):
        (work.folder / name).mkdir()
    selection = work.selection
    comparisons = compare_all(selection.scores, gaps, selection.datasets, selection.reading.mix_judges)
    work.lineage.record("protocol.tex", Source(("scores", "jobs")))
    (work.folder / "protocol.tex").write_text(protocol_latex(selection, gaps), encoding="utf-8")
    work.shown.append(r"\input{protocol.tex}")
    overview(work, comparisons, gaps)
    work.finish("Protocol")
    for score in score_names(selection.scores):
        one_score(work, comparisons[score], gaps)
        work.finish(score_of(score).title)
    generation(work)
    work.finish("Generation between nothing and real series")
    series(work)
    work.finish("Series")
    shutil.copyfile(_BIBLIOGRAPHY, work.folder / "references.bib")
    work.shown += [r"\bibliographystyle{plain}", r"\bibliography{references}"]
    work.finish("")
    text = [
        _PREAMBLE % (work.layout.document, work.layout.geometry) + r"\begin{document}",
        *work.body,
        r"\end{document}",
    ]
    (work.folder / _MAIN).write_text("\n".join(text) + "\n", encoding="utf-8")
