"""The command `cmft review`: the window, the web page, or a list in the terminal."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from ..console import PlainConsole, say
from ..protocol.errors import InputError


def review(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The --out of a run, the folder of its plates, or its "
                                        "report.json.", show_default=False)],
    as_list: Annotated[bool, typer.Option("--list", help="List the least sure regions in the terminal.")] = False,
    window: Annotated[bool, typer.Option("--window", help="Open the window, or fail where there can be none; hosts "
                                         "use it.")] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Open report.html in the browser.")] = False,
) -> None:
    """Check a coloured shot and correct it by clicks, in a window."""
    if browser:
        show_page(out)
    elif as_list or (reason := no_window(out)) is not None:
        if window and not as_list:
            raise InputError(reason or "")
        if not as_list:
            say(f"{reason}; here is the list")
        show_list(out)


def no_window(out: Path) -> str | None:
    """Show the window until it is closed; return why there could be none, as the beginning of a sentence."""
    try:
        from ..window.qt import check_screen

        check_screen()
    except InputError as error:
        return str(error)
    from ..window.opening import review as open_review

    open_review(out if out.suffix not in (".json", ".html") else out.parent)
    return None


def show_list(out: Path) -> None:
    """Print what to check by hand, the least sure regions first. Raises InputError."""
    from .report import read_report, review_table  # here: brings numpy, which other commands begin without

    PlainConsole().print(review_table(read_report(report_of(out))))


def show_page(out: Path) -> None:
    """Open the report in the browser. Raises InputError where there is none."""
    from .report import read_report

    page = read_report(report_of(out)).html
    if not page.exists():
        raise InputError(f"{page}: there is no such page; run the shot again with --resume")
    webbrowser.open(page.resolve().as_uri())
    say(str(page))


def report_of(out: Path) -> Path:
    """Return where the report of a run lies: its --out names a folder by its plates' pattern."""
    return out if out.is_dir() or out.suffix in (".json", ".html") else out.parent
