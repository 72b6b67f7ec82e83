r"""Widths of texts in a table, in points: letters of Computer Modern in \footnotesize, rounded up."""

import re
import unicodedata

_WIDTHS = {
    letter: width
    for letters, width in (
        ("\u202f", 1.5),
        ("!',.:;[]il|", 2.4),
        ("-fjï ", 2.9),
        ("I()rst", 3.4),
        ("cez", 3.8),
        ('"$*/0123456789?\\`agoß{}øð–', 4.3),
        ("Jkqvxy", 4.5),
        ("Sbdhnpuþ²", 4.8),
        ("LZ^~Þχ", 5.4),
        ("BEFP", 6.1),
        ("ACDGHKNOQRTUVXY&+<=>@_wæ±×Ø÷Ð", 6.7),
        ("#%mÆM", 7.8),
        ("W", 8.8),
        ("…", 11.4),
    )
    for letter in letters
}
_BOLD, _SMALL = 1.2, 0.95


def width_of(text: str, bold: bool = False, small: bool = False) -> float:
    """Return the width of a text in points; a letter that pdflatex lacks counts as its code, such as U+1F600.

    Args:
        text: As it is read, not as LaTeX writes it.
        bold: Whether it is bold.
        small: Whether it is in the smaller letters of a standard deviation.
    """
    shown = re.sub(r"[^\x20-\x7e\xc0-\xff\u202f–…±χ²]", "U+FFFFF", text)
    # An accent adds nothing to the width of its letter.
    letters = (_WIDTHS.get(letter) or _WIDTHS[unicodedata.normalize("NFD", letter)[0]] for letter in shown)
    return sum(letters) * (_BOLD if bold else 1) * (_SMALL if small else 1)
