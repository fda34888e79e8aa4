"""Spoken consent: a sentence with random words, read by whoever is in the clips."""

import itertools
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, make_noise

from tests.joe_project import joe_project
from tests.small_project import fake_engine
from tests.spoken_consent import read_by_joe
from voiceclone import limits
from voiceclone.audio.sound import Audio, encode_flac, resample
from voiceclone.clips.library import ClipLibrary
from voiceclone.consent import challenge as challenges
from voiceclone.consent import record
from voiceclone.consent.hearing import are_alike, compare_words, plain_words
from voiceclone.consent.mismatch import Mismatch
from voiceclone.consent.sentences import agreement_of, sentence_of, words_of
from voiceclone.errors import ConsentError, ConsentMismatch, InputError, NotEnoughSpeechError
from voiceclone.text.languages import RECORDED_LANGUAGES
from voiceclone.training.preflight import Kind, Level
from voiceclone.voices.consent import ConsentKind, consent_kind, consent_record, consent_words

WORDS = ("garden", "window", "yellow", "coffee")
OTHER_WORDS = ("river", "doctor", "banana", "mountain")
NAME = "Joe Miller"
A_DAY = date(2026, 11, 29)


# --- the sentence ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", RECORDED_LANGUAGES)
def test_every_language_has_a_sentence_and_words_that_nobody_confuses(language):
    words = words_of(language)
    assert len(set(words)) == len(words) >= 48
    plain = [plain_words(word, language) for word in words]
    assert all(len(parts) == 1 for parts in plain), "each word is one word to whoever compares"
    alike = [(one, other) for (one,), (other,) in itertools.permutations(plain, 2) if are_alike(one, other)]
    assert alike == []
    for day in (A_DAY, date(2027, 1, 1), date(2028, 5, 31)):
        sentence = sentence_of(language, "Ana {x}", day, words[:4])
        assert "Ana {x}" in sentence and str(day.year) in sentence and all(word in sentence for word in words[:4])
        heard = compare_words(words[:4], agreement_of(language), sentence, language)
        assert heard.missing == () and heard.agreement_share == 1.0
    assert set(itertools.chain(*plain)).isdisjoint(plain_words(agreement_of(language), language))


def test_the_words_are_drawn_anew_each_time():
    drawn = {challenges.draw_words("en-us") for _ in range(50)}
    assert len(drawn) > 45 and all(len(set(words)) == 4 for words in drawn)


@pytest.mark.parametrize(
    ("heard", "missing"),
    [
        ("My four words are garden, window, yellow, coffee.", ()),
        ("my four words are Gardens, windo yelow coffee", ()),
        ("my four words are window, garden, yellow, coffee", ("garden",)),
        ("my four words are garden, yellow, coffee", ("window",)),
        ("garden garden garden garden", ("window", "yellow", "coffee")),
        ("", WORDS),
    ],
)
def test_words_are_compared_in_their_order_and_a_slip_is_forgiven(heard, missing):
    assert compare_words(WORDS, agreement_of("en-us"), heard, "en-us").missing == missing


# --- a real reading, and what is refused -------------------------------------------------------------


@pytest.fixture(scope="module")
def joe_reads() -> Audio:
    """The sentence with `WORDS`, in the voice of the example recordings."""
    return read_by_joe(sentence_of("en-us", NAME, datetime.now().astimezone().date(), WORDS))


@pytest.fixture
def engine(tmp_path: Path):
    made = fake_engine(tmp_path / "data")
    made.prepare_base()
    return made


@pytest.fixture
def joe(engine) -> str:
    return joe_project(engine.data_dir)


@pytest.fixture
def asked(engine, joe, monkeypatch):
    """A sentence with `WORDS` was asked for."""
    monkeypatch.setattr(challenges, "draw_words", lambda _language: WORDS)
    return engine.consent.ask(joe, f"  {NAME} ")


@pytest.fixture
def space(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "anna/voice")


def refused(engine, project_id, reading) -> Mismatch:
    with pytest.raises(ConsentMismatch) as told:
        engine.consent.give(project_id, reading)
    assert str(told.value).endswith("."), "the message is for a person"
    return told.value.reason


def test_a_consent_is_spoken_kept_and_goes_into_the_voice(engine, joe, asked, joe_reads, tmp_path):
    assert (
        asked.sentence.startswith(f"My name is {NAME}. Today is ")
        and "garden, window, yellow, coffee" in asked.sentence
    )
    assert engine.consent.status(joe).given is None
    given = engine.consent.give(joe, joe_reads, challenge_id=asked.challenge_id, by="page")
    assert given.words_checked and given.similarity > limits.CONSENT_SIMILARITY and given.clip_count == 6
    status = engine.consent.status(joe)
    assert status.given == given and not status.clips_changed and NAME in status.sentence
    assert refused(engine, joe, joe_reads) == Mismatch.NONE, "the same recording counts once"

    voice = engine.instant_voice(joe, "Joe", True)
    spoken = voice.consent_record["spoken"]
    assert spoken["clips_sha256"] == given.clips_sha256 and spoken["day"] == asked.day
    assert consent_words(voice.consent_record) == f"Spoken by {NAME} on {asked.day}. Words and voice were checked."
    exported = engine.voices.export(voice.voice_id, tmp_path)
    assert exported.stat().st_size < 10_000, "the sound stays in the project"
    imported = engine.voices.import_file(exported)
    assert consent_words(imported.consent_record, imported.imported).startswith("Consent not verified here.")
    assert not engine.voices.get(voice.voice_id).imported

    assert engine.consent.withdraw(joe) and engine.consent.status(joe).given is None
    assert not (engine.data_dir / "projects" / joe / record.FOLDER).exists()


def test_other_words_are_refused_and_may_be_read_again(engine, joe, joe_reads, monkeypatch):
    monkeypatch.setattr(challenges, "draw_words", lambda _language: OTHER_WORDS)
    challenge = engine.consent.ask(joe, NAME)
    with pytest.raises(ConsentMismatch, match="“river”, “doctor”, “banana”, “mountain” missing") as told:
        engine.consent.give(joe, joe_reads)
    assert told.value.reason == Mismatch.WORDS
    assert engine.consent.open_sentence(joe) == replace(challenge, tries=1)


def test_a_part_of_the_sentence_is_not_enough(engine, joe, asked, joe_reads):
    last = round(0.55 * len(joe_reads.samples))
    only_words = Audio(np.tile(joe_reads.samples[last:], 2), joe_reads.sample_rate)
    assert refused(engine, joe, only_words) == Mismatch.WORDS
    assert refused(engine, joe, Audio(joe_reads.samples[:40_000], joe_reads.sample_rate)) == Mismatch.SHORT


def test_quiet_readings_and_clips_are_refused(engine, joe, asked, joe_reads):
    assert refused(engine, joe, Audio(joe_reads.samples * 0.001, joe_reads.sample_rate)) == Mismatch.QUIET
    assert refused(engine, joe, make_noise(12.0, level=0.05)) == Mismatch.SHORT
    with pytest.raises(ConsentMismatch) as told:
        engine.consent.give(joe, joe_reads, challenge_id="0" * 32)
    assert told.value.reason == Mismatch.NONE, "a sentence of another tab"


def test_another_speaker_is_refused(engine, joe, asked, joe_reads):
    # Played faster, every frequency rises by a third: the words stay, the speaker is another one.
    rate = joe_reads.sample_rate
    higher = Audio(resample(joe_reads, round(rate / 1.33)).samples, rate)
    assert refused(engine, joe, higher) == Mismatch.SPEAKER


def test_clips_of_somebody_else_are_found(engine, joe, asked, joe_reads):
    engine.consent.give(joe, joe_reads)
    library = ClipLibrary(engine.data_dir)
    add_strangers(library, joe)
    assert engine.consent.status(joe).clips_changed
    assert engine.consent.evidence(joe) == {"refused": "several speakers"}
    voice = engine.instant_voice(joe, "Both", True)
    assert consent_kind(voice.consent_record) == ConsentKind.STATEMENT
    assert "did not fit" in consent_words(voice.consent_record)


def add_strangers(library: ClipLibrary, project_id: str) -> None:
    """Copy three clips, raised by a third: another voice."""
    for number, old in enumerate(library.records(project_id)[:3]):
        sound = library.audio(project_id, old.clip_id)
        higher = Audio(resample(sound, round(sound.sample_rate / 1.33)).samples, sound.sample_rate)
        new = replace(old, clip_id=f"{number:032x}", content_sha256=f"{99 + number:064x}")
        library.save_new(project_id, new, higher, 16)
        encode_flac(higher, library.clip_folder(project_id, new.clip_id) / "cleaned.flac")


def test_more_clips_of_the_same_person_are_compared_anew(engine, joe, asked, joe_reads):
    first = engine.consent.give(joe, joe_reads)
    name = "joe_09.flac"
    engine.projects.add_clips(joe, [EXAMPLE_DIR / name], text=EXAMPLE_TEXTS[name])
    evidence = engine.consent.evidence(joe)["spoken"]
    assert evidence["clips_sha256"] != first.clips_sha256 and evidence["clip_count"] == 7 and evidence["compared_at"]
    assert engine.consent.status(joe).given.clips_sha256 == first.clips_sha256


def test_a_sentence_runs_out(engine, joe, asked, joe_reads):
    path = engine.data_dir / "projects" / joe / record.FOLDER / challenges.FILE
    stored = json.loads(path.read_text(encoding="utf-8"))

    def changed(**values) -> Mismatch:
        path.write_text(json.dumps(stored | values), encoding="utf-8")
        return refused(engine, joe, joe_reads)

    old = datetime.now(UTC) - timedelta(minutes=limits.CONSENT_SENTENCE_MINUTES, seconds=1)
    assert changed(made_at=old.isoformat()) == Mismatch.LATE
    assert changed(day="2026-01-01") == Mismatch.DAY
    assert changed(tries=limits.CONSENT_TRIES) == Mismatch.TRIES
    path.write_text("damaged", encoding="utf-8")
    assert refused(engine, joe, joe_reads) == Mismatch.NONE


def test_another_language_is_checked_by_voice_and_length_only(engine, joe, joe_reads):
    engine.consent.ask(joe, NAME, "de")
    assert not engine.consent.checks_words("de")
    given = engine.consent.give(joe, joe_reads)
    assert not given.words_checked and "were not checked" in engine.consent.status(joe).sentence
    assert "the words were not" in consent_words(consent_record(True, "page", {"spoken": given.as_evidence()}))


def test_without_clips_there_is_nothing_to_compare_with(engine, joe_reads):
    empty = engine.projects.create("Empty").project_id
    engine.consent.ask(empty, NAME)
    with pytest.raises(NotEnoughSpeechError, match="compared with"):
        engine.consent.give(empty, joe_reads)


# --- written permission, hosted apps, old and foreign records -----------------------------------------


def test_a_written_permission_stays_in_the_voice(engine, joe):
    for note in ("", "ok", "x" * (limits.MAX_PERMISSION_CHARACTERS + 1)):
        with pytest.raises(InputError):
            engine.consent.permit(joe, note)
    engine.consent.permit(joe, "Anna's letter of 3 May 2026,\nin the red folder", by="terminal")
    voice = engine.instant_voice(joe, "Anna", True)
    assert consent_words(voice.consent_record) == "Written permission: “Anna's letter of 3 May 2026, in the red folder”"
    assert voice.consent_record["permission"]["by"] == "terminal"


def test_a_hosted_app_trains_nobody_who_did_not_speak(engine, joe, asked, joe_reads, space):
    engine.consent.permit(joe, "She wrote me a letter in May")
    for make in (engine.start_training, engine.instant_voice):
        with pytest.raises(ConsentError, match="yes aloud"):
            make(joe, "Joe", True)
    told = {check.kind: check for check in engine.runs.estimate(joe, consent=True).preflight.checks}
    assert told[Kind.CONSENT].level == Level.FIX and "consent sentence" in told[Kind.CONSENT].remedy
    with pytest.raises(InputError, match="Choose English"):
        engine.consent.ask(joe, NAME, "de")
    engine.consent.ask(joe, NAME)
    engine.consent.give(joe, joe_reads)
    assert consent_kind(engine.instant_voice(joe, "Joe", True).consent_record) == ConsentKind.SPOKEN
    add_strangers(ClipLibrary(engine.data_dir), joe)
    with pytest.raises(ConsentError, match="does not fit"):
        engine.instant_voice(joe, "Both", True)


def test_a_hosted_app_lets_everybody_try_the_example_voice(engine, space):
    example = engine.load_example().project_id
    assert not engine.consent.status(example).required
    assert engine.instant_voice(example, "Example", True).consent


def test_at_home_it_is_recommended(engine, joe):
    told = {check.kind: check for check in engine.runs.estimate(joe, consent=True).preflight.checks}
    assert told[Kind.CONSENT].level == Level.FINE and told[Kind.CONSENT].remedy.startswith("Recommended")
    assert consent_words(engine.instant_voice(joe, "Joe", True).consent_record).startswith("Confirmed on 20")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({}, ConsentKind.NONE),
        ({"given": False, "spoken": {"name": "x"}}, ConsentKind.NONE),
        ({"given": True, "by": "page", "statement": "…", "at": "2026-01-01T00:00:00"}, ConsentKind.STATEMENT),
        ({"given": True, "spoken": "yes", "permission": 7}, ConsentKind.STATEMENT),
        ({"given": True, "spoken": {"name": 5, "day": "\u202e" * 1000}}, ConsentKind.SPOKEN),
        ({"given": True, "permission": {"note": "a\nb" + "c" * 9000}}, ConsentKind.PERMISSION),
    ],
)
def test_records_of_older_and_foreign_voices_are_read(content, kind):
    assert consent_kind(content) == kind
    words = consent_words(content, imported=True)
    assert words.startswith("Consent not verified here.") and len(words) < 400 and words.isprintable()


def test_a_damaged_consent_is_none(engine, joe, asked, joe_reads):
    engine.consent.give(joe, joe_reads)
    folder = engine.data_dir / "projects" / joe / record.FOLDER
    (folder / record.RECORDING_FILE).write_bytes(b"gone")
    add_strangers(ClipLibrary(engine.data_dir), joe)
    assert engine.consent.evidence(joe) == {"refused": "its recording is damaged"}
    for name in (record.FILE, "consent.copy.json"):
        (folder / name).write_text('{"kind": "spoken", "name": 3}', encoding="utf-8")
    assert engine.consent.status(joe).given is None and engine.consent.evidence(joe) == {}
