"""How far a command is, on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn


@contextmanager
def spinner(*, shown: bool) -> Iterator[None]:
    """Show a spinner on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    if shown and console.is_terminal:
        with console.status("reading"):
            yield
    else:
        yield


@contextmanager
def progress_bar(total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal, nothing in a pipe. Decoded bytes may exceed the stored bytes."""
    console = Console(stderr=True)
    if not shown or not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=total or None)
        yield lambda count: progress.advance(task, count)
