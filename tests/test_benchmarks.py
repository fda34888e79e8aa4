"""The benchmark's own arithmetic: merging, marks, tables, and that what is unseen stays unseen."""

import hashlib
import json

import pytest
from sounds import EXAMPLE_DIR

from benchmarks import measure, report, results, run, training, voices
from benchmarks.measure import tones_above
from benchmarks.sentences import FIRST_READING, FURTHER_READING, UNSEEN, plain, unseen_among
from benchmarks.voices import SpokenClip, VoiceMissing, split
from tests.small_project import fake_engine
from voiceclone.text.scripts import reading_script

BANDS = ((1000, 4000), (4000, 8000), (8000, 12000))


def tones(mean_db, max_db):
    return [{"low_hz": low, "high_hz": high, "mean_db": mean_db, "max_db": max_db} for low, high in BANDS]


def stock_figures(word_error_rate=0.04):
    return {
        "word_error_rate": word_error_rate,
        "dnsmos": 3.3,
        "tones": tones(0.5, 4.0),
        "pause_below_speech_db": -60.0,
        "similarity": {"allison": 0.7},
    }


STOCK = {"one": stock_figures(0.03), "two": stock_figures(0.05)}


def good_run(**changes):
    """A run that keeps every bar by a little."""
    return {
        "voice": "allison",
        "seconds": 60,
        "minutes_asked": 5.0,
        "minutes": 4.9,
        "similarity": 0.8801,
        "similarity_as_one": 0.9,
        "word_error_rate": 0.0599,
        "dnsmos": 3.11,
        "tones_above_stock": tones(0.29, 3.9),
        "pause_below_speech_db": -50.0,
        "cleaned": {"pause_below_speech_db": -49.0},
        "first_listen_s": 59.0,
        "steps": 100,
        "peak_memory_gb": 5.9,
        "voice_file_mb": 24.9,
        "real_time_factor": 0.29,
        "onnx_real_time_factor": 0.2,
        "made": {
            "date": "2026-01-02",
            "commit": "abc",
            "machine": {"processor": "A chip", "cores": 2, "memory_gb": 8.0, "system": "Linux"},
            "versions": {"torch": "2.11.0"},
        },
        **changes,
    }


# --- sentences -------------------------------------------------------------------------------------


def test_there_are_twenty_unseen_sentences_and_none_is_read_in_training():
    assert len({plain(sentence) for sentence in UNSEEN}) == 20
    texts = [*reading_script("en-us"), *reading_script("en-gb"), *FIRST_READING, *FURTHER_READING]
    assert unseen_among(texts) == []


def test_the_synthetic_reader_reads_what_the_published_figures_were_measured_with():
    read = "\n".join([*FIRST_READING, *FURTHER_READING])
    assert len(FIRST_READING) == 60
    assert hashlib.sha256(read.encode()).hexdigest()[:16] == "d425ea370cca5c1b"


def test_an_unseen_sentence_inside_a_longer_text_is_found_whatever_its_marks():
    assert unseen_among(["Well: what a RELIEF to be home again, after such a long voyage"]) == [UNSEEN[-1]]
    with pytest.raises(ValueError, match="unseen"):
        training.add_and_clean(None, "x", [SpokenClip(None, UNSEEN[0], 2.0)])


# --- voices ----------------------------------------------------------------------------------------


def test_splitting_is_fixed_and_holds_clips_out(tmp_path):
    clips = [SpokenClip(tmp_path / f"{number}.wav", "text", 4.0) for number in range(40)]
    voice = split("joe", clips)
    assert voice == split("joe", clips)
    assert len(voice.held_out) == 25
    assert set(voice.held_out) | set(voice.training) == set(clips)
    assert not set(voice.held_out) & set(voice.training)


def test_training_clips_are_as_long_as_asked_and_one_amount_holds_the_smaller(tmp_path):
    voice = split("joe", [SpokenClip(tmp_path / f"{number}.wav", "text", 4.0) for number in range(40)])
    assert len(voice.training_clips(20)) == 5
    assert len(voice.training_clips(21)) == 6
    assert voice.training_clips(60)[:5] == voice.training_clips(20)
    with pytest.raises(VoiceMissing, match="61 s"):
        voice.training_clips(61)


def test_a_voice_speaks_the_language_of_its_clips_and_older_caches_are_english(tmp_path, monkeypatch):
    monkeypatch.setattr(voices, "CACHE_DIR", tmp_path)
    for name, more in (("joe", {}), ("ru_man", {"language": "ru"})):
        (tmp_path / name).mkdir()
        rows = [{"path": f"{number}.wav", "text": "text", "duration_s": 4.0, **more} for number in range(40)]
        (tmp_path / name / "clips.json").write_text(json.dumps(rows), encoding="utf-8")
    assert voices.get_voice("joe").language == "en-us"
    russian = voices.get_voice("ru_man")
    assert russian.language == "ru"
    assert {clip.language for clip in russian.training_clips(60)} == {"ru"}


def test_a_voice_in_a_language_that_no_voice_speaks_gets_a_project(tmp_path):
    clips = [
        SpokenClip(EXAMPLE_DIR / f"joe_0{number}.flac", "Она завела прядь волос за ухо.", 4.0, "ru")
        for number in (1, 2)
    ]
    engine = fake_engine(tmp_path)
    project_id = training.add_and_clean(engine, "ru_man", clips)
    assert engine.projects.get(project_id).language == "ru"
    assert [clip.language for clip in engine.projects.clips(project_id)] == ["ru", "ru"]
    assert training.describe_speech(engine, project_id)["usable_speech_s"] > 4


def test_festival_texts_lose_the_marks_of_stress():
    table = '( ru_0001 "Она завела, прядь  вол+ос." )\n( ru_0002 "Да." )\n'
    assert voices.festival_texts(table) == {"ru_0001": "Она завела, прядь волос.", "ru_0002": "Да."}


def test_words_of_a_language_that_the_recogniser_lacks_are_not_judged(tmp_path):
    clips = [SpokenClip(EXAMPLE_DIR / f"joe_0{number}.flac", "Да.", 4.0, "ru") for number in (1, 2)]
    figures = measure.judge_speaker(clips)
    assert figures["word_error_rate"] is None
    assert report._own_figures(figures)[0] == "-"


# --- results ---------------------------------------------------------------------------------------


def test_a_run_takes_the_place_of_the_one_with_the_same_voice_and_seconds():
    measured = results.empty()
    for seconds, voice, steps in ((300, "joe", 1), (60, "joe", 2), (20, "allison", 3), (60, "joe", 4)):
        measured = results.with_run(measured, {"voice": voice, "seconds": seconds, "steps": steps})
    told = [(run["voice"], run["seconds"], run["steps"]) for run in measured["runs"]]
    assert told == [("allison", 20, 3), ("joe", 60, 4), ("joe", 300, 1)]


def test_stock_voices_keep_the_similarity_to_other_speakers_until_the_base_changes():
    first = {"jf_alpha": {"dnsmos": 3.0, "similarity": {"allison": 0.7}}}
    second = {"jf_alpha": {"dnsmos": 3.0, "similarity": {"joe": 0.4}}}
    measured = results.with_stock(results.with_stock(results.empty(), first, "a"), second, "a")
    assert measured["stock"]["jf_alpha"]["similarity"] == {"allison": 0.7, "joe": 0.4}
    assert results.with_stock(measured, second, "b")["stock"]["jf_alpha"]["similarity"] == {"joe": 0.4}
    third = {"jf_alpha": {"dnsmos": 3.0, "similarity": {"eve": 0.5}, "pitch_off_semitones": {"eve": 9.0}}}
    assert results.with_stock(measured, third, "a")["stock"]["jf_alpha"]["pitch_off_semitones"] == {"eve": 9.0}
    assert results.without_references(measured)["stock"] == {}


def test_saved_results_come_back_rounded(tmp_path):
    path = tmp_path / "results.json"
    assert results.load(path) == results.empty()
    measured = results.with_run(results.empty(), good_run(minutes=1 / 3, tones_above_stock=tones(2 / 3, 1)))
    results.save(measured, path)
    loaded = results.load(path)["runs"][0]
    assert loaded["minutes"] == 0.3333
    assert loaded["tones_above_stock"][0]["mean_db"] == 0.6667
    assert json.loads(path.read_text("utf-8"))["format"] == 1


def test_circumstances_name_machine_and_versions():
    made = results.circumstances()
    assert made["machine"]["cores"] >= 1
    assert made["machine"]["memory_gb"] > 0.1
    assert made["versions"]["torch"] != "not installed"


# --- marks -----------------------------------------------------------------------------------------


def test_a_run_just_within_every_bar_passes():
    kept = report.marks(good_run(), STOCK)
    assert all(value is True for value in kept.values()), kept
    assert len(kept) == 12


@pytest.mark.parametrize(
    ("bar", "changes"),
    [
        ("similarity", {"similarity": 0.8799}),
        ("similarity", {"similarity": 0.8999, "seconds": 300}),
        ("words", {"word_error_rate": 0.0601}),
        ("dnsmos", {"dnsmos": 3.0999}),
        ("tones_1000", {"tones_above_stock": tones(0.31, 1.0)}),
        ("tones_8000", {"tones_above_stock": tones(0.0, 4.1)}),
        ("pauses", {"pause_below_speech_db": -48.0}),
        ("minutes", {"minutes": 5.01}),
        ("first_listen", {"first_listen_s": 60.1}),
        ("first_listen", {"first_listen_s": None}),
        ("memory", {"peak_memory_gb": 6.01}),
        ("file", {"voice_file_mb": 25.1}),
        ("speed", {"real_time_factor": 0.301}),
    ],
)
def test_a_run_just_beyond_a_bar_misses_it(bar, changes):
    assert report.marks(good_run(**changes), STOCK)[bar] is False


def test_where_there_is_no_bar_there_is_no_mark():
    assert report.marks(good_run(seconds=20, similarity=0.1), STOCK)["similarity"] is None
    assert report.marks(good_run(minutes_asked=None), STOCK)["minutes"] is None
    assert report.marks(good_run(), {})["words"] is None


def test_tones_are_told_above_the_mean_of_the_stock_voices():
    stock = {"one": {"tones": tones(0.4, 3.0)}, "two": {"tones": tones(0.6, 5.0)}}
    above = tones_above(tones(0.9, 10.0), stock)
    assert [(round(band["mean_db"], 6), round(band["max_db"], 6)) for band in above] == [(0.4, 6.0)] * 3
    assert [band["low_hz"] for band in above] == [low for low, _ in BANDS]


# --- tables ----------------------------------------------------------------------------------------


def measured_twice():
    measured = results.with_run(results.empty(), good_run())
    measured = results.with_run(measured, good_run(seconds=300, similarity=0.85, first_listen_s=None))
    measured = results.with_stock(measured, STOCK, "a")
    speaker = {**stock_figures(), "clips": 25, "similarity": 0.91, "tones": tones(0.5, 4.0)[:2]}
    return results.with_speaker(measured, "allison", speaker)


def test_tables_are_even_and_carry_marks():
    written = report.tables(measured_twice())
    for table in written.split("### ")[1:]:
        widths = {line.count("|") for line in table.splitlines() if line.startswith("|")}
        assert len(widths) == 1, table
    assert "0.880 ✓" in written
    assert "0.850 ✗" in written
    assert "none ✗" in written
    assert "+0.29 / +3.9 ✓" in written
    assert "allison, 25 held-out clips | 0.910, - |" in written and "stock voice one | 0.700, - |" in written
    assert "| 0.900 | - | 0.060 ✓ |" in written, "measured before there was a figure of pitch"
    assert "| 0.900 | -11.9 | 0.060 ✓ |" in report.tables(
        results.with_run(measured_twice(), good_run(pitch_off_semitones=-11.94))
    )
    assert written.count("A chip") == 1, "the same circumstances are told once"
    assert "- allison 60 s, allison 300 s: " in written, "and to which rows they belong"


def test_tables_replace_what_stands_between_the_markers():
    page = f"top\n{report.BEGIN}\nold\n{report.END}\nbottom\n"
    changed = report.with_tables(page, "new\n")
    assert changed == f"top\n{report.BEGIN}\n\nnew\n\n{report.END}\nbottom\n"
    assert report.with_tables(changed, "new") == changed
    with pytest.raises(ValueError, match="once each"):
        report.with_tables("no markers", "new")


def test_the_readme_has_its_markers_and_results_without_runs_have_no_tables():
    report.with_tables(report.README.read_text("utf-8"), "x")
    assert report.tables(results.empty()).strip() == ""


# --- command line ----------------------------------------------------------------------------------


def test_quick_is_one_voice_and_a_trial_keeps_away_from_the_results():
    quick = run._options(["--quick"])
    assert (quick.voices, quick.seconds, quick.minutes) == (["allison"], [60], 5.0)
    assert quick.results == results.RESULTS_FILE
    trial = run._options(["--voices", "joe", "--steps", "2"])
    assert (trial.voices, trial.minutes, trial.steps) == (["joe"], None, 2)
    assert trial.results != results.RESULTS_FILE
