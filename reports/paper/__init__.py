"""The paper: LaTeX tables, figures and text, in a folder that pdflatex compiles."""

from .write import paper

__all__ = ["paper"]
