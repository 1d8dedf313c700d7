"""What a report says and holds, without looking at it: data, clips, words, refusals; the page is test_report_page's."""

import base64
import json
from collections.abc import Callable
from fractions import Fraction
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from poses.messages import LANGUAGES, Messages
from poses.problem import Problem
from poses.records import Verdict
from psoas_coach.report.clip_report import Written
from psoas_coach.report.compare import TOLD_FROM_DEG, align, pairs
from psoas_coach.report.follow import POINTS, SCALE
from psoas_coach.report.index import write_index
from psoas_coach.report.media import known, put
from psoas_coach.report.tables import no_reason_told, pass_tables
from psoas_coach.summary import Summary
from report_pages import report, sample, true_poses
from vision.browser import plays_as_it_is
from vision.sources import open_source

HOSTILE = '<script>alert(1)</script> & "x".mp4'


def data_of(written: Written) -> dict[str, object]:
    text = (written.file.parent / "report_files" / "data.js").read_text(encoding="ascii")
    assert text.startswith("(globalThis.psoasClips ??= []).push(")
    found = json.loads(text.partition("push(")[2].rstrip().removesuffix(");"))
    assert isinstance(found, dict)
    return found


def unpacked(packed: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), f"<{packed['type']}")


@pytest.fixture(scope="module")
def lunge(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("reports") / "low-lunge"
    return report(folder, true_poses("low-lunge"), sample("low-lunge"), name="low-lunge.mp4")


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("reports") / "bridge"
    return report(folder, true_poses("bridge"), sample("bridge"), name="bridge.mp4")


def test_the_data_are_the_poses_to_a_tenth_of_a_pixel(lunge: Written) -> None:
    data, poses = data_of(lunge), true_poses("low-lunge")
    frames = data["frames"]
    assert isinstance(frames, dict)
    times = unpacked(frames["time_s"])
    assert times.tolist() == pytest.approx([pose.time_s for pose in poses], abs=1e-9)
    points = unpacked(frames["points"]).reshape(len(poses), len(POINTS), 2) * (640 / SCALE)
    truth = np.stack([pose.image_px[list(POINTS)] for pose in poses])
    # Legs whose labels were exchanged on the way keep their places.
    assert np.abs(points - truth).max() < 0.05
    assert (unpacked(frames["sure"]) == (1 << len(POINTS)) - 1).all()


def test_verdicts_and_values_are_those_of_the_session(lunge: Written) -> None:
    data = data_of(lunge)
    series = data["series"]
    assert isinstance(series, list)
    opening = next(one for one in series if one["rule"] == "hip-opening")
    assert (opening["side"], opening["stretched"]) == ("right", "right")
    assert opening["zones"] == {"target": [0, 10], "caution": [None, 15], "stop": [None, 25]}
    values, codes = unpacked(opening["values"]), unpacked(opening["codes"])
    stops = [
        finding for finding in lunge.summary.findings if (finding.rule, finding.verdict) == ("hip-opening", "stop")
    ]
    assert len(stops) == 1
    assert np.nanmax(values) == pytest.approx(stops[0].peak, abs=0.01)
    frames = data["frames"]
    assert isinstance(frames, dict)
    times = unpacked(frames["time_s"])
    said = times[codes == 4]
    assert said.min() == pytest.approx(stops[0].reported_s, abs=0.05)
    assert (unpacked(frames["codes"])[codes == 4] == 4).all()


class _Tags(HTMLParser):
    """Every element of a page, and what could run in it."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.handlers: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(dict(attrs))
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]


def test_a_name_that_would_be_a_script_is_only_a_name(tmp_path: Path) -> None:
    written = report(tmp_path / "odd", true_poses("low-lunge")[:90], sample("low-lunge"), name=HOSTILE)
    for page in written.file.parent.glob("*.html"):
        html = page.read_text(encoding="utf-8")
        tags = _Tags()
        tags.feed(html)
        assert tags.handlers == []
        assert [script for script in tags.scripts if not (script.get("src") or "").startswith("report_files/")] == [
            {"type": "application/json", "id": "words"}
        ]
        assert not [one for one in tags.addresses if ":" in one and one != "data:,"]
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; " in html
        assert "<script>alert" not in html
    assert "<" not in (written.file.parent / "report_files" / "data.js").read_text(encoding="ascii")


def test_no_page_is_a_score_or_a_claim(lunge: Written, bridge: Written) -> None:
    forbidden = ("score", "best", "worst", "points", "perfect", "patient", "therapy", "pain relief", "beste", "punten")
    for written in (lunge, bridge):
        for page in written.file.parent.glob("*.html"):
            words = page.read_text(encoding="utf-8").lower()
            assert not [word for word in forbidden if f" {word} " in words]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_and_reason_stands_on_the_page(lunge: Written, language: str) -> None:
    file = lunge.file if language == "en" else lunge.file.with_name("report.nl.html")
    html = unescape(file.read_text(encoding="utf-8"))
    texts = Messages("nl" if language == "nl" else "en")
    assert lunge.summary.findings
    assert lunge.summary.problems
    for finding in lunge.summary.findings:
        assert f"#t={finding.start_s}" in html
        assert texts("cues", finding.cue) in html
    for problem in lunge.summary.problems:
        assert texts("problems", problem) in html
    for verdict in Verdict:
        assert texts("verdicts", verdict.value) in html
    assert texts("report", "cannot_see") in html


@pytest.mark.parametrize(("count", "kind"), [(180, "ok"), (60, "unknown")])
def test_only_a_clip_that_was_judged_nearly_all_along_gets_a_tick(tmp_path: Path, count: int, kind: str) -> None:
    # The first half second is never judged: of two seconds a quarter, of six a twelfth.
    written = report(tmp_path / "calm", true_poses("bridge")[:count], None)
    assert not written.summary.findings
    assert 0 < written.summary.frames.judged < count
    outcome = f'<li class="is-{kind}">'
    html = written.file.read_text(encoding="utf-8")
    assert outcome in html
    assert Messages("en")("summary", "nothing_found") in html.partition(outcome)[2].partition("</li>")[0]
    assert ('<li class="is-ok">' in html) == (kind == "ok")


def test_a_clip_of_breathing_in_which_nothing_is_judged_is_not_called_judged(tmp_path: Path) -> None:
    written = report(tmp_path / "breath", true_poses("bridge")[:60], None, asked_for="belly-breathing")
    assert (written.summary.frames.judged, written.summary.problems) == (0, {})
    texts, html = Messages("en"), written.file.read_text(encoding="utf-8")
    assert texts("report", "all_judged") not in html
    section = html.partition('aria-labelledby="unjudged-title"')[2].partition("</section>")[0]
    assert texts("summary", "nothing_judged") in section


@pytest.mark.parametrize(
    ("judged", "told"), [(0, "Nothing could be judged."), (9, ""), (10, "Everything in the clip could be judged.")]
)
def test_everything_is_judged_only_where_every_frame_was(bridge: Written, judged: int, told: str) -> None:
    frames = bridge.summary.frames.model_copy(update={"total": 10, "judged": judged})
    assert no_reason_told(Messages("en"), changed(bridge.summary, frames=frames, problems={})) == told


def make(path: Path, codec: str, pixels: str = "yuv420p", start: int = 0, count: int = 12) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, pixels
        for index in range(count):
            image = np.full((64, 96, 3), 20 * index, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = index + start, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "as_it_is"),
    [
        ("plain.mp4", "libx264", "yuv420p", ".mp4"),
        ("phone.mov", "libx264", "yuv420p", ".mp4"),
        ("web.webm", "libvpx-vp9", "yuv420p", ".webm"),
        ("ten-bits.mp4", "libx264", "yuv420p10le", None),
        ("colours.mp4", "libx264", "yuv444p", None),
        ("iphone.mov", "libx265", "yuv420p", None),
        ("matroska.mkv", "libx264", "yuv420p", None),
        ("old.avi", "mpeg4", "yuv420p", None),
    ],
)
def test_what_browsers_do_not_play_is_copied(
    tmp_path: Path, name: str, codec: str, pixels: str, as_it_is: str | None
) -> None:
    clip = make(tmp_path / name, codec, pixels)
    found = plays_as_it_is(clip)
    assert (found.suffix if found else None) == as_it_is
    folder = tmp_path / "files"
    folder.mkdir()
    shown = put(clip, folder)
    assert shown.kind == "video"
    if as_it_is:
        assert (folder / shown.file).samefile(clip)
        return
    with av.open(str(folder / shown.file)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    with open_source(clip) as source, open_source(folder / shown.file) as copy:
        frames = list(zip(source, copy, strict=True))
    assert len(frames) == 12
    for one, other in frames:
        assert one.time_s == pytest.approx(other.time_s, abs=1e-3)
        assert abs(float(one.image.mean()) - float(other.image.mean())) < 4


def test_a_clip_that_begins_late_or_is_mirrored_is_copied(tmp_path: Path) -> None:
    from test_sources import set_matrix

    assert plays_as_it_is(make(tmp_path / "late.mp4", "libx264", start=8)) is None
    turned = make(tmp_path / "turned.mp4", "libx264")
    set_matrix(turned, (0, 1, -1, 0))
    assert plays_as_it_is(turned) is not None
    set_matrix(turned, (-1, 0, 0, 1))
    assert plays_as_it_is(turned) is None


def test_the_users_clip_is_never_written_into(tmp_path: Path) -> None:
    clip = make(tmp_path / "mine.mp4", "libx264")
    before, folder = clip.read_bytes(), tmp_path / "files"
    folder.mkdir()
    put(clip, folder)
    other = make(tmp_path / "other.avi", "mpeg4")
    put(other, folder)
    put(make(tmp_path / "web.webm", "libvpx-vp9"), folder)
    assert clip.read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["clip.webm"]
    # The clip of a report can be analysed into its own folder.
    own = folder / "clip.webm"
    kept = own.read_bytes()
    assert put(own, folder).file == "clip.webm"
    assert own.read_bytes() == kept


def test_a_still_is_shown_as_it_was_analysed_without_notes_of_the_camera(tmp_path: Path) -> None:
    image = np.zeros((60, 90, 3), np.uint8)
    image[:20, :30] = (0, 0, 255)
    _, data = cv2.imencode(".jpg", image)
    # Orientation 6: to be turned by a quarter, as phones note it.
    exif = bytes.fromhex("ffe1002245786966000049492a0008000000010012010300010000000600000000000000")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(data.tobytes()[:2] + exif + data.tobytes()[2:])
    folder = tmp_path / "report" / "report_files"
    folder.mkdir(parents=True)
    shown = put(photo, folder)
    copy = (folder / shown.file).read_bytes()
    assert (shown.kind, b"Exif" in copy) == ("image", False)
    seen = cv2.imdecode(np.frombuffer(copy, np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    assert seen.shape[:2] == (90, 60)
    assert seen[5, 55, 2] > 200
    assert known(folder.parent) == folder / shown.file


def test_a_still_has_a_page_without_a_timeline(tmp_path: Path) -> None:
    pose = true_poses("low-lunge")[330]
    photo = tmp_path / "lunge.png"
    with open_source(sample("low-lunge")) as source:
        image = next(frame.image for frame in source if frame.index == 330)
    photo.write_bytes(cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes())
    written = report(tmp_path / "lunge", (pose,), photo, name="lunge.png", still=True)
    html = written.file.read_text(encoding="utf-8")
    assert 'src="report_files/clip.jpg"' in html
    assert "timeline-title" not in html
    assert written.summary.findings
    assert "#t=" not in html
    # What is judged of it is there to be drawn.
    series = data_of(written)["series"]
    assert isinstance(series, list)
    assert {one["rule"] for one in series} >= {"hip-opening", "trunk-back-lean", "front-knee"}


def test_plotly_lies_on_the_disk_once(tmp_path: Path) -> None:
    files = [
        report(tmp_path / name, true_poses("low-lunge")[:30], None).file.parent / "report_files" / "plotly.min.js"
        for name in ("one", "two")
    ]
    assert files[0].samefile(files[1])
    # Yet never the program's own file, which somebody who tidies up could change.
    assert files[0].stat().st_nlink == 2


def test_an_index_leads_to_each_report_whatever_it_is_called(tmp_path: Path) -> None:
    names = ["a#b 50%.mp4", HOSTILE]
    reports = []
    for number, name in enumerate(names):
        folder = tmp_path / f"a#b 50% {number}"
        reports.append(report(folder, true_poses("low-lunge"), None, name=name))
    html = write_index(tmp_path, reports, "nl").read_text(encoding="utf-8")
    assert "<script>alert" not in html
    for number in range(2):
        assert f'href="a%23b%2050%25%20{number}/report.html"' in html
    assert "Lage lunge" in html
    assert (tmp_path / "index.en.html").is_file()


def changed(summary: Summary, **changes: object) -> Summary:
    return summary.model_copy(update=changes)


def test_only_the_same_exercise_is_compared(lunge: Written, bridge: Written) -> None:
    with pytest.raises(Problem, match="angles of different exercises cannot be compared"):
        align(lunge.summary, bridge.summary)
    with pytest.raises(Problem, match="shows no exercise that is known"):
        align(lunge.summary, changed(lunge.summary, exercises=[]))
    assert align(lunge.summary, lunge.summary).by == "holds"
    assert align(bridge.summary, bridge.summary).by == "repetitions"
    assert align(bridge.summary, changed(bridge.summary, repetitions=[], holds=[])).by == "whole"


@pytest.mark.parametrize("difference", [-20.0, -8.4, -7.9, 0.0, 7.9, 8.4])
def test_less_than_eight_degrees_is_no_change(bridge: Written, difference: float) -> None:
    texts, first = Messages("en"), bridge.summary
    moved = [one.model_copy(update={"peak": one.peak + difference}) for one in first.repetitions]
    second = changed(first, repetitions=moved[:-1])
    found = [pair for pair in pairs(texts, first, second, align(first, second)) if pair.number]
    told = {pair.difference for pair in found[:-1]}
    if abs(difference) < TOLD_FROM_DEG:
        assert told == {"no change that can be told"}
    else:
        way = "larger" if difference > 0 else "smaller"
        assert told == {f"{abs(difference):.0f}° {way} in the second"}
    assert found[-1].difference == "only in one clip"


def test_a_finding_stands_beside_the_repetition_of_its_own_exercise(bridge: Written) -> None:
    # Both exercises have a first repetition; only that of the bridge went past a limit.
    first = bridge.summary.repetitions[0]
    finding = next(one for one in bridge.summary.findings if one.repetition).model_copy(update={"repetition": 1})
    other = first.model_copy(update={"exercise": "dead-bug"})
    both = changed(bridge.summary, repetitions=[first, other], findings=[finding])
    past = {table.title: table.rows[0].cells[-1] for table in pass_tables(Messages("en"), both)}
    assert [cell != "–" for cell in past.values()] == [True, False], past


def test_a_hostile_clip_through_the_whole_program(
    run: Callable[..., tuple[int, str, str]], model_path: Path, tmp_path: Path
) -> None:
    clip = tmp_path / HOSTILE.replace("/", "_")
    with av.open(str(sample("low-lunge"))) as whole, av.open(str(clip), "w", format="mp4") as part:
        stream = part.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is not None and float(packet.pts * packet.time_base) < 3.0:
                packet.stream = stream
                part.mux(packet)
    status, output, errors = run("analyse", clip, "--model", model_path, "--out", "out", "--lang", "nl")
    assert (status, errors) == (0, "")
    (folder,) = (tmp_path / "out").iterdir()
    assert f"Verslag: {Path('out') / folder.name / 'report.html'}" in output
    assert (folder / "report_files" / "clip.mp4").samefile(clip)
    tags = _Tags()
    tags.feed((folder / "report.html").read_text(encoding="utf-8"))
    assert tags.handlers == []
    status, _, _ = run("replay", folder / "poses.npz", "--out", "again")
    (again,) = (tmp_path / "again").iterdir()
    # The clip is found beside the recording.
    assert (status, (again / "report_files" / "clip.mp4").samefile(clip)) == (0, True)
    status, _, _ = run("analyse", clip, "--model", model_path, "--out", "plain", "--no-report")
    assert status == 0
    assert not list((tmp_path / "plain").rglob("*.html"))
    status, _, errors = run("analyse", clip, "--compare", "--out", "out")
    assert status == 2
    assert "two clips" in errors
