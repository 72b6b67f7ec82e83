"""README, CONTRIBUTING and docs/: commands parse, links lead somewhere, snippets run, and nothing is left unnamed."""

import functools
import itertools
import re
import shlex
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import typer

from ucrbench.bench import PRESETS, Execution, Sweep, run
from ucrbench.bench.cli import app
from ucrbench.bench.planning.overrides import read
from ucrbench.models.config import settings_of
from ucrbench.models.protocol import Generates, Model, Reconstructs
from ucrbench.models.variants import VARIANTS
from ucrbench.results import SCORES, JobRow, ReferenceRow, ScoreRow, base_of, split_names

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# Options of other programs that the pages name.
FOREIGN = {"--headless"}


@functools.cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [
        "".join(line.removeprefix(indent) for line in body.splitlines(keepends=True))
        for indent, kind, body in FENCE.findall(text_of(page))
        if kind == language
    ]


def prose(page: Path) -> str:
    return FENCE.sub("", text_of(page))


def shell_commands(page: Path) -> list[str]:
    """Lines of shell blocks that call ucrbench, comments cut off."""
    lines = itertools.chain.from_iterable(block.splitlines() for block in blocks(page, "sh"))
    return [line.partition(" #")[0].strip() for line in lines if line.startswith("ucrbench ")]


def resolve(words: list[str]):
    """The command that words such as ["data", "fetch", "all"] call, and what is left of them."""
    command = typer.main.get_command(app)
    while words and not words[0].startswith("-") and hasattr(command, "commands"):
        assert words[0] in command.commands, f"there is no command {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


def options(command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts if name.startswith("-")} | {"--help", "-h"}


def every_option() -> set[str]:
    def walk(command):
        yield command
        for inner in getattr(command, "commands", {}).values():
            yield from walk(inner)

    return set().union(*(options(command) for command in walk(typer.main.get_command(app))))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_parse(page):
    for line in shell_commands(page):
        command, arguments = resolve(shlex.split(line)[1:])
        try:
            command.make_context(command.name, list(arguments))  # parses and runs nothing
        except Exception as error:
            pytest.fail(f"{page.name}: {line!r} does not parse: {error}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_in_commands_exist(page):
    for line in shell_commands(page):
        words = shlex.split(line)
        given = dict(itertools.pairwise(words))
        preset = given.get("-p", given.get("--preset", "quick"))
        assert preset in PRESETS, line
        for variant in split_names(given.get("-v", "ae")):
            assert base_of(variant) in ("main", *VARIANTS) or ":" in variant, line
        for setting in (after for word, after in itertools.pairwise(words) if word == "--set"):
            assert read(PRESETS["quick"], [setting]), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_in_prose_exist(page):
    known = every_option()
    for span in re.findall(r"`([^`\n]+)`", prose(page)):
        if span.startswith("ucrbench "):
            command, rest = resolve(shlex.split(span)[1:])
            named = {word for word in rest if word.startswith("-")}
            assert named <= options(command), f"{page.name}: {span}"
        elif span.startswith("--"):
            assert span.split()[0] in known | FOREIGN, f"{page.name}: {span}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = page.parent / path if path else page
        assert place.is_file(), f"{page.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", prose(place), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{page.name}: {target}"


def test_the_picture_is_one():
    assert (ROOT / "docs" / "report.png").read_bytes().startswith(b"\x89PNG")


def test_reference_names_everything():
    reference = text_of(ROOT / "docs" / "reference.md")
    spans = {word for span in re.findall(r"`([^`\n]+)`", reference) for word in re.split(r"[\s,]+", span)}
    columns = {field.name for record in (ScoreRow, JobRow, ReferenceRow) for field in fields(record)}
    for what, wanted in {
        "options": every_option() - {"--help", "-h"},
        "settings": settings_of(PRESETS["quick"]).keys(),
        "scores": SCORES.keys(),
        "presets": PRESETS.keys(),
        "columns": columns,
    }.items():
        missing = sorted(set(wanted) - spans)
        assert not missing, f"docs/reference.md does not name these {what}"


def test_reference_tells_directions_and_decimals():
    reference = text_of(ROOT / "docs" / "reference.md")
    better = {True: "higher", False: "lower", None: "–"}
    for name, score in SCORES.items():
        assert f"| `{name}` | {better[score.higher_is_better]} | {score.decimals} |" in reference


def test_readme_names_variants_presets_and_scores():
    readme = text_of(ROOT / "README.md")
    for name in (*VARIANTS, *PRESETS, *SCORES):
        assert f"`{name}`" in readme


def modules(page: Path) -> dict[str, str]:
    """Snippets that are files of a user, by their name in the first line."""
    named = [(re.match(r"# (\w+)\.py\n", block), block) for block in blocks(page, "python")]
    return {match[1]: block for match, block in named if match}


def scripts(page: Path) -> list[str]:
    return [block for block in blocks(page, "python") if not re.match(r"# [\w/]+\.py\n", block)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A user's folder, with the models of the pages in it and a small store `out`."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("user")
    patch.chdir(folder)
    patch.setenv("UCRBENCH_DATA", str(folder / "data"))
    patch.setenv("UCRBENCH_OFFLINE", "1")
    patch.syspath_prepend(str(folder))
    own = {}
    for page in PAGES:
        own |= modules(page)
    for name, source in own.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    sweep = Sweep(("GunPoint",), ("ae", "my_model:Linear"), preset="smoke", device="cpu")
    assert run("out", sweep, Execution(backend="inline")).failed == 0
    yield folder
    for name in own:
        sys.modules.pop(name, None)
    patch.undo()


def test_own_models_meet_the_protocol(folder):
    from jitter import Jitter
    from my_model import Linear

    x, y = np.random.default_rng(0).normal(size=(20, 1, 31)).astype("float32"), np.arange(20) % 2
    linear, jitter = Linear().fit(x, y), Jitter().fit(x, y)
    assert isinstance(linear, Model)
    assert isinstance(linear, Reconstructs)
    assert isinstance(jitter, Model)
    assert isinstance(jitter, Generates)
    assert len(linear.encode(x)) == len(jitter.encode(x)) == 20
    assert linear.reconstruct(x).shape == x.shape
    assert jitter.sample(3).shape == jitter.sample(3, np.array([0, 1, 1])).shape == (3, 1, 31)


@pytest.mark.parametrize(
    ("page", "number"),
    [(page, i) for page in PAGES for i in range(len(scripts(page)))],
    ids=lambda x: getattr(x, "name", x),
)
def test_snippets_run(folder, page, number):
    exec(compile(scripts(page)[number], f"{page.name}, snippet {number + 1}", "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_fragments_are_python_of_files_that_exist(page):
    for block in blocks(page, "python"):
        compile(block, page.name, "exec")
        if match := re.match(r"# (\w+/[\w/]+\.py)\n", block):
            assert (ROOT / match[1]).is_file(), match[1]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_no_page_has_marks_of_a_merge(page):
    assert not [
        line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith(("<<<<<<< ", ">>>>>>> "))
    ]
