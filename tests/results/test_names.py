"""Names with brackets: where a list of them parts, and where one ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucrbench.results import base_of, partition_name, split_names

NAMES = st.one_of(
    st.sampled_from(["ae", "vqvae_barlow", "mine:Model", "Sony*", "length:<500"]),
    st.builds("vqvae[codebook.codes={},training.lr={!r}]".format, st.integers(1), st.floats(0, 1)),
    st.builds("mine:Model(dim={!r}, text={!r})".format, st.lists(st.integers()), st.text()),
    st.builds("mine:Model(of={!r})".format, st.dictionaries(st.text(), st.tuples(st.text()))),
)


@given(st.lists(NAMES), st.sampled_from([",", " ", ", ", ",,", "\n"]))
def test_a_list_parts_outside_brackets_alone(names, between):
    assert list(split_names(between.join(names))) == names


@given(NAMES, st.text())
def test_a_new_name_begins_behind_the_first_sign_outside_brackets(name, new):
    assert partition_name(f"{name}={new}") == (name, "=", new)
    assert partition_name(name) == (name, "", "")


@pytest.mark.parametrize(
    ("name", "base"), [("ae", "ae"), ("vqvae[a.b=1]", "vqvae"), ("m:C(d=[1])", "m:C"), ("m:C", "m:C")]
)
def test_the_base_of_a_name_has_no_brackets(name, base):
    assert base_of(name) == base
