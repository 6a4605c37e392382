"""ZIP archives, with bounds against bombs. Nothing is written to disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from zlib import error as ZlibError

from etl.sources.items import SourceItem
from etl.sources.origin import Origin

_MOST_MEMBERS = 5_000
_MOST_NESTED = 2
_MOST_TIMES = 8  # all members together, in times INNOGRAPH_MAX_FILE_BYTES
_RATIO = 250
_RATIO_FROM = 1_000_000
_HIDDEN = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_UTF8_FLAG = 0x800

Reader = Callable[[bytes, Origin], Iterator[SourceItem]]


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member; names without the UTF-8 mark are GBK as Chinese Windows writes them, or UTF-8."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    try:
        name = raw.decode("utf-8")
        if any(ch >= "\u0800" for ch in name) or name.isascii():
            return name  # 通知 in GBK happens to be valid UTF-8, but of Hebrew and Greek letters
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return info.filename


def package_kind(data: bytes) -> str:
    """``docx``, ``xlsx`` or ``zip`` by what the archive holds; ``""`` if it cannot be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, OverflowError):
        return ""
    if "word/document.xml" in names:
        return "docx"
    return "xlsx" if "xl/workbook.xml" in names else "zip"


def oversized(data: bytes, origin: Origin) -> str:
    """Why an archive must not be unpacked; empty if it may be."""
    limit = origin.settings.max_file_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        infos = package.infolist()
    if len(infos) > _MOST_MEMBERS:
        return f"It has {len(infos):,} members; at most {_MOST_MEMBERS:,} are read."
    total = sum(info.file_size for info in infos)
    if total > _MOST_TIMES * limit:
        return f"It unpacks to {total:,} bytes; at most {_MOST_TIMES * limit:,} are read."
    for info in infos:
        if info.file_size > _RATIO_FROM and info.file_size > _RATIO * max(info.compress_size, 1):
            return f"{member_name(info)[:80]!r} unpacks to {info.file_size // max(info.compress_size, 1):,} times its size."
    return ""


def read_zip(data: bytes, origin: Origin, read: Reader) -> Iterator[SourceItem]:
    """Everything that the members hold; a bad member is a failure and the rest goes on."""
    remedy = "Unpack it yourself and give the files you want."
    if origin.depth >= _MOST_NESTED:
        yield origin.failure(f"Archives are nested more than {_MOST_NESTED} deep.", remedy)
        return
    if reason := oversized(data, origin):
        yield origin.failure(reason, remedy)
        return
    limit = origin.settings.max_file_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in sorted(package.infolist(), key=member_name):
            name = member_name(info)
            if info.is_dir() or any(part in name for part in _HIDDEN):
                continue
            member = origin.member(name)
            if info.flag_bits & 1:
                yield member.failure("It is locked with a password.", remedy)
                continue
            try:
                with package.open(info) as stream:
                    # The size in the directory may lie, so the reading itself is bounded.
                    content = stream.read(limit + 1)
            except (
                zipfile.BadZipFile,
                OSError,
                ValueError,
                NotImplementedError,
                EOFError,
                RuntimeError,
                ZlibError,
            ) as error:
                yield member.failure(f"It cannot be unpacked: {error}.", "Make the archive again.")
                continue
            if len(content) > limit:
                yield member.failure(
                    f"It has more than {limit:,} bytes.", "Split it, or raise INNOGRAPH_MAX_FILE_BYTES."
                )
                continue
            yield from read(content, member)
