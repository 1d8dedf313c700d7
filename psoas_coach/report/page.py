"""Writes pages: the report of a clip in both languages, with everything it needs beside it.

``DIR/<clip>/report.html`` and ``report_files/`` open from a disk, without a server and without a network: styles and
scripts lie there as files, data as a script, Plotly as it comes with its Python package. Files that are the same for
every clip are linked, not copied, where the file system can.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import jinja2

from poses.messages import LANGUAGES, Language, Messages
from poses.problem import Problem
from psoas_coach.files import make_folder, replacing
from psoas_coach.report.media import link
from psoas_coach.version import VERSION

_HERE: Final = Path(__file__).parent
_ASSETS: Final = _HERE / "assets"
PLOTLY: Final = "plotly.min.js"
_NAMES: Final = {"en": "English", "nl": "Nederlands"}


@dataclass(frozen=True, slots=True)
class Page:
    """What every page has.

    Attributes:
        name: File name without its ending.
        template: Which template it is made of.
        title: Key of the text of its title, and what is filled in.
        styles: Files of its looks.
        scripts: Files of what moves in it, in the order in which they are loaded.
        filled: What is filled into the title.
        kind: Key of the text that says what kind of page it is.
    """

    name: str
    template: str
    title: str
    filled: dict[str, str]
    styles: tuple[str, ...]
    scripts: tuple[str, ...] = ()
    kind: str = "page"

    @property
    def files(self) -> str:
        """Name of the folder of its files."""
        return f"{self.name}_files"

    def file(self, lang: Language, main: Language) -> str:
        """Its file in a language; the one that was asked for has the plain name."""
        return f"{self.name}.html" if lang == main else f"{self.name}.{lang}.html"


Fill = Callable[[Messages], tuple[dict[str, Any], dict[str, Any]]]


def write(folder: Path, page: Page, main: Language, fill: Fill, own: tuple[str, ...] = ()) -> Path:
    """Writes a page in all languages, and the files it needs.

    Args:
        folder: Where to.
        page: Which page.
        main: The user's language.
        fill: Called with the texts of each language; gives the words for its scripts, and what the template needs.
        own: Those of its scripts that are there already.

    Returns:
        The file in the user's language.

    Raises:
        Problem: It cannot be written.
    """
    files = make_folder(folder / page.files)
    for name in (*page.styles, *page.scripts):
        if name not in own:
            _place(_plotly(folder) if name == PLOTLY else _ASSETS / name, files / name)
    for lang in LANGUAGES:
        texts = Messages(lang)
        words, context = fill(texts)
        other = next(one for one in LANGUAGES if one != lang)
        about = {
            "lang": lang,
            "title": texts("report", page.title, **page.filled),
            "what": texts("report", page.kind),
            "files": page.files,
            "styles": page.styles,
            "scripts": page.scripts,
            "words": words,
            "version": VERSION,
            "other_file": page.file(other, main),
            "other_lang": other,
            "other_name": _NAMES[other],
        }
        html = _templates().get_template(page.template).render(page=about, texts=texts, **context)
        with replacing(folder / page.file(lang, main)) as temporary:
            temporary.write_text(html, encoding="utf-8", newline="\n")
    return folder / page.file(main, main)


@cache
def _templates() -> jinja2.Environment:
    """Everything that is filled in is escaped; a name that a template gets wrong is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def lay_ready(folder: Path) -> None:
    """Puts what every report holds, and what is large, where the reports of folders in this one find it.

    Raises:
        Problem: It cannot be written, or is not there.
    """
    _place(_plotly(folder / "any"), folder / PLOTLY)


def _plotly(folder: Path) -> Path:
    """Plotly's script: laid ready or of a page beside this one, so that it lies on the disk once, or of its package."""
    found = find_spec("plotly")
    places = (found.submodule_search_locations or []) if found is not None else []
    scripts = [path for place in places if (path := Path(place, "package_data", PLOTLY)).is_file()]
    if not scripts:
        raise Problem("Plotly is missing", "the plots of the report are drawn by it", "Install psoas-coach again")
    size = scripts[0].stat().st_size
    near = [folder.parent / PLOTLY]
    if not near[0].is_file():
        near = sorted(folder.parent.glob(f"*/*_files/{PLOTLY}"))
    return next((path for path in near if path.is_file() and path.stat().st_size == size), scripts[0])


def _place(source: Path, target: Path) -> None:
    """Puts a file of the program into a page's folder; never a link to the program's own, which a user might change."""
    if source.name == PLOTLY and "package_data" not in source.parts:
        link(source, target)
    elif not (target.exists() and target.samefile(source)):
        with replacing(target) as temporary:
            shutil.copyfile(source, temporary)
