"""Errors as they are told."""

import pytest

from ucrbench.bench.errors import one_line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RuntimeError("no luck\ntoday"), "RuntimeError: no luck"),
        (ValueError("\n first things second"), "ValueError: first things second"),
        (AssertionError(), "AssertionError"),
        (KeyError("width"), "KeyError: 'width'"),
    ],
)
def test_an_error_is_told_on_one_line(error, line):
    assert one_line(error) == line
