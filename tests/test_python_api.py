"""psoas-coach from Python: the examples of docs/python.md run as they stand, and nothing loads before it is used."""

import pkgutil
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from sittings import LUNGE, ROOT
from test_boundaries import loaded_after

import psoas_coach
from poses.exercise_file import built_in_file
from poses.problem import Problem

DOCS = ROOT / "docs" / "python.md"
# Of the bundled lunge: on the way in, and past the stop limit.
FROM_S, TO_S = 0.0, 12.0


def shortened(clip: Path, target: Path) -> None:
    """The beginning of a clip, at half its pictures a second: the same, in less time."""
    with av.open(str(clip)) as source, av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=15)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            if frame.time is None or frame.time > TO_S:
                break
            if number % 2 == 0:
                small = frame.reformat(640, 480, "yuv420p")
                small.pts, small.time_base = number // 2, Fraction(1, 15)
                out.mux(stream.encode(small))
        out.mux(stream.encode(None))


@pytest.fixture(scope="module")
def examples(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, Path]:
    """All examples, run one after the other in a folder with a short clip; their names, and what they printed."""
    assert model_path.exists()
    folder = tmp_path_factory.mktemp("examples")
    shortened(LUNGE, folder / "clip.mp4")
    text = built_in_file("low-lunge").read_text(encoding="utf-8")
    (folder / "gentler.toml").write_text(text, encoding="utf-8")
    names: dict[str, Any] = {}
    printed: list[str] = []
    names["print"] = lambda *words: printed.append(" ".join(map(str, words)))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for number, example in enumerate(
            re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.S)
        ):
            exec(compile(example, f"example {number + 1} of docs/python.md", "exec"), names)
    return names, "\n".join(printed), folder


def test_the_examples_find_what_the_clip_shows(examples: tuple[dict[str, Any], str, Path]) -> None:
    names, printed, folder = examples
    assert names["outcome"].folder == Path("results/clip")
    assert sorted(one.name for one in (folder / "results" / "clip").iterdir()) == [
        "measures.csv", "picture.png", "poses.npz", "summary.json",
    ]  # fmt: skip
    assert "hip-opening" in printed
    assert ("low-lunge", "stop") in {(one.exercise, one.verdict) for one in names["outcome"].summary.findings}
    assert names["worst"] is psoas_coach.Verdict.STOP
    assert re.search(r"\d+\.\d\d s: hip-opening \d\d\.\d ± ", printed)
    assert names["for_me"].summary.asked_for == "gentler"
    assert (folder / "angles.csv").stat().st_size > 1000
    assert re.search(r"none\.mp4.* \| .* \| ", printed), printed


def test_a_summary_is_read_back(examples: tuple[dict[str, Any], str, Path], tmp_path: Path) -> None:
    names, _, folder = examples
    assert psoas_coach.load_summary(folder / "results" / "clip") == names["outcome"].summary
    (tmp_path / "summary.json").write_text('{"schema_version": 1}', encoding="utf-8")
    with pytest.raises(Problem, match="no summary of this version"):
        psoas_coach.load_summary(tmp_path)
    with pytest.raises(Problem, match="cannot be read"):
        psoas_coach.load_summary(tmp_path / "none.json")


def test_what_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    for words in ({"exercise": "handstand"}, {"profile": "nobody-at-all"}, {"camera": "none"}, {"model": "huge"}):
        with pytest.raises(Problem):
            psoas_coach.analyse(LUNGE, tmp_path, **words)  # type: ignore[arg-type] # one of several keywords
    assert list(tmp_path.iterdir()) == []
    own = [replace(psoas_coach.built_in_exercises()[0], id="mine")]
    with pytest.raises(Problem, match="no words for mine"):
        psoas_coach.analyse(LUNGE, tmp_path, exercise=own)
    with pytest.raises(Problem):
        psoas_coach.load_recording(tmp_path)
    with pytest.raises(AttributeError, match="has no attribute 'analyze'"):
        psoas_coach.analyze  # type: ignore[attr-defined] # noqa: B018 - that it is not there is the test


def test_every_name_is_there_and_none_is_that_of_a_module() -> None:
    assert sorted(psoas_coach.__all__) == sorted(psoas_coach._HOMES)
    for name in psoas_coach.__all__:
        assert getattr(psoas_coach, name) is not None
    # A module that is loaded takes its name in the package, and with it that of a function called so.
    assert not {module.name for module in pkgutil.iter_modules(psoas_coach.__path__)} & set(psoas_coach.__all__)
    listed = DOCS.read_text(encoding="utf-8").partition("| name |")[2]
    assert not [name for name in psoas_coach.__all__ if name != "__version__" and f"`{name}" not in listed]


def test_importing_loads_nothing_until_it_is_used() -> None:
    heavy = {"numpy", "pydantic", "cv2", "av", "mediapipe", "rich", "typer"}
    assert not loaded_after("import psoas_coach") & heavy
    assert not loaded_after("from psoas_coach import Problem, __version__") & heavy
    assert "mediapipe" not in loaded_after("from psoas_coach import load_recording, replay, follow")


def test_every_room_says_that_it_is_typed() -> None:
    assert all((ROOT / room / "py.typed").is_file() for room in ("vision", "poses", "calibration", "psoas_coach"))
