"""A recogniser for more languages: fetched from a hub, checked, used for every clip, removed."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.small_hub import serve_all
from tests.sounds import EXAMPLE_DIR
from voiceclone.audio.decoding import open_recording
from voiceclone.clips import ClipLibrary, Project
from voiceclone.errors import AudioError, BaseModelError, Cancelled, InputError
from voiceclone.recognition import recognisers
from voiceclone.recognition.language_id import language_of
from voiceclone.recognition.transcribe import _bundled_folder, can_transcribe, recognise
from voiceclone.storage import download
from voiceclone.text.languages import ANY_LANGUAGE


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub that offers the recogniser that comes along under the name of the one for all languages."""
    import huggingface_hub

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "RETRY_PAUSE_S", 0.0)
    huggingface_hub.close_session()
    offered = recognisers.RECOGNISERS["base"]
    contents = {path.name: path.read_bytes() for path in sorted(_bundled_folder().iterdir()) if path.is_file()}
    names = sorted(contents, key=lambda name: name == "model.bin")
    hashes = {name: hashlib.sha256(contents[name]).hexdigest() for name in names}
    monkeypatch.setitem(recognisers.RECOGNISERS, "base", replace(offered, files=hashes))
    with serve_all(tmp_path / "hub") as site:
        for name, content in contents.items():
            site.put(f"{offered.repository}/resolve/{offered.revision}/{name}", content)
        yield site
    huggingface_hub.close_session()


def test_what_is_fetched_writes_down_every_language(hub, tmp_path: Path, speech) -> None:
    data = tmp_path / "data"
    assert recognisers.installed(data) == [] and not can_transcribe("es", data)
    told = []
    recognisers.install(data, "base", lambda share, words: told.append((share, words)), endpoint=hub.endpoint)
    assert recognisers.installed(data) == ["base"] and can_transcribe("es", data) and not can_transcribe("es")
    assert told[-1] == (1.0, "Done") and "Fetching Whisper base" in told[0][1]
    assert "kitchen table" in recognise(speech, "en-us", data).text
    library = ClipLibrary(data)
    project = library.create_project("Ana", "es")
    (clip,) = library.add_files(project.project_id, [EXAMPLE_DIR / "joe_01.flac"]).added
    assert clip.text and clip.transcribed and clip.language == "es"
    # The network behind the served files knows English only, so that is what it takes everything for.
    (same,) = library.add_files(project.project_id, [EXAMPLE_DIR / "joe_02.flac"], language=ANY_LANGUAGE).added
    assert same.language == "en-us" and same.text
    recognisers.remove(data, "base")
    assert not can_transcribe("es", data)


def test_the_language_cannot_be_found_out_without_it(library: ClipLibrary, project: Project) -> None:
    with pytest.raises(InputError, match="recogniser for more languages"):
        library.add_files(project.project_id, [EXAMPLE_DIR / "joe_02.flac"], language=ANY_LANGUAGE)


def test_a_language_nobody_speaks_here_is_said_and_the_project_s_own_english_is_kept(
    hub, tmp_path: Path, monkeypatch
) -> None:
    recording = open_recording(EXAMPLE_DIR / "joe_02.flac")
    recognisers.install(tmp_path, "base", endpoint=hub.endpoint)
    assert language_of(recording, tmp_path, "en-gb") == "en-gb"
    assert language_of(recording, tmp_path, "es") == "en-us"
    monkeypatch.setattr("voiceclone.recognition.language_id.identify_language", lambda audio, data_dir: "nl")
    assert language_of(recording, tmp_path, "en-gb") == "nl"
    monkeypatch.setattr("voiceclone.recognition.language_id.identify_language", lambda audio, data_dir: "sv")
    with pytest.raises(AudioError, match=r"joe_02\.flac.*\(sv\).*choose it yourself"):
        language_of(recording, tmp_path, "es")


def test_a_broken_fetch_goes_on_and_is_not_used_before_it_is_whole(hub, tmp_path: Path) -> None:
    data = tmp_path / "data"
    told: list[float] = []
    with pytest.raises(Cancelled):
        recognisers.install(
            data,
            "base",
            lambda share, _: told.append(share),
            lambda: bool(told) and told[-1] > 0.2,
            endpoint=hub.endpoint,
        )
    assert recognisers.installed(data) == []
    assert (data / "recognisers" / "base" / "model.bin.part").stat().st_size > 0
    recognisers.install(data, "base", endpoint=hub.endpoint)
    assert recognisers.installed(data) == ["base"]
    assert any(asked[1] for asked in hub.asked), "it went on in the middle of a file"


def test_another_file_than_the_pinned_one_is_thrown_away(hub, tmp_path: Path) -> None:
    offered = recognisers.RECOGNISERS["base"]
    hub.put(f"{offered.repository}/resolve/{offered.revision}/model.bin", b"something else")
    with pytest.raises(BaseModelError, match=r"“model\.bin”.*type the words yourself"):
        recognisers.install(tmp_path, "base", endpoint=hub.endpoint)
    assert recognisers.installed(tmp_path) == []


def test_an_unknown_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="base, small"):
        recognisers.install(tmp_path, "../evil")
    with pytest.raises(InputError):
        recognisers.remove(tmp_path, "huge")


def test_the_best_one_is_used(tmp_path: Path) -> None:
    for key in ("small", "base"):
        (tmp_path / "recognisers" / key).mkdir(parents=True)
        (tmp_path / "recognisers" / key / "model.bin").write_bytes(b"")
    assert recognisers.installed(tmp_path) == ["base", "small"]
    assert recognisers.best_folder(tmp_path) == tmp_path / "recognisers" / "small"
    assert recognisers.best_folder(None) is None
