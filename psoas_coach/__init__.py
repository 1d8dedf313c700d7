"""psoas-coach as a Python package: the same analysis in the same terms as on the command line (docs/python.md).

Nothing is loaded before it is asked for, so that ``import psoas_coach`` takes no time. All other modules are the
program's own business and may change.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poses.exercise import Exercise as Exercise
    from poses.problem import Problem as Problem
    from poses.records import Pose as Pose
    from poses.records import Step as Step
    from poses.records import Verdict as Verdict
    from psoas_coach.analysis import Outcome as Outcome
    from psoas_coach.api import analyse as analyse
    from psoas_coach.api import built_in_exercises as built_in_exercises
    from psoas_coach.api import follow as follow
    from psoas_coach.api import load_recording as load_recording
    from psoas_coach.api import load_summary as load_summary
    from psoas_coach.api import read_exercise as read_exercise
    from psoas_coach.api import replay as replay
    from psoas_coach.api import write_export as write_export
    from psoas_coach.poses_file import Recording as Recording
    from psoas_coach.summary import Summary as Summary

    __version__: str

# Name to the module that has it, and what it is called there where that differs.
_HOMES = {
    "Exercise": ("poses.exercise", "Exercise"),
    "Outcome": ("psoas_coach.analysis", "Outcome"),
    "Pose": ("poses.records", "Pose"),
    "Problem": ("poses.problem", "Problem"),
    "Recording": ("psoas_coach.poses_file", "Recording"),
    "Step": ("poses.records", "Step"),
    "Summary": ("psoas_coach.summary", "Summary"),
    "Verdict": ("poses.records", "Verdict"),
    "__version__": ("psoas_coach.version", "VERSION"),
    "analyse": ("psoas_coach.api", "analyse"),
    "built_in_exercises": ("psoas_coach.api", "built_in_exercises"),
    "follow": ("psoas_coach.api", "follow"),
    "load_recording": ("psoas_coach.api", "load_recording"),
    "load_summary": ("psoas_coach.api", "load_summary"),
    "read_exercise": ("psoas_coach.api", "read_exercise"),
    "replay": ("psoas_coach.api", "replay"),
    "write_export": ("psoas_coach.api", "write_export"),
}

__all__ = [
    "Exercise",
    "Outcome",
    "Pose",
    "Problem",
    "Recording",
    "Step",
    "Summary",
    "Verdict",
    "__version__",
    "analyse",
    "built_in_exercises",
    "follow",
    "load_recording",
    "load_summary",
    "read_exercise",
    "replay",
    "write_export",
]


if not TYPE_CHECKING:
    # Hidden from whoever checks types: there a name that does not exist is a fault, and here it would be an object.
    def __getattr__(name: str) -> object:
        """Loads what is asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, its_name = _HOMES[name]
        return getattr(import_module(module), its_name)


def __dir__() -> list[str]:
    """What there is."""
    return sorted(__all__)
