"""Write the tables and pictures of docs/archive.md from the package's own results: `python archive_page.py docs`.

Tables stand in the page between `<!-- NAME -->` and `<!-- end -->`; pictures are PNG files in the folder `archive`
beside the page, each with the hash of its rows.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from archive_tables import PROBES, Own, agreement, budgets, quantisation, seeds, variants

from ucrbench import reports
from ucrbench.reports.draw.files import save, stem_of
from ucrbench.reports.draw.findings import agreement_matrix, real_distance_chart, reversal_chart

BLOCK = re.compile(r"(<!-- (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


class Archive:
    """The package's own results.

    Attributes:
        quick: Those of `quick` on the whole archive.
        standard: Those of `standard` on a part of it.
        seeds: Those of `quick` and further seeds, on a part of it.
        variants: Those of `quick` and further variants, on the same part.
    """

    def __init__(self) -> None:
        self.quick = Own("published")
        self.standard = Own("published:ucrbench-standard")
        self.seeds = Own("published:ucrbench-seeds")
        self.variants = Own("published:ucrbench-variants")

    def tables(self) -> dict[str, str]:
        """Return the tables in Markdown by name."""
        return {
            "leaderboard": self.quick.leaderboard(),
            "equivalence": self.quick.equivalence([*PROBES, "cas"]),
            "quantisation": quantisation(self.quick, self.standard),
            "agreement": agreement(self.quick, self.standard),
            "shares": self.quick.shares(),
            "reversals": self.quick.reversals(),
            "real": self.quick.real(),
            "seeds": seeds(self.quick, self.seeds),
            "variants": variants(self.quick, self.variants),
            "budgets": budgets(self.quick, self.standard),
            "standard": self.standard.leaderboard(),
            "standardshares": self.standard.shares(),
            "standardequivalence": self.standard.equivalence(PROBES),
        }

    def draw(self, folder: Path) -> None:
        """Write the pictures."""
        folder.mkdir(exist_ok=True)
        figures = {
            f"{stem_of(score)}-cd": (reports.critical_difference(one), (score,))
            for score, one in self.quick.compared.items()
        }
        generated = tuple(
            dict.fromkeys([*self.quick.findings.agreement["first"], *self.quick.findings.agreement["second"]])
        )
        figures["agreement"] = (agreement_matrix(self.quick.findings.agreement), generated)
        figures["reversals"] = (reversal_chart(self.quick.findings.reversals), tuple(self.quick.compared))
        figures["fid-of-real-series"] = (real_distance_chart(self.quick.findings.real, "fid"), ("fid",))
        for name, (figure, scores) in figures.items():
            save(figure, folder / name, self.quick.rows(scores), png=True)
            for ending in ("pdf", "svg"):
                (folder / f"{name}.{ending}").unlink()


def filled(page: str, tables: Mapping[str, str]) -> str:
    """Return a page with its tables in their places."""
    return BLOCK.sub(lambda found: f"{found[1]}{tables[found['name']]}\n{found[3]}", page)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    archive = Archive()
    archive.draw(folder / "archive")
    page = folder / "archive.md"
    page.write_text(filled(page.read_text(encoding="utf-8"), archive.tables()), encoding="utf-8")
