"""Write the commit into what is built, for where there is no git to ask."""

import runpy
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

commit = runpy.run_path(str(Path(__file__).resolve().parent / "results" / "provenance.py"))["commit"]


class WithCommit(build_py):
    """Copies the modules, and writes the commit beside the one that reads it."""

    def run(self) -> None:
        super().run()
        place = Path(self.build_lib, "ucrbench", "results", "_commit.txt")
        if self.editable_mode:
            return
        place.unlink(missing_ok=True)  # of an earlier build in the same folder
        if (found := commit()) is not None:
            place.write_text(found, encoding="ascii")


setup(cmdclass={"build_py": WithCommit})
