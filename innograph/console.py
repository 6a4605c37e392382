"""What the commands print: results to standard output, everything for the eye of the user to standard error."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.logging import RichHandler

from graph.answers.values import plain
from graph.errors import InvalidInput
from graph.store.progress import console as store_console

out = Console(highlight=False, soft_wrap=True)
# The one on which the store shows its downloads: two consoles on standard error would overwrite each other.
err = store_console


def set_up_logging(verbose: bool) -> None:
    """Log lines go to standard error; ``--verbose`` shows more of them."""
    level = logging.INFO if verbose or not sys.stderr.isatty() else logging.WARNING
    handler: logging.Handler = (
        RichHandler(console=err, show_path=False) if sys.stderr.isatty() else logging.StreamHandler()
    )
    logging.basicConfig(level=level, handlers=[handler], format="%(levelname)s %(name)s: %(message)s", force=True)
    for noisy in ("neo4j", "httpx", "jgo", "urllib3", "trafilatura", "pdfminer"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def print_json(value: Any, *, indent: int | None = None) -> None:
    """Prints a value as JSON in UTF-8, whatever the terminal's locale."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=plain)
    write(text + "\n")


def write(text: str) -> None:
    """Writes text to standard output in UTF-8; characters that have no UTF-8 (lone surrogates) become U+FFFD."""
    stream = getattr(sys.stdout, "buffer", None)
    data = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if stream is None:
        sys.stdout.write(data)
    else:
        stream.write(data.encode("utf-8"))
        stream.flush()


def check_writable(path: Path) -> None:
    """Finds out before the work whether its report can be written.

    Raises:
        InvalidInput: There is no such folder, or it may not be written.
    """
    if path.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise InvalidInput(
            f"The report {path} cannot be written. Name a file in a folder that exists and may be written."
        )


def write_report(path: Path, value: Any) -> None:
    """Writes a JSON report; an existing file is replaced only when the new one is whole.

    Raises:
        InvalidInput: The file cannot be written.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        scratch.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise InvalidInput(
            f"Cannot write the report {path}: {error.strerror or error}. Name a folder that exists."
        ) from error


@contextmanager
def working(text: str) -> Iterator[Callable[[str], None]]:
    """Shows that something is under way, and what, as the function that it gives is told: in place in a terminal.

    Elsewhere it is silent unless told something, which becomes a line.
    """
    if sys.stderr.isatty():
        with err.status(text) as status:
            yield lambda step: status.update(f"{text.removesuffix('…').strip()}: {step} …")
    else:
        yield lambda step: err.print(f"{text.removesuffix('…').strip()}: {step}")
