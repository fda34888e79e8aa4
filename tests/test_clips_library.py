"""Projects and clips on disk: made, listed, edited, deleted, never half there."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS

from voiceclone import limits
from voiceclone.audio.sound import Audio
from voiceclone.clips import ClipLibrary, Project
from voiceclone.errors import Cancelled, InputError, NotFoundError, StorageError, TextError


def test_project_names_are_tidied_and_unique(library: ClipLibrary) -> None:
    made = library.create_project("  Anna   Maria ", "es")
    assert (made.name, made.language) == ("Anna Maria", "es")
    assert library.project("anna maria") == made == library.project(made.project_id)
    with pytest.raises(InputError, match="already"):
        library.create_project("ANNA MARIA")
    with pytest.raises(TextError, match="xx"):
        library.create_project("Other", "xx")
    for bad in ("", "   ", "x" * 61):
        with pytest.raises(InputError):
            library.create_project(bad)
    assert library.projects() == [made]


def test_name_is_never_part_of_a_path(library: ClipLibrary, tmp_path: Path) -> None:
    made = library.create_project("../../outside")
    assert [entry.name for entry in (tmp_path / "data" / "projects").iterdir()] == [made.project_id]
    for wrong in ("../..", "..", "", made.project_id[:-1], "a" * 32):
        with pytest.raises(NotFoundError):
            library.project(wrong)
        with pytest.raises(NotFoundError):
            library.clip(made.project_id, wrong)
        with pytest.raises(NotFoundError):
            library.delete_clip(wrong, wrong)


def test_added_clips_survive_a_restart(example_library: ClipLibrary, project: Project, tmp_path: Path) -> None:
    clips = ClipLibrary(tmp_path / "data").clips("anna")
    assert clips == example_library.clips(project.project_id)
    assert [clip.source_name for clip in clips] == ["joe_01.flac", "joe_02.flac", "joe_03.flac"]
    assert [clip.text for clip in clips] == [EXAMPLE_TEXTS[clip.source_name] for clip in clips]
    for clip in clips:
        assert clip.verdict.level == "good" and clip.verdict.reason == ""
        assert clip.sample_rate == 22_050 and clip.included and not clip.cleaned and not clip.transcribed
        assert 0 < clip.speech_s < clip.duration_s


def test_original_is_kept_sample_for_sample(example_library: ClipLibrary, project: Project, speech: Audio) -> None:
    clip = example_library.clips(project.project_id)[0]
    example_library.clean(project.project_id)
    original = example_library.audio(project.project_id, clip.clip_id, "original")
    np.testing.assert_array_equal(original.samples, speech.samples)


def test_edit_changes_text_and_inclusion_only(example_library: ClipLibrary, project: Project) -> None:
    clip = example_library.clips(project.project_id)[0]
    changed = example_library.edit_clip(project.project_id, clip.clip_id, text="  Good   morning to you all. ")
    assert changed.text == "Good morning to you all." and changed.included
    changed = example_library.edit_clip(project.project_id, clip.clip_id, included=False)
    assert changed.text == "Good morning to you all." and not changed.included
    assert example_library.clip(project.project_id, clip.clip_id) == changed
    with pytest.raises(TextError, match="601"):
        example_library.edit_clip(project.project_id, clip.clip_id, text="x" * 601)


def test_verdict_follows_the_text(example_library: ClipLibrary, project: Project) -> None:
    clip = example_library.clips(project.project_id)[0]
    for text, words in [("", "No text yet"), ("Hi.", "Much more is said"), ("word " * 60, "longer than")]:
        verdict = example_library.edit_clip(project.project_id, clip.clip_id, text=text).verdict
        assert verdict.level == "bad" and words in verdict.reason
    assert len(example_library.training_clips(project.project_id)) == 2


def test_delete(example_library: ClipLibrary, project: Project, tmp_path: Path) -> None:
    first, second, third = example_library.clips(project.project_id)
    example_library.delete_clip(project.project_id, second.clip_id)
    assert example_library.clips(project.project_id) == [first, third]
    with pytest.raises(NotFoundError):
        example_library.audio(project.project_id, second.clip_id)
    example_library.delete_project(project.project_id)
    assert example_library.projects() == []
    assert list((tmp_path / "data" / "projects").iterdir()) == []


def test_training_clips_are_cleaned_included_and_not_bad(example_library: ClipLibrary, project: Project) -> None:
    first, second, third = example_library.clips(project.project_id)
    example_library.edit_clip(project.project_id, first.clip_id, included=False)
    example_library.edit_clip(project.project_id, second.clip_id, text="")
    (clip,) = example_library.training_clips(project.project_id, max_rate=16_000)
    assert (clip.clip_id, clip.text, clip.language) == (third.clip_id, third.text, "en-us")
    assert clip.audio.sample_rate == 16_000
    assert example_library.clip(project.project_id, third.clip_id).cleaned


def test_training_takes_good_clips_first_when_there_is_too_much(
    example_library: ClipLibrary, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = example_library.clips(project.project_id)
    folder = example_library.clip_folder(project.project_id, first.clip_id)
    record = json.loads((folder / "clip.json").read_text())
    record["figures"]["snr_db"] = 12.0
    (folder / "clip.json").write_text(json.dumps(record))
    monkeypatch.setattr(limits, "MAX_TRAIN_SPEECH_S", second.speech_s + 0.1)
    chosen = example_library.training_clips(project.project_id)
    assert first.clip_id not in {clip.clip_id for clip in chosen}
    assert len(chosen) == 2


def test_readiness_sentence(library: ClipLibrary, project: Project) -> None:
    empty = library.readiness(project.project_id)
    assert (empty.clip_count, empty.usable_s, empty.enough) == (0, 0, False)
    library.add_files(project.project_id, [EXAMPLE_DIR])
    ready = library.readiness(project.project_id)
    assert ready.enough and ready.speech_s == ready.usable_s >= 60
    assert ready.sentence == ("1 min 2 s of usable speech: enough for a first voice. 5 min would make it better.")
    clip = library.clips(project.project_id)[0]
    library.edit_clip(project.project_id, clip.clip_id, included=False)
    assert library.readiness(project.project_id).usable_s == pytest.approx(ready.usable_s - clip.speech_s)


def test_same_sound_is_not_added_twice(example_library: ClipLibrary, project: Project) -> None:
    report = example_library.add_files(project.project_id, [EXAMPLE_DIR / "joe_01.flac"], text="Something else.")
    assert report.added == () and "already" in report.rejected[0].reason
    assert len(example_library.clips(project.project_id)) == 3


def test_text_given_later_replaces_a_recognised_one(example_library: ClipLibrary, project: Project) -> None:
    clip = example_library.clips(project.project_id)[0]
    example_library.change(project.project_id, clip.clip_id, text="The quite morning.", transcribed=True)
    report = example_library.add_files(project.project_id, [EXAMPLE_DIR / "joe_01.flac"], text=clip.text)
    assert "has your text now" in report.rejected[0].reason
    changed = example_library.clip(project.project_id, clip.clip_id)
    assert changed.text == clip.text and not changed.transcribed


def test_full_disk_leaves_no_half_clip(
    example_library: ClipLibrary, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = example_library.clips(project.project_id)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1_000_000))
    with pytest.raises(StorageError, match="free"):
        example_library.add_files(project.project_id, [EXAMPLE_DIR / "joe_04.flac"], text="She bought three.")
    assert example_library.clips(project.project_id) == before
    assert len(list((tmp_path / "data" / "projects" / project.project_id / "clips").iterdir())) == 3


def test_killed_while_writing_leaves_no_half_clip(
    example_library: ClipLibrary, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    import voiceclone.clips.library as module

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.disk, "write_json", killed)
    with pytest.raises(KeyboardInterrupt):
        example_library.add_files(project.project_id, [EXAMPLE_DIR / "joe_04.flac"], text="She bought three.")
    monkeypatch.undo()
    assert len(example_library.clips(project.project_id)) == 3
    # A kill -9 also leaves the half-made folder; it must not be listed.
    clip = example_library.clips(project.project_id)[0]
    folder = example_library.clip_folder(project.project_id, clip.clip_id)
    shutil.copytree(folder, folder.with_name(f".part-{folder.name}"))
    for name in ("clip.json", "clip.copy.json"):
        (folder / name).write_text('{"clip_id": ')
    assert len(example_library.clips(project.project_id)) == 2


def test_stop_keeps_what_was_added(library: ClipLibrary, project: Project) -> None:
    told: list[float] = []
    with pytest.raises(Cancelled, match="2 clips"):
        library.add_files(
            project.project_id, [EXAMPLE_DIR],
            on_progress=lambda share, words: told.append(share),
            should_stop=lambda: len(told) > 2 - 1,
        )  # fmt: skip
    assert len(library.clips(project.project_id)) == 2
    assert told == sorted(told) and all(0 <= share <= 1 for share in told)


def test_500_clips_are_listed_quickly(example_library: ClipLibrary, project: Project) -> None:
    clip = example_library.clips(project.project_id)[0]
    folder = example_library.clip_folder(project.project_id, clip.clip_id)
    record = json.loads((folder / "clip.json").read_text())
    for number in range(497):
        clip_id = f"{number:032x}"
        (folder.parent / clip_id).mkdir()
        (folder.parent / clip_id / "clip.json").write_text(json.dumps(record | {"clip_id": clip_id}))
    started = time.perf_counter()
    clips = example_library.clips(project.project_id)
    assert len(clips) == 500
    assert time.perf_counter() - started < 1.0
