"""The layouts in which the archive comes, and what a file may say of itself."""

from dataclasses import replace

import numpy as np
import pytest
from dataset_places import BUNDLED

from ucrbench.datasets import DatasetError, data_hash, info, load, loading, verify
from ucrbench.datasets.source import ADJUSTED, ARCHIVE

pytestmark = pytest.mark.usefixtures("no_bundled")
NAMES = ("GunPoint", "ItalyPowerDemand", "PickupGestureWiimoteZ")  # the last with unequal lengths


def as_distributed(name: str, folder, pad: float = np.nan) -> None:
    """Write a bundled set as the archive distributes it: label first, tabs, short series filled up."""
    folder.mkdir(parents=True)
    series = {}
    for split in ("TRAIN", "TEST"):
        rows = (BUNDLED / name / f"{name}_{split}.ts").read_text().partition("@data\n")[2].split()
        series[split] = [(label, values.split(",")) for values, _, label in (row.rpartition(":") for row in rows)]
    width = max(len(points) for split in series.values() for _, points in split)
    for split, cases in series.items():
        lines = ["\t".join([label, *points, *[str(pad)] * (width - len(points))]) for label, points in cases]
        (folder / f"{name}_{split}.tsv").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("below", [(), (ARCHIVE,)])
def test_the_archive_as_it_is_distributed_gives_the_same_arrays_and_hashes(name, below, archive, data_home, tmp_path):
    archive(name)
    ours = load(name)
    as_distributed(name, tmp_path.joinpath("other", *below, name))
    theirs = load(name, tmp_path / "other")
    assert theirs.data_hash == ours.data_hash == data_hash(name, tmp_path / "other")
    assert theirs.treatment == ours.treatment
    for field in ("x_train", "y_train", "x_test", "y_test"):
        assert np.array_equal(getattr(theirs, field), getattr(ours, field)), field
    assert [result.problem for result in verify(tmp_path / "other")] == [""]


def test_an_adjusted_copy_stands_in_where_the_original_is_not_there_and_is_named(tmp_path):
    name = "PickupGestureWiimoteZ"
    as_distributed(name, tmp_path / ARCHIVE / ADJUSTED / name, pad=0.0005)
    adjusted = load(name, tmp_path)
    assert adjusted.treatment == "adjusted"
    assert load(name, tmp_path / ARCHIVE / ADJUSTED).treatment == "adjusted"
    as_distributed(name, tmp_path / ARCHIVE / name)
    assert load(name, tmp_path).treatment == "padded"
    assert load(name, tmp_path).data_hash != adjusted.data_hash


@pytest.mark.parametrize("end", [True, False])
def test_gaps_are_the_same_in_each_layout(end, archive, tmp_path, monkeypatch):
    """A .ts file leaves the gaps at the end out, as MelbournePedestrian's does; .tsv has NaN for every one."""
    name = "ItalyPowerDemand"
    facts = replace(info(name), missing=True)
    monkeypatch.setattr(loading, "catalogue_info", lambda _: facts)
    folder = archive(name)
    for split in ("TRAIN", "TEST"):
        path = folder / f"{name}_{split}.ts"
        head, mark, rows = path.read_text().partition("@data\n")
        cases = [row.replace(":", ",").split(",") for row in rows.split()]
        for case in cases:
            case[3] = "?"
            if end:
                del case[20:24]
        lines = [",".join(values) + ":" + label for *values, label in cases]
        path.write_text(head.replace("@equallength true", "@equallength false") + mark + "\n".join(lines) + "\n")
        (tmp_path / "other" / name).mkdir(parents=True, exist_ok=True)
        rows = ["\t".join([label, *values, *["NaN"] * (24 - len(values))]) for *values, label in cases]
        rows = "\n".join(rows).replace("?", "NaN")
        (tmp_path / "other" / name / f"{name}_{split}.tsv").write_text(rows)
    ours, theirs = load(name), load(name, tmp_path / "other")
    assert ours.treatment == theirs.treatment == "interpolated"
    assert ours.data_hash == theirs.data_hash
    assert np.array_equal(ours.x_test, theirs.x_test)


@pytest.mark.parametrize("layout", ["ts", "tsv"])
def test_a_cut_file_is_an_error_in_each_layout(layout, archive, tmp_path):
    folder = archive("ItalyPowerDemand", tmp_path) if layout == "ts" else tmp_path / "ItalyPowerDemand"
    if layout == "tsv":
        as_distributed("ItalyPowerDemand", folder)
    path = folder / f"ItalyPowerDemand_TEST.{layout}"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-3]))
    with pytest.raises(DatasetError, match=f"ItalyPowerDemand_TEST.{layout} has 1026 cases where the archive has 1029"):
        load("ItalyPowerDemand", tmp_path)


def edited(archive, edit) -> None:
    folder = archive("GunPoint")
    for split in ("TRAIN", "TEST"):
        path = folder / f"GunPoint_{split}.ts"
        path.write_text(edit(path.read_text()))


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("@timestamps false", "@timeStamps true"),
        ("@univariate true", "@univariate false"),
        ("@classLabel true 1 2", "@classLabel false"),
        ("@univariate true", "@univariate true\n@targetlabel true"),
        ("@seriesLength 150", "@seriesLength 149"),
    ],
)
def test_a_header_that_changes_how_rows_are_read_is_refused(line, instead, archive):
    def edit(text: str) -> str:
        found = [given for given in text.splitlines() if given.lower() == line.lower()]
        return text.replace(found[0], instead)

    edited(archive, edit)
    with pytest.raises(
        DatasetError, match=r"^GunPoint: the header of GunPoint_TRAIN.ts says @.*, where the archive has"
    ):
        load("GunPoint")
    (result,) = verify()
    assert not result.ok


def test_blank_lines_and_comments_are_no_series(archive):
    expected = load("GunPoint", BUNDLED).data_hash
    edited(archive, lambda text: "# mine\n" + text.replace("@data\n", "@data\n\n") + "\n  \n")
    assert load("GunPoint").data_hash == expected


@pytest.mark.parametrize(
    ("split", "value", "words"),
    [
        ("TEST", "1e60", r"GunPoint_TEST.ts has the value 1e\+60, more than 1e\+09 standard deviations"),
        ("TEST", "-1e300", r"GunPoint_TEST.ts has the value -1e\+300"),
        ("TRAIN", "1e200", "GunPoint_TRAIN.ts: the training values have no finite, positive variance"),
        ("TRAIN", "1e60", r"GunPoint_TRAIN.ts has values from -.* to 1e\+60, so far apart that others become equal"),
        ("TRAIN", "1e11", r"GunPoint_TRAIN.ts has values from -.* to 1e\+11"),
        ("TRAIN", "?", "GunPoint_TRAIN.ts has a gap where the archive has none"),
        ("TEST", "NaN", "GunPoint_TEST.ts has a gap where the archive has none"),
        ("TRAIN", None, "GunPoint_TRAIN.ts: the training values have no finite, positive variance"),
    ],
)
def test_what_could_not_be_scaled_is_found_before_a_job_meets_it(split, value, words, archive):
    path = archive("GunPoint") / f"GunPoint_{split}.ts"
    head, mark, rows = path.read_text().partition("@data\n")
    lines = rows.split("\n")
    if value is None:
        lines = [",".join(["1"] * 150) + ":" + line.rpartition(":")[2] for line in lines if line]
    else:
        lines[0] = value + "," + lines[0].split(",", 1)[1]
    path.write_text(head + mark + "\n".join(lines) + "\n")
    with pytest.raises(DatasetError, match=words):
        data_hash("GunPoint")
    assert not verify()[0].ok


@pytest.mark.parametrize("below", [(), (ARCHIVE,)])
@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            ["GunPoint_TRAIN.arff"],
            "GunPoint_TRAIN.ts and GunPoint_TEST.ts, or both as .tsv, and holds GunPoint_TRAIN.arff",
        ),
        (["a", "b", "c", "d"], "GunPoint_TRAIN.ts and GunPoint_TEST.ts, or both as .tsv, and holds a, b, c, ..."),
        (["GunPoint_TRAIN.tsv", "README.md"], "GunPoint_TEST.tsv"),
        (["other_TRAIN.tsv"], "GunPoint_TRAIN.tsv and GunPoint_TEST.tsv, and holds other_TRAIN.tsv"),
        (["GunPoint/GunPoint_TRAIN.tsv"], "which lie deeper in {}/GunPoint: move them up"),
    ],
)
def test_what_lies_in_a_folder_without_the_set_is_said(below, files, words, data_home):
    folder = data_home.joinpath(*below, "GunPoint")
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("something else")
    (result,) = verify()
    told, _, way_out = result.problem.partition("; run ")
    assert told.startswith(f"GunPoint is not there: {folder} lacks ")
    assert told.endswith(words.format(folder))
    assert way_out == "`ucrbench data fetch GunPoint`"


@pytest.mark.parametrize("below", [(), (ARCHIVE,)])
@pytest.mark.parametrize(
    ("file", "words"),
    [
        (
            "gunpoint/gunpoint_TRAIN.ts",
            "{}/gunpoint is spelt otherwise: call it GunPoint, and its files GunPoint_TRAIN",
        ),
        ("Gun_Point/GunPoint_TRAIN.tsv", "{}/Gun_Point is spelt otherwise: call it GunPoint; run "),
    ],
)
def test_a_folder_of_nearly_the_name_is_offered(below, file, words, data_home):
    root = data_home.joinpath(*below)
    (root / file).parent.mkdir(parents=True)
    (root / file).write_text("something")
    (root / "GunPointAgeSpan2").mkdir()
    (result,) = verify()
    assert result.problem.startswith(f"GunPoint is not there: {words.format(root)}")
    with pytest.raises(DatasetError) as caught:
        load("GunPoint")
    assert words.format(root).partition("; run ")[0] in str(caught.value)


@pytest.mark.parametrize(
    ("file", "below", "words"),
    [
        ("UCRArchive_2018.zip", "", "{0}/UCRArchive_2018.zip is there, and not unpacked"),
        ("GunPoint_TRAIN.tsv", "", "GunPoint_TRAIN.tsv lies in {0} itself: put it into a folder GunPoint there"),
        ("GunPoint/GunPoint_TRAIN.ts", "GunPoint", "{0} is its own folder: name {1}"),
        ("archive/GunPoint/GunPoint_TRAIN.tsv", "", "it lies in {0}/archive/GunPoint: name {0}/archive"),
        (f"{ARCHIVE}/{ARCHIVE}/GunPoint/GunPoint_TRAIN.tsv", "", f"name {{0}}/{ARCHIVE}/{ARCHIVE}"),
    ],
)
def test_where_a_set_lies_that_is_in_none_of_its_places_is_said(file, below, words, data_home):
    (data_home / file).parent.mkdir(parents=True)
    (data_home / file).write_text("something")
    folder = data_home / below
    (result,) = verify(folder, names=["GunPoint"])
    assert words.format(folder, data_home) in result.problem
    with pytest.raises(DatasetError) as caught:
        load("GunPoint", folder)
    assert words.format(folder, data_home) in str(caught.value)


def test_a_mark_of_the_order_of_bytes_is_no_part_of_a_label(tmp_path):
    as_distributed("GunPoint", tmp_path / "GunPoint")
    expected = data_hash("GunPoint", tmp_path)
    for split in ("TRAIN", "TEST"):
        path = tmp_path / "GunPoint" / f"GunPoint_{split}.tsv"
        path.write_text("\ufeff" + path.read_text())
    assert data_hash("GunPoint", tmp_path) == expected
