"""Fetching one file from anywhere, and unpacking what may come from anywhere."""

import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.small_hub import serve_all
from voiceclone.errors import ArchiveError, BaseModelError, Cancelled, StorageError
from voiceclone.storage import download
from voiceclone.storage.archive import unpack

CONTENT = np.random.default_rng(0).bytes(1_000_000)


@pytest.fixture
def site(tmp_path, monkeypatch):
    import huggingface_hub

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "RETRY_PAUSE_S", 0.0)
    huggingface_hub.close_session()
    with serve_all(tmp_path / "site") as small_site:
        yield small_site
    huggingface_hub.close_session()


@pytest.fixture
def fetch(site, tmp_path):
    """Fetch `name`; what was told is in `fetch.told`."""

    def call(name, **options):
        call.told.clear()
        return download.fetch(
            f"{site.endpoint}/{name}",
            tmp_path / "got" / "file.zip",
            lambda have, total: call.told.append((have, total)),
            options.pop("should_stop", None),
            **options,
        )

    call.told = []
    return call


def test_progress_is_told_with_the_size_the_server_says(site, fetch):
    site.put("a/x.zip", CONTENT)
    assert fetch("a/x.zip").read_bytes() == CONTENT
    assert {total for _, total in fetch.told} == {len(CONTENT)}
    assert [have for have, _ in fetch.told] == sorted(have for have, _ in fetch.told)
    assert len(fetch.told) >= 4
    fetch("a/x.zip")
    assert len(site.asked) == 1, "what is there was fetched again"


def test_stopped_broken_and_taken_up_again(site, fetch, tmp_path):
    site.put("x.zip", CONTENT)
    with pytest.raises(Cancelled, match="goes on from here"):
        fetch("x.zip", should_stop=lambda: bool(fetch.told) and fetch.told[-1][0] > 300_000)
    kept = (tmp_path / "got" / "file.zip.part").stat().st_size
    assert 300_000 < kept < len(CONTENT)
    site.cuts = [200_000]
    assert fetch("x.zip").read_bytes() == CONTENT
    assert site.asked[1] == ("x.zip", f"bytes={kept}-")
    assert len(site.asked) == 3


def test_the_hash_that_the_hub_tells_is_checked(site, fetch, tmp_path):
    site.put("model.pth", CONTENT)
    site.tells_hashes = True
    assert fetch("model.pth").read_bytes() == CONTENT
    (tmp_path / "got" / "file.zip").unlink()
    site.claimed["model.pth"] = "0" * 64
    with pytest.raises(BaseModelError, match=r"“file\.zip”.*checksum is wrong.*Try again"):
        fetch("model.pth")
    assert list((tmp_path / "got").iterdir()) == []


def test_a_hash_published_beforehand_is_checked(site, fetch, tmp_path):
    sha256 = site.put("x.zip", CONTENT)
    assert fetch("x.zip", sha256=sha256).is_file()
    (tmp_path / "got" / "file.zip").unlink()
    with pytest.raises(BaseModelError, match="checksum is wrong"):
        fetch("x.zip", sha256="0" * 64)


def test_a_file_of_another_size_than_promised_is_thrown_away(site, fetch, tmp_path):
    site.put("model.pth", CONTENT)
    site.tells_hashes = True
    site.claimed_bytes["model.pth"] = len(CONTENT) + 7
    with pytest.raises(BaseModelError, match=r"size is wrong: 1,000,000 bytes in place of 1,000,007"):
        fetch("model.pth")
    assert list((tmp_path / "got").iterdir()) == []


def test_a_part_of_another_longer_file_is_not_taken_for_this_one(site, fetch, tmp_path):
    site.put("x.zip", CONTENT)
    (tmp_path / "got").mkdir()
    (tmp_path / "got" / "file.zip.part").write_bytes(CONTENT + b"more")
    with pytest.raises(BaseModelError, match="size is wrong"):
        fetch("x.zip")
    assert fetch("x.zip").read_bytes() == CONTENT


def test_a_missing_file_is_told_with_what_else_to_do(fetch):
    with pytest.raises(BaseModelError, match=r"127\.0\.0\.1 did not give “file\.zip” \(answer 404\).*Do without\.$"):
        fetch("gone.zip", advice="Do without.")


def test_too_little_room_stops_before_a_byte_is_written(site, fetch, tmp_path, monkeypatch):
    site.put("x.zip", CONTENT)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1.5e8})())
    with pytest.raises(StorageError, match=r"150 MB are free.*201 MB are needed"):
        fetch("x.zip")
    assert list((tmp_path / "got").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_disk_that_fills_up_on_the_way_is_told(site, fetch, tmp_path):
    site.put("x.zip", CONTENT)
    (tmp_path / "got").mkdir()
    (tmp_path / "got" / "file.zip.part").symlink_to("/dev/full")
    with pytest.raises(StorageError, match="is full"):
        fetch("x.zip")


# Unpacking ------------------------------------------------------------------------------------


def write_zip(path, files, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_outer_folder_is_left_away_and_litter_is_left_out(tmp_path):
    files = {"m--x/config.json": b"{}", "m--x/sub/model.pth": b"w", "__MACOSX/m--x/._config.json": b"?"}
    archive = write_zip(tmp_path / "m.zip", files | {"m--x/.DS_Store": b"?"})
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_bytes(b"old")
    (tmp_path / "base" / "mine.txt").write_bytes(b"mine")
    told = []
    unpack(archive, tmp_path / "base", lambda share, words: told.append((share, words)))
    assert contents(tmp_path / "base") == {"config.json": b"{}", "sub/model.pth": b"w", "mine.txt": b"mine"}
    assert told[-1] == (1.0, "Unpacking model.pth")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "m.zip"]


def test_files_without_an_outer_folder_stay_where_they_are(tmp_path):
    unpack(write_zip(tmp_path / "m.zip", {"config.json": b"{}", "model.pth": b"w"}), tmp_path / "base")
    assert contents(tmp_path / "base") == {"config.json": b"{}", "model.pth": b"w"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "a/../../evil",
        "/evil",
        "..\\evil",
        "a\\..\\..\\evil",
        "C:\\evil",
        "C:evil",
        "\\\\host\\evil",
        "..",
        ".",
    ],
)
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    archive = write_zip(tmp_path / "m.zip", {"config.json": b"{}", name: b"evil"})
    before = contents(tmp_path)
    with pytest.raises(ArchiveError, match="outside its folder"):
        unpack(archive, tmp_path / "deep" / "base")
    assert contents(tmp_path) == before


def test_a_link_in_a_zip_file_is_refused(tmp_path):
    link = zipfile.ZipInfo("config.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ArchiveError, match="outside its folder"):
        unpack(tmp_path / "m.zip", tmp_path / "base")
    assert not (tmp_path / "base").exists()


def test_a_zip_file_that_unpacks_to_far_too_much_is_refused(tmp_path):
    archive = write_zip(tmp_path / "m.zip", {"config.json": b"{}", "model.pth": bytes(3_000_000)})
    assert archive.stat().st_size < 10_000
    with pytest.raises(ArchiveError, match="more than 2 MB"):
        unpack(archive, tmp_path / "base", max_mb=2)
    many = write_zip(tmp_path / "many.zip", {f"{number}": b"" for number in range(30)})
    with pytest.raises(ArchiveError, match="holds 30 files; at most 20 are unpacked"):
        unpack(many, tmp_path / "base", max_files=20)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.zip", "many.zip"]


def test_a_zip_file_that_lies_about_its_size_is_refused(tmp_path):
    archive = write_zip(tmp_path / "m.zip", {"model.pth": bytes(3_000_000)})
    content = bytearray(archive.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + offset
        content[at : at + 4] = (1000).to_bytes(4, "little")
    archive.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"damaged|more than"):
        unpack(archive, tmp_path / "base", max_mb=2)
    assert [path.name for path in tmp_path.iterdir()] == ["m.zip"]


@pytest.mark.parametrize("kind", ["no zip", "cut", "wrong checksum", "empty", "nothing in it"])
def test_a_damaged_zip_file_leaves_nothing(tmp_path, kind):
    archive = write_zip(tmp_path / "m.zip", {"config.json": b"{}", "model.pth": CONTENT}, zipfile.ZIP_STORED)
    content = bytearray(archive.read_bytes())
    content[500_000] ^= 0xFF
    damaged = {
        "no zip": CONTENT,
        "cut": bytes(content[:500_000]),
        "wrong checksum": bytes(content),
        "empty": b"",
        "nothing in it": write_zip(tmp_path / "none.zip", {}).read_bytes(),
    }
    (tmp_path / "none.zip").unlink()
    archive.write_bytes(damaged[kind])
    with pytest.raises(ArchiveError, match=r"“m\.zip” (is not a zip file|holds no files)"):
        unpack(archive, tmp_path / "base")
    assert [path.name for path in tmp_path.iterdir()] == ["m.zip"]


def test_stopping_while_unpacking_leaves_nothing(tmp_path):
    archive = write_zip(tmp_path / "m.zip", {"config.json": b"{}", "model.pth": bytes(5_000_000)})
    told = []
    with pytest.raises(Cancelled):
        unpack(archive, tmp_path / "base", lambda *words: told.append(words), lambda: len(told) > 2)
    assert [path.name for path in tmp_path.iterdir()] == ["m.zip"]


def test_a_full_disk_is_told_before_unpacking(tmp_path, monkeypatch):
    archive = write_zip(tmp_path / "m.zip", {"config.json": b"{}", "model.pth": bytes(5_000_000)})
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1e6})())
    with pytest.raises(StorageError, match="1 MB are free"):
        unpack(archive, tmp_path / "base")
