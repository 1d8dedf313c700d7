"""The loop of a live session: pictures in, steps through the machine, and out to window, voice and files.

Here is the only clock of a session, the source's; whatever is decided is decided in ``live_session``. Every result is
drawn on the picture it came from.
"""

import math
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from poses.messages import Language, Messages
from poses.problem import Problem
from poses.records import Frame, Pose, Step
from psoas_coach.live_events import Event
from psoas_coach.live_state import Ended, Glimpse, Shown, Trouble
from psoas_coach.live_watcher import Estimates, Watcher
from psoas_coach.voice import Voice
from psoas_coach.voice_notices import sentence
from vision.live_source import LiveSource
from vision.stage import Stage

# So long for a result before the window is looked after: keys are answered within it, and a pacer stays smooth.
_TURN_S: Final = 1 / 30
# Without a result for so long the clocks go on by themselves.
_QUIET_S: Final = 1.0
# A camera that does not come back for so long ends the session (convention).
GIVE_UP_S: Final = 300.0
# The summary is shown for so long at most.
_LINGER_S: Final = 300.0


class Shows(Protocol):
    """A window, see ``vision.window``."""

    def show(self, stage: Stage) -> str:
        """Draws, and tells which key was pressed."""

    def toggle_full_screen(self) -> None:
        """Fills the screen, or no longer."""


class Known(Protocol):
    """What whoever leads knows at any moment, as far as the loop needs it."""

    @property
    def language(self) -> Language:
        """Of all texts."""

    @property
    def time_s(self) -> float:
        """Of the last moment."""

    @property
    def ended(self) -> Ended:
        """Why it is over, "" while it is not."""

    @property
    def muted(self) -> bool:
        """Whether the voice is off."""


class Leads(Protocol):
    """Leads somebody: through a plan (``live_session``), or a calibration (``calibrate_session``)."""

    @property
    def state(self) -> Known:
        """What it knows now."""

    @property
    def looking(self) -> bool:
        """Whether the next pictures are to be looked at, be it for a sign of the arms alone."""

    @property
    def watching(self) -> bool:
        """Whether the next pictures are to be judged."""

    @property
    def expected(self) -> str | None:
        """The exercise that is asked for now, or None."""

    def advance(self, glimpse: Glimpse) -> Shown:
        """Takes one more moment into account."""

    def end(self, why: Ended) -> None:
        """Ends now."""


class Judges(Protocol):
    """Judges one frame after another, see ``session``."""

    def expect(self, exercise: str | None) -> None:
        """Is told what the person was asked to do."""

    def step(self, index: int, pose: Pose) -> Step:
        """Judges one more."""


class Keeps(Protocol):
    """Keeps what is seen and what happens, see ``live_files``."""

    @property
    def problem(self) -> Problem | None:
        """What could not be kept."""

    def write(self, frame: Frame, pose: Pose, step: Step) -> None:
        """Takes one frame."""

    def events(self, events: Sequence[Event]) -> None:
        """Takes what happened."""


class Loop:
    """Runs one session.

    Args:
        source: The camera.
        session: What judges.
        live: What leads the person.
        files: What keeps.
        window: What shows, or None.
        voice: What speaks, or None.
        tell: Told everything that happens.
        as_measured: From a pose as the model gave it to what is judged: lens and lean of the camera undone.
    """

    def __init__(
        self,
        source: LiveSource,
        session: Judges,
        live: Leads,
        files: Keeps,
        *,
        window: Shows | None,
        voice: Voice | None,
        tell: Callable[[Event], None],
        as_measured: Callable[[Pose], Pose] = lambda pose: pose,
    ) -> None:
        self._source, self._session, self._live, self._files = source, session, live, files
        self._window, self._voice, self._tell, self._as_measured = window, voice, tell, as_measured
        self._stage: Stage | None = None
        self._lag_ms = array("f")
        self._last_frame = -1
        self._news_s = time.monotonic()
        self._lost_since_s = math.inf

    @property
    def language(self) -> Language:
        """The language the person chose last."""
        return self._live.state.language

    @property
    def time_s(self) -> float:
        """Of the last moment, by the clock of the frames."""
        return self._live.state.time_s

    @property
    def counts(self) -> dict[str, Any]:
        """Pictures that were given and judged, and how late the judged ones were shown, in milliseconds."""
        lag = np.percentile(np.asarray(self._lag_ms), (50, 95)) if self._lag_ms else (0.0, 0.0)
        given = self._last_frame + 1
        return {"frames": given, "judged": len(self._lag_ms), "lag_ms": [round(float(value)) for value in lag]}

    def begin(self, **details: object) -> None:
        """Tells that the session begins."""
        self._take(Event(0.0, "begin", details))

    def run(self, estimator: Estimates, should_stop: Callable[[], bool]) -> Ended:
        """Runs until the session is over, and tells why it is."""
        with self._source, Watcher(self._source, estimator) as watcher:
            while not self._live.state.ended:
                if should_stop():
                    self._live.end("interrupted")
                elif watcher.at_the_end:
                    self._live.end("source_ended")
                elif self._gave_up():
                    self._live.end("camera_lost")
                watcher.watching = self._live.looking
                self._turn(watcher)
        self._advance(Glimpse(self.time_s))
        return self._live.state.ended

    def kept(self, place: Path) -> None:
        """Shows where everything is."""
        if self._stage is not None:
            told = Messages(self.language)("live", "kept", folder=str(place))
            self._stage = replace(self._stage, lines=(*self._stage.lines, told))

    def linger(self, should_stop: Callable[[], bool]) -> None:
        """Lets the summary stand until the person has seen it."""
        until_s = time.monotonic() + _LINGER_S
        while self._window is not None and self._stage is not None and not should_stop():
            key = self._window.show(self._stage)
            if key == "q" or time.monotonic() > until_s:
                return
            time.sleep(_TURN_S)

    def _turn(self, watcher: Watcher) -> None:
        """What came since the last turn goes through the machine, and the window shows the last of it."""
        found = watcher.results(_TURN_S if self._live.watching else 0.0)
        judged_s: list[float] = []
        for frame, pose in found:
            measured = self._as_measured(pose)
            if not self._live.watching:
                # Only the arms count. The picture that is shown may be newer already.
                self._advance(Glimpse(pose.time_s, pose=measured, trouble=self._trouble()))
                continue
            self._session.expect(self._live.expected)
            step = self._session.step(frame.index, measured)
            self._files.write(frame, pose, step)
            self._news_s = time.monotonic()
            self._last_frame = frame.index
            self._advance(Glimpse(pose.time_s, frame, step, trouble=self._trouble()))
            judged_s.append(frame.time_s)
        if not self._live.watching:
            self._advance(self._unjudged())
        elif not found and time.monotonic() - self._news_s > _QUIET_S:
            self._advance(Glimpse(self._source.now_s, trouble=self._trouble()))
        self._show()
        # From the camera to the screen.
        self._lag_ms.extend(1000.0 * (self._source.now_s - time_s) for time_s in judged_s)

    def _unjudged(self) -> Glimpse:
        """The moment while nobody is judged: the newest picture, and the clock."""
        frame: Frame | None = self._source.newest(self._last_frame, _TURN_S)
        self._last_frame = self._last_frame if frame is None else frame.index
        self._news_s = time.monotonic()
        return Glimpse(self._source.now_s, frame, trouble=self._trouble())

    def _advance(self, glimpse: Glimpse) -> None:
        if self._voice is not None and self._voice.notice:
            glimpse = replace(glimpse, voice_notice=sentence(self._voice.notice, self.language))
        shown = self._live.advance(glimpse)
        self._stage = shown.stage
        for event in shown.events:
            self._take(event)
        if self._voice is not None:
            for say in shown.says:
                self._voice.say(say.text, say.urgency)

    def _take(self, event: Event) -> None:
        self._files.events((event,))
        self._tell(event)

    def _show(self) -> None:
        if self._window is None or self._stage is None:
            return
        key = self._window.show(self._stage)
        if key == "f":
            self._window.toggle_full_screen()
        elif key:
            self._advance(Glimpse(self.time_s, key=key, trouble=self._trouble()))
            self._follow_voice()

    def _follow_voice(self) -> None:
        """Lets the voice be as the keys made it."""
        state, voice = self._live.state, self._voice
        if voice is None:
            return
        voice.change_language(state.language)
        if state.muted != voice.muted:
            voice.mute() if state.muted else voice.unmute()

    def _trouble(self) -> Trouble:
        state = self._source.state
        if state in ("lost", "stalled"):
            return "lost" if state == "lost" else "stalled"
        if self._files.problem is not None:
            return "not_kept"
        return "resized" if self._source.resized else ""

    def _gave_up(self) -> bool:
        now_s = time.monotonic()
        lost = self._source.state in ("lost", "stalled")
        self._lost_since_s = min(self._lost_since_s, now_s) if lost else math.inf
        return now_s - self._lost_since_s > GIVE_UP_S
