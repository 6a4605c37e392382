"""Fetches the jars of Neo4j from Maven Central: in parallel, checked, resumable, once for all processes.

Files arrive in a ``.partial`` folder beside the final one, each first as ``<name>.part``. A file leaves that state only
with the listed size and SHA-256, and the folder gets its final name only when it is complete, so whoever sees the final
folder sees all of it. An interrupted run goes on where it stopped, within a file too.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from filelock import FileLock
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import Artifact, MavenContext, PythonResolver

from graph.errors import StoreError, StoreUnavailable
from graph.store.jarlist import Jar, JarList

_log = logging.getLogger(__name__)
_THREADS = 16
_ATTEMPTS = 4


class Progress(Protocol):
    """Hears how far a download is; called from several threads, one at a time."""

    def __call__(self, done: int, total: int) -> None:
        """``done`` of ``total`` bytes are here."""


def silent(done: int, total: int) -> None:
    """A progress callback that does nothing."""


def fetch_jars(
    jars: JarList, folder: Path, *, progress: Progress = silent, repository: str = MAVEN_CENTRAL_URL
) -> Path:
    """Brings every jar of a list into ``folder/<version folder>`` and returns that path.

    Costs one directory listing when all is there already.

    Args:
        jars: What to fetch.
        folder: Where the folders of all versions live; made if missing.
        progress: Called after each piece.
        repository: Root of the Maven repository.

    Raises:
        StoreUnavailable: The repository cannot be reached or answers with an error. What arrived is kept.
        StoreError: The disk is full or not writable, or a file is not the listed one.
    """
    target = folder / jars.folder
    try:
        if not _missing(jars, target):
            return target
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{jars.folder}.lock"):
            if missing := _missing(jars, target):
                _fill(jars, missing, target, progress, repository)
    except OSError as error:
        raise StoreError(
            f"Cannot write Neo4j {jars.version} to {folder}: {error}. Free some space or set INNOGRAPH_HOME to another "
            "disk."
        ) from error
    return target


def _missing(jars: JarList, folder: Path) -> list[Jar]:
    """Jars that are not in the folder with their listed size."""
    try:
        sizes = {entry.name: entry.stat().st_size for entry in folder.iterdir()}
    except FileNotFoundError:
        return list(jars.jars)
    return [jar for jar in jars.jars if sizes.get(jar.filename) != jar.size]


def _fill(jars: JarList, missing: list[Jar], target: Path, progress: Progress, repository: str) -> None:
    partial = target.with_name(f".{target.name}.partial")
    if target.exists():
        # Published, yet damaged since. A running server keeps the files it has open.
        _log.warning("%d files of %s are missing or damaged and will be fetched again", len(missing), target)
        partial = target
    partial.mkdir(exist_ok=True)
    missing = _missing(jars, partial)
    needed = sum(jar.size for jar in missing)
    free = shutil.disk_usage(partial).free
    if free < needed * 1.1:
        raise StoreError(
            f"Neo4j {jars.version} needs {needed / 1e6:.0f} MB in {target.parent}, where {free / 1e6:.0f} MB are free. "
            "Free some space or set INNOGRAPH_HOME to another disk."
        )
    _log.info("fetching Neo4j %s: %d files, %.0f MB", jars.version, len(missing), needed / 1e6)
    _download(jars, missing, partial, progress, repository)
    known = {jar.filename for jar in jars.jars}
    for stray in [entry for entry in partial.iterdir() if entry.name not in known]:
        stray.unlink()
    if partial != target:
        partial.rename(target)


def _download(jars: JarList, missing: list[Jar], folder: Path, progress: Progress, repository: str) -> None:
    counter = _Counter(progress, total=jars.size, done=jars.size - sum(jar.size for jar in missing))
    limits = httpx.Limits(max_connections=_THREADS, max_keepalive_connections=_THREADS)
    with (
        httpx.Client(limits=limits, timeout=httpx.Timeout(30.0), follow_redirects=True) as client,
        ThreadPoolExecutor(_THREADS, thread_name_prefix="jars") as pool,
    ):
        resolver = _PooledResolver(client, folder, {jar.filename: jar for jar in missing}, counter)
        context = MavenContext(resolver=resolver, repo_cache=folder / ".none", remote_repos={"central": repository})
        # The largest first, so that no thread ends alone on a big one.
        tasks = [
            pool.submit(lambda jar: _artifact(context, jar).resolve(), jar)
            for jar in sorted(missing, key=lambda jar: -jar.size)
        ]
        finished, rest = wait(tasks, return_when=FIRST_EXCEPTION)
        failure = next((error for task in finished if (error := task.exception())), None)
        if failure is None:
            return
        resolver.stop.set()
        for task in rest:
            task.cancel()
    if isinstance(failure, httpx.HTTPError):
        raise StoreUnavailable(
            f"Cannot fetch Neo4j {jars.version} from {urlsplit(repository).hostname}: "
            f"{failure or type(failure).__name__}. {len(_missing(jars, folder))} of {len(jars.jars)} files "
            f"({jars.size / 1e6:.0f} MB in all) are still missing; what arrived is kept. Connect to the network "
            "(HTTPS_PROXY is honoured) and try again, or set NEO4J_HOME to an installed Neo4j, or INNOGRAPH_NEO4J_URI "
            "to a running one."
        ) from failure
    raise failure


def _artifact(context: MavenContext, jar: Jar) -> Artifact:
    return context.project(jar.group, jar.artifact).at_version(jar.version).artifact(jar.classifier)


class _Counter:
    """Adds up what many threads received and tells the callback."""

    def __init__(self, progress: Progress, *, total: int, done: int) -> None:
        self._progress = progress
        self._total = total
        self._done = done
        self._files: dict[str, int] = {}
        self._lock = threading.Lock()

    def reached(self, filename: str, size: int) -> None:
        """A file holds ``size`` bytes now; fewer than before where a transfer begins again."""
        with self._lock:
            self._done += size - self._files.get(filename, 0)
            self._files[filename] = size
            self._progress(self._done, self._total)


class _Stopped(Exception):
    """Another file failed, so this one is given up."""


class _Damaged(Exception):
    """A file arrived whole but is not the listed one; the message holds what its SHA-256 is."""


class _PooledResolver(PythonResolver):
    """jgo's resolver with one session for all files; its own opens a connection for each and cannot resume."""

    def __init__(self, client: httpx.Client, folder: Path, jars: dict[str, Jar], counter: _Counter) -> None:
        super().__init__()
        self.stop = threading.Event()
        self._client = client
        self._folder = folder
        self._jars = jars
        self._counter = counter

    def download(self, artifact: Artifact) -> Path:
        """Fetches one artifact into the folder; called by ``Artifact.resolve``."""
        jar = self._jars[artifact.filename]
        (repository,) = artifact.context.remote_repos.values()
        url = f"{repository}/{artifact.component.path_prefix.as_posix()}/{artifact.filename}"
        part = self._folder / f"{jar.filename}.part"
        resumed = part.exists()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._transfer(url, part, jar)
                break
            except httpx.HTTPError as error:
                final = isinstance(error, httpx.HTTPStatusError) and error.response.status_code < 500
                if final or attempt == _ATTEMPTS or self.stop.wait(0.25 * 2**attempt):
                    raise
            except _Damaged as error:
                # What an earlier run left may be at fault, so a file that was begun then gets a second chance.
                if not resumed:
                    raise StoreError(
                        f"{jar.filename} from {urlsplit(url).hostname} is not the listed file (sha256 {error}, "
                        f"expected {jar.sha256}). A proxy may be altering downloads; set NEO4J_HOME to an installed "
                        "Neo4j instead."
                    ) from error
                resumed = False
        path = self._folder / jar.filename
        part.replace(path)
        return path

    def _transfer(self, url: str, part: Path, jar: Jar) -> None:
        have = part.stat().st_size if part.exists() else 0
        if have < jar.size:
            headers = {"Range": f"bytes={have}-"} if have else {}
            with self._client.stream("GET", url, headers=headers) as response:
                response.raise_for_status()
                if response.status_code != httpx.codes.PARTIAL_CONTENT:
                    have = 0
                with part.open("ab" if have else "wb") as file:
                    for chunk in response.iter_raw():
                        if self.stop.is_set():
                            raise _Stopped
                        file.write(chunk)
                        have += len(chunk)
                        self._counter.reached(jar.filename, have)
        self._counter.reached(jar.filename, jar.size)
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != jar.sha256:
            part.unlink()
            raise _Damaged(found)
