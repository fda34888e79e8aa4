"""Files on disk: safe paths, atomic writes, full disks."""

import errno
import json

import pytest

from voiceclone.errors import InputError, NotFoundError, StorageError
from voiceclone.limits import MAX_NAME_CHARACTERS
from voiceclone.storage import disk


def test_ids_are_unguessable_and_recognised():
    made = {disk.new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(disk.is_id(one) for one in made)


@pytest.mark.parametrize("value", ["", "..", "a" * 31, "A" * 32, "g" * 32, "a" * 32 + "\n", None, 7])
def test_what_is_no_id(value):
    assert not disk.is_id(value)


@pytest.mark.parametrize("parts", [("..",), ("a", "..", "..", "b"), ("/etc/passwd",), ("",), (".",), ("a\0b",)])
def test_safe_path_refuses_to_leave_or_be_the_root(tmp_path, parts):
    with pytest.raises(NotFoundError):
        disk.safe_path(tmp_path, *parts)


def test_safe_path_refuses_a_link_that_leads_out(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "door").symlink_to(tmp_path)
    with pytest.raises(NotFoundError):
        disk.safe_path(root, "door", "other")


def test_safe_path_joins_what_stays_inside(tmp_path):
    assert disk.safe_path(tmp_path, "a", "b") == (tmp_path / "a" / "b").resolve()


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path):
    path = tmp_path / "note.txt"
    disk.write_bytes(path, b"old")
    with pytest.raises(RuntimeError), disk.atomic_file(path) as temporary:
        temporary.write_bytes(b"half of the n")
        raise RuntimeError("killed")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_survives_the_round_trip(tmp_path):
    path = tmp_path / "deep" / "down" / "value.json"
    value = {"name": "Zoë “the voice”", "numbers": [1, 2.5], "none": None}
    disk.write_json(path, value)
    assert json.loads(path.read_text(encoding="utf-8")) == value


def test_reading_tells_missing_from_damaged(tmp_path):
    missing, damaged = NotFoundError("gone"), InputError("damaged")
    with pytest.raises(NotFoundError):
        disk.read_json(tmp_path / "nothing.json", missing=missing, damaged=damaged)
    (tmp_path / "half.json").write_text('{"a": ')
    with pytest.raises(InputError):
        disk.read_json(tmp_path / "half.json", missing=missing, damaged=damaged)
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError):
        disk.read_json(tmp_path / "bytes.json", missing=missing, damaged=damaged)


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Free some space"), (errno.EDQUOT, "Free"), (errno.EROFS, "permission")],
)
def test_a_full_or_forbidden_disk_is_told_in_words(tmp_path, number, remedy):
    with pytest.raises(StorageError, match=remedy), disk.storage_errors(tmp_path):
        raise OSError(number, "no")


def test_other_system_errors_pass_unchanged(tmp_path):
    with pytest.raises(InterruptedError), disk.storage_errors(tmp_path):
        raise InterruptedError(errno.EINTR, "later")


@pytest.mark.parametrize("parts", [("file", "below.txt"), ("folder",), ("x" * 300,)])
def test_a_name_that_cannot_be_is_told_in_words(tmp_path, parts):
    (tmp_path / "file").touch()
    (tmp_path / "folder" / "full").mkdir(parents=True)
    with pytest.raises(StorageError, match="another name"):
        disk.write_bytes(tmp_path.joinpath(*parts), b"1")


def test_free_disk_is_required_even_for_a_folder_not_made_yet(tmp_path):
    disk.require_free_disk(tmp_path / "not" / "yet", needed_mb=0.001)
    with pytest.raises(StorageError, match="MB are needed"):
        disk.require_free_disk(tmp_path / "not" / "yet", needed_mb=1e12)


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "x" * (MAX_NAME_CHARACTERS + 1), "bell\x07", "a\u202eb"])
def test_names_that_are_refused(name):
    with pytest.raises(InputError):
        disk.clean_name(name)


def test_names_are_tidied_only():
    assert disk.clean_name("  Änna   B. \n") == "Änna B."
    assert disk.clean_name("x" * MAX_NAME_CHARACTERS) == "x" * MAX_NAME_CHARACTERS


def test_removing_a_folder_twice_is_fine(tmp_path):
    folder = tmp_path / "folder"
    disk.write_bytes(folder / "file", b"1")
    disk.remove_folder(folder)
    disk.remove_folder(folder)
    assert not folder.exists()
