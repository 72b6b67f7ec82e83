"""The paper: LaTeX tables, figures and text, in a folder that pdflatex compiles."""

from .plain import FORMATS, write_table
from .write import paper

__all__ = ["FORMATS", "paper", "write_table"]
