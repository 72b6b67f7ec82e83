"""Data that are not what the archive publishes: each a one-line error that names the way out."""

import pytest

from ucrbench.datasets import DatasetError, load

pytestmark = pytest.mark.usefixtures("no_bundled")


def _expect(match: str, **kwargs) -> None:
    with pytest.raises(DatasetError, match=match) as caught:
        load("ItalyPowerDemand", **kwargs)
    assert "\n" not in str(caught.value)


def _change(folder, split, edit) -> None:
    path = folder / f"ItalyPowerDemand_{split}.ts"
    head, mark, rows = path.read_text().partition("@data\n")
    path.write_text(head + mark + "".join(edit(rows.splitlines(keepends=True))))


REMEDY = ".*delete .* and run `ucrbench data fetch ItalyPowerDemand`"


@pytest.mark.parametrize("split", ["TRAIN", "TEST"])
def test_file_cut_at_a_line_end(archive, split):
    _change(archive("ItalyPowerDemand"), split, lambda rows: rows[:-7])
    _expect(f"ItalyPowerDemand_{split}.ts has (60|1022) cases where the archive has (67|1029)" + REMEDY)


def test_file_cut_within_a_line(archive):
    _change(archive("ItalyPowerDemand"), "TEST", lambda rows: [*rows[:-1], rows[-1][:40]])
    _expect("ItalyPowerDemand_TEST.ts cannot be read" + REMEDY)


@pytest.mark.parametrize("split", ["TRAIN", "TEST"])
def test_empty_file(archive, split):
    (archive("ItalyPowerDemand") / f"ItalyPowerDemand_{split}.ts").write_text("")
    _expect(f"ItalyPowerDemand_{split}.ts is empty" + REMEDY)


def test_header_without_data(archive):
    _change(archive("ItalyPowerDemand"), "TEST", lambda rows: [])
    _expect("ItalyPowerDemand_TEST.ts holds no series" + REMEDY)


def test_class_that_train_lacks(archive):
    _change(archive("ItalyPowerDemand"), "TEST", lambda rows: [rows[0].split(":")[0] + ":3\n", *rows[1:]])
    _expect("ItalyPowerDemand_TEST.ts has class '3', which the training split lacks" + REMEDY)


def test_class_too_few(archive):
    _change(archive("ItalyPowerDemand"), "TRAIN", lambda rows: [r.split(":")[0] + ":1\n" for r in rows])
    _expect("ItalyPowerDemand_TRAIN.ts has 1 classes where the archive has 2" + REMEDY)


def test_series_of_another_length(archive):
    def shorten(rows):
        return [row.split(",", 1)[1] for row in rows]

    _change(archive("ItalyPowerDemand"), "TEST", shorten)
    _expect("ItalyPowerDemand_TEST.ts has a series of 23 points where the archive has 24" + REMEDY)


def test_series_of_unequal_lengths_where_one_is_published(archive):
    _change(archive("ItalyPowerDemand"), "TEST", lambda rows: [rows[0].split(",", 1)[1], *rows[1:]])
    _expect("ItalyPowerDemand_TEST.ts cannot be read" + REMEDY)


@pytest.mark.parametrize(
    ("value", "match"), [("inf", "an infinite value"), ("abc", "cannot be read"), ("", "cannot be read")]
)
def test_value_that_is_none(archive, value, match):
    _change(archive("ItalyPowerDemand"), "TEST", lambda rows: [value + "," + rows[0].split(",", 1)[1], *rows[1:]])
    _expect(f"ItalyPowerDemand_TEST.ts .*{match}" + REMEDY)


def test_series_without_any_value(archive):
    _change(archive("ItalyPowerDemand"), "TEST", lambda rows: [",".join("?" * 24) + ":1\n", *rows[1:]])
    _expect("ItalyPowerDemand_TEST.ts has a series without any value" + REMEDY)


def test_second_channel(archive):
    _change(archive("ItalyPowerDemand"), "TEST", lambda rows: [r.split(":")[0] + ":" + r for r in rows])
    _expect("ItalyPowerDemand_TEST.ts cannot be read" + REMEDY)


def test_binary_rubbish(archive):
    (archive("ItalyPowerDemand") / "ItalyPowerDemand_TRAIN.ts").write_bytes(bytes(range(256)) * 9)
    _expect("ItalyPowerDemand_TRAIN.ts cannot be read" + REMEDY)


def test_data_folder_that_is_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    _expect(f"{path} is a file; name a folder by --data-dir or \\$UCRBENCH_DATA", data_dir=path)


def test_data_folder_that_is_not_there(data_home):
    _expect(r"UCRBENCH_OFFLINE forbids downloads: run `ucrbench data fetch ItalyPowerDemand`.*--data-dir")
    assert not data_home.exists()


def test_empty_folder_that_aeon_leaves_behind(data_home):
    (data_home / "ItalyPowerDemand").mkdir(parents=True)
    _expect(r"not in .*is an empty folder, as a failed download leaves it.*`ucrbench data fetch")


def test_half_a_set(archive):
    (archive("ItalyPowerDemand") / "ItalyPowerDemand_TEST.ts").unlink()
    _expect(r"not in .* lacks ItalyPowerDemand_TEST\.ts.*`ucrbench data fetch")


def test_set_that_is_a_file(data_home):
    data_home.mkdir()
    (data_home / "ItalyPowerDemand").write_text("")
    _expect("ItalyPowerDemand is a file where a folder should be")


def test_broken_bundled_set_names_its_own_way_out(archive, data_home, monkeypatch):
    folder = archive("ItalyPowerDemand", data_home.with_name("bundle"))
    (folder / "ItalyPowerDemand_TEST.ts").write_text("")
    monkeypatch.setattr("ucrbench.datasets.source.bundled_folder", lambda: folder.parent)
    _expect("ItalyPowerDemand_TEST.ts is empty, so it is cut or altered: reinstall aeon")
