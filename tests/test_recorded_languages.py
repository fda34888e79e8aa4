"""Recordings in languages that no voice speaks: their sounds, numbers, scripts, and a training on them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.fake_base import PrivateBase
from tests.small_project import fake_engine, make_project
from voiceclone.bases.abilities import check_learns_from, recorded_languages
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.cli import main
from voiceclone.clips.readiness import assess
from voiceclone.errors import InputError, TextError
from voiceclone.storage import disk
from voiceclone.text import near_sounds
from voiceclone.text.languages import LANGUAGES, RECORDED_LANGUAGES, colour_only, speakable
from voiceclone.text.normalize import spoken
from voiceclone.text.phonemes import ALPHABET, phonemize
from voiceclone.text.scripts import reading_script
from voiceclone.text.sentences import split
from voiceclone.training.preflight import Kind, Level

MORE = [code for code in RECORDED_LANGUAGES if code not in LANGUAGES]


def test_what_is_spoken_stays_apart_from_what_is_recorded():
    assert MORE == ["de", "nl", "pl", "pt-pt", "ru", "tr"]
    assert set(KokoroBase.languages) == set(LANGUAGES)
    assert set(KokoroBase.recorded_languages) == set(RECORDED_LANGUAGES)
    assert [speakable(code, KokoroBase.languages) for code in ("fr", "pt-pt", "ru")] == ["fr", "pt", "en-us"]
    assert speakable("ru", ("fr", "es")) == "fr"


def test_people_are_told_that_the_voice_will_not_speak_their_language():
    assert "will not speak Russian" in colour_only("ru")
    assert colour_only("pt") == colour_only("en-us") == colour_only("auto") == ""


@pytest.mark.parametrize("language", MORE)
def test_every_sound_of_the_script_is_written_in_the_alphabet(language):
    script = reading_script(language)
    assert len(set(script)) == len(script) >= 20
    assert {line[-1] for line in script} == {".", "?", "!"}
    for sentence in script:
        assert set(phonemize(sentence, language)) <= ALPHABET


@pytest.mark.parametrize("language", MORE)
def test_every_near_sound_is_needed_and_leads_into_the_alphabet(language):
    for near in near_sounds.NEAR_SOUNDS[language]:
        assert near.reason and set(near.written) <= ALPHABET
        assert not set(near.sound) <= ALPHABET


def test_a_sound_that_cannot_be_written_is_refused_instead_of_dropped():
    with pytest.raises(TextError, match=r"\(ɭ\)"):
        near_sounds.check_all_known("aɭa", ALPHABET, "ru")


@pytest.mark.parametrize(
    ("text", "language", "sounds"),
    [
        ("всём", "ru", "fsʲˈom"),
        ("газеты", "ru", "ɡazʲˈety"),
        ("жёлтый", "ru", "l"),
        ("Stück", "de", "ʃtˈyk"),
        ("jezioro", "pl", "ʒʲ"),
        ("pięć", "pl", "ʨ"),
        ("elmalar", "tr", "l"),
    ],
)
def test_near_sounds(text, language, sounds):
    assert sounds in phonemize(text, language)


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("В 21 доме 3,5 кошки.", "ru", "В двадцать один доме три запятая пять кошки."),
        ("1.234 Euro & 5 %", "de", "eintausendzweihundertvierunddreißig Euro und fünf Prozent"),
        ("Seit 1999.", "de", "Seit neunzehnhundertneunundneunzig."),
        ("-7 graden", "nl", "min zeven graden"),
        ("Mam 120 książek.", "pl", "Mam sto dwadzieścia książek."),
        ("%20 indirim", "tr", "yüzde yirmi indirim"),
        ("Há 2024 razões.", "pt-pt", "Há dois mil e vinte e quatro razões."),
        ("код 007", "ru", "код ноль ноль семь"),
    ],
)
def test_numbers_are_words(text, language, said):
    assert spoken(text, language) == said
    assert spoken(said, language) == said


def test_cyrillic_is_split_into_sentences():
    pieces = split("Она ушла\nдомой. А ты? Да!", "ru")
    assert [piece.text for piece in pieces] == ["Она ушла домой.", "А ты?", "Да!"]


def test_a_russian_project_trains_a_voice_that_speaks_english(tmp_path):
    engine = fake_engine(tmp_path / "data")
    project = make_project(engine.data_dir, "Иван", language="ru")
    assert engine.projects.get(project.project_id).language == "ru"
    run_id = engine.start_training(project.project_id, "Иван", True, steps=12).run_id
    *_, last = engine.runs.watch(run_id, 0.05)
    assert last.state == "finished", last.error
    voice = engine.voices.get(last.voice_id)
    assert (voice.language, voice.languages) == ("en-us", ("ru",))
    assert engine.speak(voice.voice_id, "Hello there.", voice.language).audio.duration_s > 0
    with pytest.raises(TextError, match="not a language of this base"):
        engine.speak(voice.voice_id, "Привет.", "ru")


OTHER = "your_tts"
REFUSED = "YourTTS cannot learn from recordings in Russian. Train with the model that comes with VoiceClone"


@pytest.fixture
def two_bases(tmp_path):
    """An engine with one base that learns from Russian and one that does not, and a project in Russian, `Иван`."""
    engine = fake_engine(tmp_path / "data")
    engine.prepare_base()
    folder = engine.data_dir / "base" / OTHER
    disk.write_json(folder / "base.json", {"base_id": OTHER, "licence_agreed": {"by": "a test"}})
    engine._bases._loaded[OTHER] = PrivateBase(folder)
    make_project(engine.data_dir, "Иван", clip_count=8, language="ru")
    return engine


def language_check(engine, base_id=None):
    checks = engine.runs.estimate("Иван", base_id=base_id).preflight.checks
    return next((check for check in checks if check.kind == Kind.LANGUAGE), None)


def test_what_cannot_be_learnt_from_is_refused_before_a_run_exists(two_bases):
    assert language_check(two_bases).level == Level.WATCH
    refused = language_check(two_bases, OTHER)
    assert refused.level == Level.FIX and f"{refused.sentence} {refused.remedy}".startswith(REFUSED)
    for begin in (
        lambda: two_bases.start_training("Иван", "Иван", True, steps=5, base_id=OTHER),
        lambda: two_bases.instant_voice("Иван", "Иван", True, base_id=OTHER),
        lambda: two_bases.compare("Иван", True, steps=5, base_id=OTHER),
    ):
        with pytest.raises(InputError, match=REFUSED):
            begin()
    assert two_bases.runs.all() == [] and two_bases.voices.all() == []


def test_only_the_recordings_that_would_be_used_count(two_bases):
    russian, *rest = two_bases.projects.clips(make_project(two_bases.data_dir, "Anna").project_id)
    russian = replace(russian, language="ru")
    assert assess([russian, *rest]).languages == ("en-us", "ru")
    assert assess([replace(russian, included=False), *rest]).languages == ("en-us",)


def test_the_terminal_says_it_before_a_training(two_bases, capsys):
    def run(*arguments):
        return main([*arguments], lambda: two_bases), *capsys.readouterr()

    code, told, _ = run("train", "Иван", "--voice", "Иван", "--check", "--base", OTHER)
    assert code == 2 and "cannot learn from recordings in Russian" in " ".join(told.split())
    consent = "--i-have-consent"
    code, _, told = run("train", "Иван", "--voice", "Иван", "--steps", "5", consent, "--base", OTHER)
    assert code != 0 and REFUSED in told and "will not speak" not in told
    assert two_bases.runs.all() == []
    code, _, told = run("train", "Иван", "--voice", "Иван", "--steps", "5", consent)
    assert code == 0 and "The voice will not speak Russian" in told


def test_a_base_that_cannot_learn_from_a_language_says_so():
    russian = SimpleNamespace(title="One", languages=("en-us",), recorded_languages=("en-us", "ru"))
    narrow = SimpleNamespace(title="Two", languages=("en-us",))
    assert (recorded_languages(russian), recorded_languages(narrow)) == (("en-us", "ru"), ("en-us",))
    check_learns_from(russian, ["ru", "en-us"])
    check_learns_from(narrow, ["en-us"])
    with pytest.raises(InputError, match="One cannot learn from recordings in Dutch"):
        check_learns_from(russian, ["nl"])
    with pytest.raises(InputError, match="Two cannot learn from recordings in Russian"):
        check_learns_from(narrow, ["ru"])
