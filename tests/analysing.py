"""What tests of an analysis share: its settings, and its table read back."""

import csv
from pathlib import Path

from poses.messages import Messages
from psoas_coach.analysis import Settings
from psoas_coach.run import chosen_exercises


def settings(model_path: Path, *, video: bool = False, exercise: str = "auto") -> Settings:
    chosen = chosen_exercises(exercise)
    return Settings(chosen, exercise, Messages("en"), model_path, "full", video)


def table_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "measures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
