"""The command ``plan`` as a user runs it, what it takes from the history, and a session that follows a programme."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from math import cos, pi
from pathlib import Path

import pytest
from sittings import LUNGE, Run, events_in, of
from test_screening import well

import stick_figure as sf
from calibration.baseline import Side
from calibration.profile import Profile
from calibration.progress import Done, advice
from calibration.screening import screen
from poses.exercise_file import built_in
from poses.messages import LANGUAGES, Language
from poses.records import Pose
from psoas_coach import live, profiles
from psoas_coach.history import store
from psoas_coach.history.people import rows_of
from psoas_coach.history.recent import Recent, recent
from psoas_coach.history.rows import Everything, FindingRow, Kept, PainRow, PartRow, PassRow, SessionRow
from psoas_coach.history.store import History
from psoas_coach.live_events import Event
from psoas_coach.live_session import LiveSession
from psoas_coach.live_state import Glimpse, Shown
from psoas_coach.plan import Plan, read_plan
from psoas_coach.programme import compose, length_s
from psoas_coach.session import Session

NOW = datetime(2026, 3, 5, 19, 0)
EXERCISES = built_in()
STRETCHES = {exercise.id for exercise in EXERCISES if exercise.has_leg_roles}


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Data and profiles of this test alone."""
    data = tmp_path / "data"
    monkeypatch.setattr(store, "folder", lambda: data)
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path / "profiles")
    return data


def session(ident: str, began: datetime, *parts: PartRow, person: str | None = None) -> Kept:
    row = SessionRow(ident, "live", person, began, "done", 600.0, 300.0, "full", f"/nowhere/{ident}")
    return Kept(row, parts)


def hold(ident: str, number: int, side: Side, seconds: float, exercise: str = "low-lunge") -> PassRow:
    begin_s = 60.0 * number
    return PassRow(ident, number, "hold", exercise, side, begin_s, begin_s + seconds, seconds, 9.0, True)


def repetition(ident: str, number: int, exercise: str = "bridge") -> PassRow:
    begin_s = 10.0 * number
    return PassRow(ident, number, "repetition", exercise, None, begin_s, begin_s + 4.0, 1.0, 2.0, True)


def stop(ident: str, number: int, start_s: float, exercise: str = "low-lunge") -> FindingRow:
    return FindingRow(
        ident,
        number,
        exercise,
        "hip-opening",
        "hip_opening_deg",
        "left",
        "stop",
        start_s,
        start_s + 2.0,
        30.0,
        25.0,
        4.0,
    )


def kept(path: Path, *sessions: Kept, person: str | None = None) -> Everything:
    """What a history gives back of sessions."""
    with History(path / "history.sqlite") as history:
        for one in sessions:
            history.keep(one)
        return history.of(person)


def test_what_was_done_lately(tmp_path: Path) -> None:
    days = [NOW - timedelta(days=back) for back in (8, 6, 1)]
    this_morning = NOW.replace(hour=8)
    found = kept(
        tmp_path,
        session("old", days[0], hold("old", 0, "left", 500.0)),
        session("week", days[1], hold("week", 0, "left", 30.0), hold("week", 1, "right", 20.0, "supine-hip-opening")),
        session("yesterday", days[2], repetition("yesterday", 0), hold("yesterday", 1, "left", 4.0, "bridge")),
        session("today", this_morning, hold("today", 0, "left", 31.0), *(repetition("today", n) for n in (1, 2, 3))),
        session("hers", this_morning, hold("hers", 0, "left", 300.0), person="anna"),
    )
    lately = recent(found, (), STRETCHES, NOW)
    assert lately.last == NOW.date()
    assert lately.week_s == (61.0, 20.0)
    assert lately.today_s == (31.0, 0.0)
    assert dict(lately.repeated) == {"bridge": 3}
    assert (lately.over, lately.only_breathing) == (frozenset(), False)
    # Yesterday nothing was stretched, which tells nothing of how far to go.
    assert [(one.at.date(), one.hurt) for one in lately.told] == [
        (day.date(), False) for day in (days[0], days[1], this_morning)
    ]
    assert recent(Everything(), (), STRETCHES, NOW) == Recent()


def test_what_ended_today(tmp_path: Path) -> None:
    morning, yesterday = NOW.replace(hour=8), NOW - timedelta(days=1)
    # Two stops at once are one stop; those of another day are over.
    once = session("once", morning, stop("once", 0, 10.0), stop("once", 1, 11.0), stop("once", 2, 50.0, "bridge"))
    before = session("before", yesterday, stop("before", 0, 10.0), stop("before", 1, 30.0))
    found = recent(kept(tmp_path / "a", once, before), (), STRETCHES, NOW)
    assert (found.over, found.only_breathing) == (frozenset(), False)
    twice = session("twice", morning, stop("twice", 0, 10.0), stop("twice", 1, 30.0))
    found = recent(kept(tmp_path / "b", twice), (), STRETCHES, NOW)
    assert (found.over, found.only_breathing) == (frozenset({"low-lunge"}), False)
    thrice = session(
        "thrice",
        morning,
        *(stop("thrice", n, 20.0 * n, name) for n, name in enumerate(["bridge", "low-lunge", "dead-bug"])),
    )
    assert recent(kept(tmp_path / "c", thrice), (), STRETCHES, NOW).only_breathing
    pain = session("pain", morning, PainRow("pain", 0, 60.0, "bridge", "exercise"))
    found = recent(kept(tmp_path / "d", pain), (), STRETCHES, NOW)
    assert (found.over, found.only_breathing) == (frozenset({"bridge"}), False)
    assert [one.hurt for one in found.told] == [True]
    pains = session("pains", morning, *(PainRow("pains", n, 60.0 * n, "bridge", "exercise") for n in (0, 1)))
    assert recent(kept(tmp_path / "e", pains), (), STRETCHES, NOW).only_breathing


def test_two_that_hurt_stay_two_in_a_row_when_only_breathing_came_after(tmp_path: Path) -> None:
    days = [NOW - timedelta(days=back) for back in (9, 7, 1)]
    hurt = [session(f"{n}", day, PainRow(f"{n}", 0, 60.0, "low-lunge", "exercise")) for n, day in enumerate(days[:2])]
    found = recent(kept(tmp_path, *hurt, session("breathed", days[2])), (), STRETCHES, NOW)
    assert advice((), found.told, NOW).therapist


def test_a_session_told_twice_is_one_session(tmp_path: Path) -> None:
    hurt = Done(at=NOW - timedelta(days=3), pain=5)
    with History(tmp_path / "history.sqlite") as history:
        history.keep(session("hers", hurt.at, PainRow("hers", 0, 60.0, "low-lunge", "exercise"), person="anna"))
        history.keep_of_person(list(rows_of(Profile(name="anna", sessions=(hurt,)))))
        found = history.of("anna")
    assert recent(found, (hurt,), STRETCHES, NOW).told == (hurt,)
    assert recent(found, (), STRETCHES, NOW).told == (hurt,), "the history still knows what left the profile"
    made = compose(screen(well()), recent(found, (hurt,), STRETCHES, NOW), EXERCISES, NOW)
    assert made is not None
    assert not made.therapist, "one that hurt is not two"


@pytest.mark.parametrize(("lang", "title"), [("en", "Your programme of today"), ("nl", "Je programma van vandaag")])
def test_plan_tells_and_writes_what_live_reads(
    run: Run, answers: Path, own: Path, tmp_path: Path, lang: str, title: str
) -> None:
    status, told, errors = run("plan", "--answers", answers, "--out", "new/today.toml", "--lang", lang)
    assert (status, errors) == (0, "")
    assert title in told
    assert "today.toml" in told
    read = read_plan(tmp_path / "new" / "today.toml", EXERCISES)
    assert len(read.items) == 7
    assert 600.0 <= length_s(read) <= 1200.0
    assert not own.exists(), "to look whether something was done makes nothing"


def without(answers: Path, folder: Path, *yes: str) -> Path:
    text = answers.read_text(encoding="utf-8")
    for name in yes:
        assert f"{name} = false" in text
        text = text.replace(f"{name} = false", f"{name} = true")
    path = folder / f"{'-'.join(yes)}.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["plan", "live"])
@pytest.mark.parametrize(("question", "sentence"), [("E1", "call your GP"), ("G2", "No exercise until your GP")])
def test_help_first_means_no_programme(
    run: Run, answers: Path, own: Path, tmp_path: Path, command: str, question: str, sentence: str
) -> None:
    also = ("--programme", "--headless", "--camera", str(LUNGE)) if command == "live" else ("--out", "today.toml")
    status, told, errors = run(command, "--answers", without(answers, tmp_path, question), *also, "--lang", "en")
    assert status == 2
    assert f"No session now ({question})" in errors
    assert sentence in errors
    assert "programme of today" not in told + errors
    assert not (tmp_path / "today.toml").exists()


def test_faults_are_told_in_one_line(run: Run, answers: Path, own: Path, tmp_path: Path) -> None:
    status, _, errors = run("plan")
    assert status == 2
    assert "There is nobody to ask" in errors
    status, _, errors = run("plan", "--answers", "none.toml")
    assert status == 2
    assert "There is no file" in errors
    status, _, errors = run("plan", "--answers", answers, "--profile", "nobody")
    assert status == 2
    assert "nobody" in errors
    (tmp_path / "file").write_text("x", encoding="utf-8")
    status, _, errors = run("plan", "--answers", answers, "--out", "file/today.toml")
    assert status == 2
    assert len(errors.strip().splitlines()) == 1
    own.mkdir()
    store.file().write_text("no history " * 50, encoding="utf-8")
    status, told, errors = run("plan", "--answers", answers)
    assert status == 2
    assert "history rebuild" in errors
    assert "programme" not in told, "what the history holds could stand against a stretch"
    for words in (("--plan", "x.toml"), ("--exercise", "bridge"), ("--level", "2")):
        status, _, errors = run("live", "--programme", *words)
        assert status == 2
        assert "leave --plan" in errors


def test_days_of_rest_come_from_profile_and_history(run: Run, answers: Path, own: Path) -> None:
    now = datetime.now().replace(microsecond=0)
    profiles.write(Profile(name="anna", sessions=(Done(at=now - timedelta(hours=20), pain=5),)))
    status, told, _ = run("plan", "--answers", answers, "--profile", "anna", "--out", "anna.toml", "--lang", "en")
    assert status == 0
    assert f"No stretch before {now + timedelta(hours=28):%d-%m %H:%M}" in told
    assert "Low lunge  " in told, "as the answers have it"
    assert not {item.exercise for item in read_plan(Path("anna.toml"), EXERCISES).items} & STRETCHES
    # Without a profile it is the sessions without one that count, and nobody else's.
    status, told, _ = run("plan", "--answers", answers, "--lang", "en")
    assert "No stretch" not in told
    began = now - timedelta(days=1)
    with History(store.file()) as history:
        history.keep(session("mine", began, PainRow("mine", 0, 60.0, "low-lunge", "exercise")))
    status, told, _ = run("plan", "--answers", answers, "--lang", "nl")
    assert status == 0
    assert "Je laatste sessie was gisteren." in told
    assert "Niet rekken voor " in told


class Sitting:
    """Somebody who does what a session asks for, and never more."""

    RATE = 12.0
    UPRIGHT, DOWN = sf.lunge(-10.0), sf.lunge(8.0)
    BUG = sf.DEAD_BUG
    # Right, left.
    BUG_OUT = replace(BUG, right=sf.Leg(205.0, 80.0)), replace(BUG, left=sf.Leg(205.0, 80.0))
    STEP = replace(sf.STANDING, right=sf.Leg(-76.0, 76.0)), replace(sf.STANDING, left=sf.Leg(-76.0, 76.0))

    def __init__(self, plan: Plan, language: Language = "en") -> None:
        self.live = LiveSession(plan, EXERCISES, language)
        self.judge = Session(EXERCISES, corrects=sf.uncorrected())
        self.frame, self.side = 0, 1
        self.shown: list[Shown] = []

    @property
    def part(self) -> str:
        return self.live.state.part

    def pose(self, figure: sf.Figure) -> Pose:
        time_s = self.frame / self.RATE
        if self.side == 1:
            seen = sf.pose(figure, time_s)
            return sf.on_the_knee(seen) if figure.trunk_deg < 45.0 and self.lunges else seen
        return sf.pose(replace(figure, left=figure.right, right=figure.left), time_s, facing=-1)

    @property
    def lunges(self) -> bool:
        return self.live.expected == "low-lunge"

    def see(self, figure: sf.Figure) -> None:
        pose = self.pose(figure)
        self.frame += 1
        self.judge.expect(self.live.expected)
        step = self.judge.step(self.frame, pose) if self.live.watching else None
        self.shown.append(self.live.advance(Glimpse(pose.time_s, step=step, pose=pose)))

    def stay(self, seconds: float, figure: sf.Figure) -> None:
        for _ in range(round(seconds * self.RATE)):
            self.see(figure)

    def glide(self, seconds: float, start: sf.Figure, end: sf.Figure) -> None:
        count = round(seconds * self.RATE)
        for number in range(count):
            self.see(sf.between(start, end, 0.5 - 0.5 * cos(pi * number / count)))

    def repeat(self) -> None:
        """One hold, or one repetition, of what is asked for."""
        item = self.live.state.item
        assert item is not None
        number = self.live.state.count % 2
        if item.exercise == "low-lunge":
            self.glide(3.0, self.UPRIGHT, self.DOWN)
            while not self.live.state.called_back and self.part == "exercise":
                self.see(self.DOWN)
            self.glide(3.0, self.DOWN, self.UPRIGHT)
            self.stay(1.0, self.UPRIGHT)
        elif item.exercise == "bridge":
            self.glide(2.5, sf.ON_THE_FLOOR, sf.FLAT_BRIDGE)
            self.stay(2.5, sf.FLAT_BRIDGE)
            self.glide(2.5, sf.FLAT_BRIDGE, sf.ON_THE_FLOOR)
            self.stay(2.0, sf.ON_THE_FLOOR)
        else:
            still, moved = (self.BUG, self.BUG_OUT) if item.exercise == "dead-bug" else (sf.STANDING, self.STEP)
            self.glide(2.2, still, moved[number])
            self.glide(2.2, moved[number], still)
            self.stay(0.8, still)

    def waiting(self) -> sf.Figure:
        """How they are between two repetitions, on the side that is asked for."""
        item = self.live.state.item
        self.side = 0 if item is not None and item.side == 0 else 1
        rest = {"low-lunge": self.UPRIGHT, "dead-bug": self.BUG, "standing-core": sf.STANDING}
        return rest.get(item.exercise if item is not None else "", sf.ON_THE_FLOOR)

    def go_through(self) -> "Sitting":
        while self.part != "ended":
            assert self.frame / self.RATE < 1300.0, f"stuck in {self.part} of {self.live.state.item}"
            if self.part == "exercise":
                self.repeat()
            else:
                self.see(self.waiting())
        return self

    @property
    def events(self) -> list[Event]:
        return [event for shown in self.shown for event in shown.events]

    def parts(self) -> list[str]:
        told = [event.details for event in self.events if event.kind == "part"]
        return [f"{one['part']} {one['exercise'] or ''} {one['side'] or ''}".strip() for one in told]


def test_a_whole_programme_is_led_from_beginning_to_end() -> None:
    made = compose(screen(well()), Recent(), EXERCISES, NOW)
    assert made is not None
    sitting = Sitting(made.plan).go_through()
    parts = sitting.parts()
    assert [one for one in parts if one.startswith(("set-up", "breathing", "ended"))] == [
        "breathing belly-breathing",
        "set-up bridge",
        "set-up dead-bug",
        "set-up standing-core",
        "set-up low-lunge left",
        "set-up low-lunge right",
        "breathing belly-breathing",
        "breathing",
        "ended",
    ]
    assert sitting.live.state.ended == "done"
    counted = [event for event in sitting.events if event.kind in ("hold", "repetition") and event.details["counts"]]
    count = {name: sum(event.details["exercise"] == name for event in counted) for name in ("bridge", "dead-bug")}
    assert count == {"bridge": 8, "dead-bug": 10}
    holds = [(event.details["side"], event.details["exercise"]) for event in counted if event.kind == "hold"]
    assert holds == [("left", "low-lunge")] * 2 + [("right", "low-lunge")] * 2
    assert sum(event.details["exercise"] == "standing-core" for event in counted) == 10
    assert not [event for event in sitting.events if event.kind in ("finding", "ends", "pain")]
    took_s = sitting.frame / sitting.RATE
    assert 600.0 <= took_s <= 1200.0
    assert took_s == pytest.approx(made.length_s, rel=0.2), "what was said before is about what it takes"
    lines = sitting.shown[-1].stage.lines
    assert "Get up slowly, drink some water. Calm walking, swimming or soft yoga go well with this." in lines
    assert sitting.shown[-1].stage.progress == (8, 8)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("yes", [(), ("S11",), ("S12",), ("S9",), ("S10",), ("D1",)])
def test_every_programme_can_be_skipped_through_and_has_words(language: Language, yes: tuple[str, ...]) -> None:
    made = compose(screen(well(**dict.fromkeys(yes, "yes"))), Recent(), EXERCISES, NOW)
    assert made is not None
    sitting = Sitting(made.plan, language)
    seen = []
    for _ in range(60):
        sitting.stay(0.5, sitting.waiting())
        stage = sitting.shown[-1].stage
        if stage.part == "ended":
            break
        assert stage.title
        assert "{" not in "".join((stage.title, stage.cue, stage.hint, *stage.lines))
        if stage.part == "breathing":
            assert "S10" not in yes or stage.breath_text != "Hold"
        seen.append(sitting.live.state.item.exercise if sitting.live.state.item is not None else "")
        sitting.shown.append(sitting.live.advance(Glimpse(sitting.frame / sitting.RATE, key="s")))
    assert sitting.live.state.ended == "done"
    assert set(seen) == {item.exercise for item in made.plan.items} | {""}


def test_live_follows_the_programme_before_a_clip(
    run: Run, answers: Path, own: Path, tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert model_path.exists()
    plans: list[Plan] = []
    real = live.run_session

    def cut_short(wish: live.Wish, choice: object, plan: Plan, *rest: object, **also: object) -> int:
        plans.append(plan)
        return real(wish, choice, plan, *rest, **also)  # type: ignore[arg-type] # as they were given

    monkeypatch.setattr(live, "run_session", cut_short)
    words = ("live", "--headless", "--no-voice", "--lang", "nl", "--camera", LUNGE, "--out", "sessions")
    status, told, _ = run(*words, "--programme", "--answers", without(answers, tmp_path, "S11"))
    assert status == 0
    run("plan", "--answers", without(answers, tmp_path, "S11"), "--out", "today.toml")
    status, _, _ = run(*words, "--plan", "today.toml", "--answers", without(answers, tmp_path, "S11"))
    assert status == 0
    assert plans[0] == plans[1], "the way over the file is the same session"
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert lines[0]["event"] == "begin"
    planned = [step["exercise"] for step in lines[0]["plan"]]
    assert planned[0] == "belly-breathing"
    assert "supine-hip-opening" in planned
    assert "low-lunge" not in planned
    folders = sorted((tmp_path / "sessions").iterdir())
    assert [of(events_in(folder), "ended")[0]["why"] for folder in folders] == ["source_ended"] * 2
    assert (folders[0] / "session.json").exists()
