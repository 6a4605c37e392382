"""What cannot or must not be read: a reason and a remedy, never a crash, never a silent nothing."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from etl.sources import RawDocument, SourceFailure, read_bytes, read_source
from graph.settings import Settings

DATA = Path(__file__).parents[3] / "data"


def failures(data: bytes, name: str = "upload", **limits: int) -> list[SourceFailure]:
    """Failures of bytes; there must be nothing else."""
    items = list(read_bytes(data, name, settings=Settings(**limits)))  # type: ignore[arg-type]
    assert items
    assert all(isinstance(i, SourceFailure) and i.reason and i.remedy for i in items)
    return [i for i in items if isinstance(i, SourceFailure)]


def zipped(**members: bytes) -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\t",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\x1f\x8b\x08" + bytes(50),
        b"{\\rtf1 text}",
        b"PK\x03\x04broken",
        b"%PDF-1.7 broken",
        bytes(range(1, 32)) * 40,
    ],
)
def test_what_is_not_read_says_why(data: bytes) -> None:
    assert len(failures(data)) == 1


@pytest.mark.parametrize("name", ["notice.docx", "centres.xlsx", "notice.pdf", "bundle.zip"])
def test_cut_off_files_fail_with_a_reason(name: str) -> None:
    data = (DATA / name).read_bytes()
    items = list(read_bytes(data[: len(data) // 2], name, settings=Settings()))
    assert any(isinstance(i, SourceFailure) for i in items)


def test_a_file_beyond_the_size_limit() -> None:
    assert "INNOGRAPH_MAX_FILE_BYTES" in failures(b"x" * 200, max_file_bytes=100)[0].remedy


def test_a_text_beyond_the_length_limit() -> None:
    assert "INNOGRAPH_MAX_TEXT_CHARS" in failures("中试基地".encode() * 50, max_text_chars=100)[0].remedy


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zipped(a=bytes(30_000_000))
    assert "times its size" in failures(bomb)[0].reason


def test_an_archive_that_unpacks_to_too_much() -> None:
    many = zipped(**{f"{i}.txt": b"text " * 4_000 for i in range(20)})
    assert len(many) < 4_500
    assert "unpacks to" in failures(many, max_file_bytes=4_500)[0].reason


def test_archives_nested_too_deep() -> None:
    data = zipped(a=b"text")
    for _ in range(4):
        data = zipped(a=data)
    assert "nested" in failures(data)[0].reason


def test_a_locked_member_is_a_failure(tmp_path: Path) -> None:
    data = bytearray(zipped(a="中试基地".encode()))
    data[6] |= 1  # the flag of the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of the directory
    assert "password" in failures(bytes(data))[0].reason


def test_a_missing_path_and_an_empty_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        (item,) = read_source(path, settings=Settings())
        assert isinstance(item, SourceFailure)


def test_a_bad_file_does_not_stop_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("一家中试基地。", "utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-broken")
    (tmp_path / "c.txt").write_text("另一家中试基地。", "utf-8")
    kinds = [type(i).__name__ for i in read_source(tmp_path, settings=Settings())]
    assert kinds == ["RawDocument", "SourceFailure", "RawDocument"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO("一家中试基地。".encode("gbk"))

    monkeypatch.setattr(sys, "stdin", Stdin())
    (item,) = read_source("-", settings=Settings())
    assert isinstance(item, RawDocument)
    assert (item.source, item.text) == ("stdin", "一家中试基地。")
