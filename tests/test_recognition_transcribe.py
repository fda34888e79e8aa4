"""Writing down what is said, offline, for English; a plain request for the text otherwise."""

import gc
import weakref
from pathlib import Path

import pytest
from sounds import make_noise

from voiceclone.audio.sound import Audio
from voiceclone.clips import ClipLibrary, Project
from voiceclone.errors import VoiceCloneError
from voiceclone.recognition import transcribe as module
from voiceclone.recognition.transcribe import can_transcribe, keeping_recogniser, transcribe


def test_words_are_understood_and_always_the_same(speech: Audio) -> None:
    first = transcribe(speech)
    assert first == transcribe(speech)
    assert {"the", "quiet", "morning", "across", "kitchen", "table."} <= set(first.lower().split())


def test_upload_without_text_is_written_down(library: ClipLibrary, project: Project, speech_file: Path) -> None:
    (clip,) = library.add_files(project.project_id, [speech_file]).added
    assert "kitchen table" in clip.text and clip.transcribed and clip.verdict.level == "good"
    assert not library.edit_clip(project.project_id, clip.clip_id, text="The quiet morning light.").transcribed


def test_other_languages_ask_for_the_text_and_keep_the_clip(library: ClipLibrary, speech_file: Path) -> None:
    project = library.create_project("Ana", "es")
    (clip,) = library.add_files(project.project_id, [speech_file]).added
    assert clip.text == "" and clip.language == "es"
    assert clip.verdict.level == "bad" and "recogniser for more languages" in clip.verdict.reason
    assert library.edit_clip(project.project_id, clip.clip_id, text="La luz de la mañana.").verdict.level == "good"


def test_languages() -> None:
    assert [code for code in ("en-us", "en-gb", "es", "hi") if can_transcribe(code)] == ["en-us", "en-gb"]


def test_noise_gives_no_made_up_story() -> None:
    assert len(transcribe(make_noise(3.0, 16_000, 0.02)).split()) <= 2


def test_missing_recogniser_is_told(monkeypatch: pytest.MonkeyPatch, speech: Audio) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(VoiceCloneError, match="make setup"):
        transcribe(speech)


def test_the_recogniser_is_loaded_once_a_block_and_let_go_after_it(
    monkeypatch: pytest.MonkeyPatch, speech: Audio
) -> None:
    loaded = []
    load = module._load

    def count(folder: Path) -> object:
        model = load(folder)
        loaded.append(weakref.ref(model))
        return model

    monkeypatch.setattr(module, "_load", count)
    with keeping_recogniser():
        transcribe(speech)
        transcribe(speech)
        assert len(loaded) == 1 and loaded[0]() is not None
    gc.collect()
    assert loaded[0]() is None
    transcribe(speech)
    assert len(loaded) == 2
