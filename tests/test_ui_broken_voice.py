"""A voice whose file is damaged, on the page: it is shown with the reason and can be deleted."""

import pytest

from tests.small_project import fake_engine, make_project
from tests.voice_mutations import describe
from voiceclone.storage import disk
from voiceclone.ui import build
from voiceclone.ui.speak_tab.speak import own_choices, voice_choices


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:'future.no_silent_downcasting' is deprecated")
def test_a_damaged_voice_is_shown_with_the_reason_and_deleted(tmp_path):
    engine = fake_engine(tmp_path / "home")
    make_project(engine.data_dir)
    voice = engine.instant_voice("Anna", "Anna", True)
    content = describe(engine.voices.path(voice.voice_id).read_bytes(), "name", "<i>Berta")
    broken_id = disk.new_id()
    path = engine.data_dir / "voices" / f"{broken_id}.safetensors"
    path.write_bytes(describe(content, "trained.minutes", 1e308))
    handlers = {
        event.name: event.fn
        for event in build(engine).fns.values()
        if getattr(event.fn, "__module__", "").startswith("voiceclone.ui.speak_tab")
    }

    assert [name for name, _ in own_choices(engine)] == ["Anna"]
    assert [name for name, _ in voice_choices(engine)][:2] == ["Anna", "<i>Berta (cannot be used)"]
    shown = {part.elem_id: value for part, value in handlers["show"](broken_id).items()}
    assert "&lt;i&gt;Berta" in shown["voice-details"]
    assert "its training time is out of range" in shown["voice-details"]
    for name in ("follow_language", "offer_converting"):
        handlers[name](broken_id)
    assert handlers["ask_delete_voice"](broken_id)[2]["visible"] is True
    handlers["delete_voice"](broken_id, 0)
    assert not path.exists()
    assert [one.name for one in engine.voices.all()] == ["Anna"]
