"""Is the voice the person: the scale, the distance of spectra, rows of several seeds, tables, the command line."""

import hashlib

import numpy as np
import pytest
from kokoro_runs import load_once, use_recipe
from safetensors.numpy import load_file
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, make_tone

from benchmarks import cepstra, fetched, report, third_encoder
from benchmarks.identity import __main__ as command
from benchmarks.identity import curves, judging, learning, likeness, rows, speaking, tables
from benchmarks.identity.likeness import Scale
from benchmarks.identity.rows import END, Made
from benchmarks.training import Plan
from benchmarks.voices import SEXES, VOICE_NAMES, BenchmarkVoice, SpokenClip, VoiceMissing, get_voice
from voiceclone.audio.sound import Audio
from voiceclone.bases.base import StockVoice
from voiceclone.bases.kokoro import starting_voice
from voiceclone.errors import InputError

# --- the scale -------------------------------------------------------------------------------------


def unit(*numbers):
    vectors = np.array(numbers, float)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize(("likeness_", "expected"), [(0.6, 0.0), (0.9, 1.0), (0.75, 0.5), (0.57, -0.1), (0.93, 1.1)])
def test_identity_is_0_for_the_nearest_stranger_and_1_for_the_person(likeness_, expected):
    assert likeness.identity(likeness_, Scale(0.6, "am_adam", 0.9)) == pytest.approx(expected)


def test_where_a_stranger_is_as_near_as_the_person_there_is_no_scale():
    assert likeness.identity(0.7, Scale(0.8, "am_adam", 0.8)) is None


def test_a_recording_is_compared_with_the_others_and_not_with_itself():
    person = unit([1, 0], [1, 0], [0, 1])
    found = likeness.among_themselves(person)
    assert found == pytest.approx([np.cos(np.pi / 4), np.cos(np.pi / 4), 0.0])
    assert likeness.to_person(person, person)[2] > found[2], "with itself among them it would be nearer"


def test_each_encoder_has_its_own_nearest_stranger():
    person = {"one": unit([1, 0], [1, 0.1]), "two": unit([1, 0], [1, 0.1])}
    strangers = {
        "a": {"one": unit([1, 1]), "two": unit([1, 5])},
        "b": {"one": unit([1, 5]), "two": unit([1, 2])},
    }
    scales = likeness.scales(person, strangers)
    assert (scales["one"].stranger_voice, scales["two"].stranger_voice) == ("a", "b")
    assert scales["one"].stranger > scales["two"].stranger
    told = likeness.figures({"one": unit([1, 0], [1, 1]), "two": unit([1, 2], [1, 2])}, person, scales)
    assert told["two"]["identity"] == pytest.approx(0.0)
    assert told["one"]["identity"] > told["one"]["identity_worst"] == pytest.approx(0.0)
    assert told["one"]["likeness"] == pytest.approx(np.mean(likeness.to_person(unit([1, 0], [1, 1]), person["one"])))


# --- distance of spectra ---------------------------------------------------------------------------


def test_the_distance_is_the_difference_of_smooth_spectra_in_db():
    bands = 40
    wave = np.cos(np.pi * 3 * (np.arange(bands) + 0.5) / bands)
    flat = np.zeros((6, bands))
    tilted = flat + np.log(10) / 10 * 4.0 * wave  # ± 4 dB of power over the bands
    found = cepstra.aligned_distance(cepstra.cepstra_of(flat), cepstra.cepstra_of(tilted))
    assert found == pytest.approx(4.0 / np.sqrt(2)), "the root mean square of 4 dB times a cosine"
    louder = cepstra.cepstra_of(flat + 2.5)
    assert cepstra.aligned_distance(cepstra.cepstra_of(flat), louder) == pytest.approx(0.0, abs=1e-9)


def test_timing_costs_nothing_and_another_sound_does(speech):
    frames = cepstra.mel_cepstra(speech)
    assert cepstra.aligned_distance(frames, np.repeat(frames, 2, axis=0)) == pytest.approx(0.0, abs=1e-6)
    assert cepstra.aligned_distance(frames, frames[::-1]) > 3.0


def test_the_path_is_the_cheapest_one():
    drawn = np.random.default_rng(0)
    for rows_, columns in ((1, 1), (1, 5), (6, 4), (5, 9)):
        one, other = drawn.normal(size=(rows_, 3)), drawn.normal(size=(columns, 3))
        distances = cepstra.DB * np.linalg.norm(one[:, None] - other[None], axis=2)
        best = {(0, 0): (distances[0, 0], 1)}
        for i in range(rows_):
            for j in range(columns):
                before = [best[k] for k in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if k in best]
                if before:
                    cost, length = min(before, key=lambda told: told[0])
                    best[i, j] = (cost + distances[i, j], length + 1)
        cost, length = best[rows_ - 1, columns - 1]
        assert cepstra.aligned_distance(one, other) == pytest.approx(cost / length)


def test_level_and_silence_around_it_do_not_change_a_sentence(speech):
    quiet = np.zeros(speech.sample_rate // 2, np.float32)
    other = Audio(np.concatenate([quiet, 0.5 * speech.samples, quiet]), speech.sample_rate)
    assert cepstra.distortion_db(speech, other) < 0.3
    brighter = Audio(np.append(np.diff(speech.samples), 0).astype(np.float32), speech.sample_rate)
    assert cepstra.distortion_db(speech, brighter) > 3.0


# --- pitch -----------------------------------------------------------------------------------------


def buzz(hertz, duration_s):
    harmonics = [make_tone(duration_s, hertz=hertz * number, level=0.3 / number) for number in range(1, 8)]
    return Audio(np.sum([one.samples for one in harmonics], axis=0), harmonics[0].sample_rate)


def test_the_spread_of_pitch_is_told_in_semitones():
    spread = judging.pitch_spread([buzz(110, 2.0), buzz(220, 2.0)])
    assert spread == pytest.approx(6.0, abs=0.2), "half an octave on either side"
    assert judging.pitch_spread([buzz(110, 2.0)]) == pytest.approx(0.0, abs=0.2)
    assert judging.pitch_spread([Audio(np.zeros(16_000, np.float32), 16_000)]) is None


# --- rows ------------------------------------------------------------------------------------------


def encoder(identity):
    return {
        "identity": identity,
        "identity_worst": identity - 0.2,
        "likeness": 0.8,
        "likeness_worst": 0.7,
        "stranger": 0.6,
        "stranger_voice": "af_sky",
        "recordings": 0.85,
    }


def in_language(identity):
    return {
        "identity": {name: encoder(identity) for name in likeness.ENCODERS},
        "word_error_rate": 0.01,
        "word_error_rate_worst": 0.1,
        "dnsmos": 3.2,
        "dnsmos_worst": 3.0,
        "distillmos": 4.0,
        "distillmos_worst": 3.5,
        "tones": {"1000": [0.4, 2.0], "4000": [0.5, 3.0]},
        "pause_below_speech_db": -60.0,
    }


def figures(identity=0.8, languages=("en-us",), **changes):
    return {
        "steps": 230,
        "minutes": 5.0,
        "languages": {language: in_language(identity) for language in languages},
        "own_texts": {
            "mcd_db": 5.0,
            "mcd_db_worst": 6.0,
            "pitch_off_semitones": -0.04,
            "pitch_spread_off_semitones": -0.5,
        },
        "circumstances": {"date": "2026-01-02", "commit": "abc", "machine": {"processor": "A chip", "cores": 2}},
        **changes,
    }


def measured(*made_and_figures):
    told = rows.empty()
    for made, own in made_and_figures:
        told = rows.with_row(told, made, own)
    return told


MADE = Made("allison", 60, "5 minutes")


def test_a_row_takes_the_place_of_the_one_made_alike():
    told = measured((MADE, figures(0.5)), (Made("joe", 60, "5 minutes"), figures(0.6)), (MADE, figures(0.7)))
    assert rows.values(told["rows"], "languages", "en-us", "identity", "campp", "identity") == [0.7, 0.6]


def test_rows_are_in_the_order_of_length_and_step():
    plans = [Made("joe", 60, plan, at) for plan, at in (("60 minutes", END), ("5 minutes", END), ("1000 steps", "250"))]
    plans += [Made("joe", 60, "1000 steps", END), Made("joe", 60, "1000 steps", "1000"), Made("joe", 300, "5 minutes")]
    told = [
        (row["seconds"], row["plan"], row["at"]) for row in measured(*((made, figures()) for made in plans))["rows"]
    ]
    assert told[:2] == [(60, "5 minutes", END), (60, "60 minutes", END)]
    assert told[2:] == [
        (60, "1000 steps", "250"),
        (60, "1000 steps", "1000"),
        (60, "1000 steps", END),
        (300, "5 minutes", END),
    ]


def test_seeds_are_put_together_and_labels_are_not():
    told = measured(
        (Made("joe", 60, "5 minutes", seed=0), figures(0.7)),
        (Made("joe", 60, "5 minutes", seed=1), figures(0.9)),
        (Made("joe", 60, "5 minutes", seed=1, label="wide windows"), figures(0.5)),
    )
    one, other = rows.grouped(told["rows"])
    path = ("languages", "en-us", "identity", "campp", "identity")
    assert rows.spread(rows.values(one, *path)) == rows.Spread(0.8, 0.7, 0.9, 2)
    assert rows.values(other, *path) == [0.5]


def test_a_figure_that_is_missing_is_left_out():
    group = [{"a": {"b": [1.0, 2.0]}}, {"a": None}, {"a": {"b": None}}, {}]
    assert rows.values(group, "a", "b", 1) == [2.0]
    assert rows.spread([]) is None
    assert tables.cell(group[1:], "a", "b", digits=1) == "-"


# --- tables ----------------------------------------------------------------------------------------


def test_tables_are_even_and_tell_mean_and_range():
    told = measured(
        (MADE, figures(0.7)),
        (Made("allison", 60, "5 minutes", seed=1), figures(0.9, steps=240)),
        (Made("allison", 60, "1000 steps", "250"), figures(0.6)),
        (Made("ru_man", 60, "5 minutes"), figures(0.5, ("ru", "en-us"))),
        (Made("ru_man", 60, "2 minutes"), figures(0.5, own_texts=None)),
    )
    told = rows.with_person(told, "allison", {"dnsmos": 3.3, "distillmos": 4.5, "word_error_rate": None})
    written = tables.tables(told)
    for table in written.split("\n\n")[:2]:
        assert len({line.count("|") for line in table.splitlines()}) == 1, table
    assert "| allison, 60 s | 5 minutes, 230–240 steps | 0, 1 | en-us | 0.80 (0.70 to 0.90) |" in written
    assert "| allison, 60 s | 1000 steps, after 250 steps | 0 | en-us | 0.60 | 0.60 | 0.60 | 0.40 |" in written
    assert "| 5.0, worst 6.0 | +0.0 / -0.5 | 0.010 | 3.20, worst 3.00 |" in written
    russian, english = [line for line in written.splitlines() if line.startswith("| ru_man, 60 s | 5 minutes")]
    assert "| ru |" in russian and "| 5.0, worst 6.0 |" in russian
    assert "| en-us |" in english and "|  |  |" in english, "the person's own texts are in the person's language"
    assert "| allison | en-us | 0.600 (af_sky), 0.850 |" in written and "| - | 3.30 | 4.50 |" in written
    assert written.count("A chip") == 1


def test_without_rows_there_is_no_table_and_the_readme_has_its_markers():
    assert tables.tables(rows.empty()) == ""
    page = report.README.read_text("utf-8")
    changed = report.with_tables(page, "x", report.IDENTITY_BEGIN, report.IDENTITY_END)
    assert f"{report.IDENTITY_BEGIN}\n\nx\n\n{report.IDENTITY_END}" in changed


# --- learning curves -------------------------------------------------------------------------------


def learning_curve():
    plan = [(str(step), step, 0.3 + step / 2000) for step in (25, 120, 250)] + [(END, 1000, 0.9)]
    told = [
        (Made("joe", 60, "1000 steps", at, seed), figures(reached + seed / 10, steps=step, minutes=step / 60))
        for at, step, reached in plan
        for seed in (0, 1)
    ]
    return measured(*told, (Made("joe", 60, "5 minutes"), figures()), (Made("allison"), figures()))["rows"]


def test_a_plan_measured_at_several_places_is_a_curve_over_steps_and_minutes():
    drawn = curves.curves(learning_curve(), "steps")
    assert [(curve.title, curve.encoder) for curve in drawn] == [
        ("joe, 60 s, 1000 steps", name) for name in likeness.ENCODERS
    ], "one place is no curve"
    assert [place for place, _ in drawn[0].points] == [25, 120, 250, 1000]
    last = drawn[0].points[-1][1]
    assert (last.lowest, last.highest, last.count) == (0.9, 1.0, 2) and last.mean == pytest.approx(0.95)
    by_minutes = curves.curves(learning_curve(), "minutes")
    assert [place for place, _ in by_minutes[0].points] == pytest.approx([25 / 60, 2, 250 / 60, 1000 / 60])


def test_curves_are_drawn_where_there_are_any(tmp_path):
    from matplotlib.image import imread

    assert curves.write_picture(learning_curve(), tmp_path / "identity.png")
    drawn = imread(tmp_path / "identity.png")
    assert len(np.unique(drawn.reshape(-1, drawn.shape[2]), axis=0)) > 10
    assert not curves.write_picture(learning_curve()[:1], tmp_path / "nothing.png")
    assert not (tmp_path / "nothing.png").exists()


# --- what is measured ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["--voice", "joe"],
        ["--file", "a.safetensors"],
        ["--voice", "joe", "--file", "a.safetensors", "--train", "60"],
        ["--voice", "joe", "--train", "60"],
        ["--voice", "joe", "--stock", "am_adam", "--file", "a.safetensors"],
        ["--voice", "joe", "--train", "60", "--minutes", "5", "--steps", "3"],
        ["--voice", "joe", "--train", "60", "--minutes", "5", "--at", "3"],
        ["--voice", "somebody", "--file", "a.safetensors"],
        ["--voice", "joe", "--file", "a.safetensors", "--sentences", "1"],
    ],
)
def test_a_command_line_that_says_too_little_or_too_much_is_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        command._options(arguments)
    assert "error:" in capsys.readouterr().err


def test_a_trial_keeps_away_from_the_results_and_sexes_are_known():
    options = command._options(["--voice", "joe", "--train", "60", "--steps", "9", "--at", "2,5"])
    assert (options.results, options.at, options.sex) == (rows.RESULTS_FILE, (2, 5), "male")
    assert command._options(["--voice", "joe", "--file", "x", "--sentences", "3"]).results != rows.RESULTS_FILE
    assert set(SEXES) == set(VOICE_NAMES)
    (stock,) = command._files(command._options(["--voice", "joe", "--stock", "am_adam"]))
    assert (stock.path, stock.made) == ("am_adam", Made("joe", label="stock voice am_adam"))


def test_a_run_is_its_candidates_and_its_voice_and_a_file_is_itself(tmp_path):
    (tmp_path / "candidates").mkdir()
    for name in ("voice", "checkpoint", "candidates/120", "candidates/60"):
        (tmp_path / f"{name}.safetensors").write_bytes(b"")
    found = list(command.found_voices(tmp_path))
    assert [(path.name, at) for path, at in found] == [
        ("60.safetensors", "60"),
        ("120.safetensors", "120"),
        ("voice.safetensors", END),
    ]
    assert list(command.found_voices(found[0][0])) == [found[0]]
    with pytest.raises(InputError, match="--file"):
        list(command.found_voices(tmp_path / "nothing"))
    made, known = command.described(found[0][0], Made("joe", at="60"))
    assert (made, known) == (Made("joe", at="60"), {"steps": 60}), "a candidate says nothing of itself"
    twice = command._options(["--voice", "joe", "--file", str(tmp_path), str(tmp_path)])
    with pytest.raises(InputError, match="cannot be told from"):
        list(command._files(twice))


def test_a_voice_nobody_can_make_is_told_with_those_there_are():
    with pytest.raises(VoiceMissing, match="allison, joe, ru_man"):
        get_voice("nobody-at-all")


def test_fetched_files_are_compared_with_their_hashes(tmp_path, monkeypatch):
    monkeypatch.setattr(fetched, "CACHE_DIR", tmp_path)
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "weights").write_bytes(b"1")
    right = hashlib.sha256(b"1").hexdigest()
    assert fetched.folder_of("some==1", {"weights": right}, "some") == tmp_path / "some"
    with pytest.raises(VoiceMissing, match="delete it"):
        fetched.folder_of("some==1", {"weights": "0" * 64}, "some")


def test_the_third_encoder_hears_windows_half_over_each_other():
    bands = np.arange(170, dtype=np.float32)[:, None].repeat(40, 1)
    assert [window[0, 0] for window in third_encoder._windows(bands)] == [0, 40, 80]
    short = third_encoder._windows(bands[1:31])
    assert short.shape == (1, 80, 40) and short[0, 29, 0] == 30 and not short[0, 30:].any()


def test_a_person_is_judged_in_the_own_language_and_in_english():
    assert speaking.language_pair("en-gb") == ("en-gb",)
    assert speaking.language_pair("fr") == ("fr", "en-us")
    voice = BenchmarkVoice("fr", (SpokenClip(None, "Bonjour.", 1.0, "fr"),), ())
    assert len(speaking.sentences_in("fr", voice)) == speaking.SCRIPT_SENTENCES
    assert speaking.sentences_in("xx", voice) == ["Bonjour."]
    assert speaking.can_speak("Bonjour.", "fr") and not speaking.can_speak("Bonjour.", "xx")


def test_only_the_nearest_stock_voices_speak_all_sentences(tmp_path, monkeypatch):
    class Base:
        def stock_voices(self):
            return [StockVoice(name, name, "en-us", "male" if name < "x" else "female") for name in "abcdefx"]

    angles = {name: 0.1 * number for number, name in enumerate("abcdefx")}  # a is the nearest
    asked = []

    def speak(base, voice, texts, language):
        asked.append((voice, len(texts)))
        return [angles[voice]] * len(texts)

    def heard(angles_):
        vectors = np.array([[np.cos(angle), np.sin(angle)] for angle in angles_])
        return {"one": vectors, "two": vectors * [1, -1]}

    monkeypatch.setattr(speaking, "CACHE_DIR", tmp_path)
    monkeypatch.setattr(speaking, "fingerprint", lambda folder, texts, language: str(len(texts)))
    monkeypatch.setattr(speaking, "speak", speak)
    monkeypatch.setattr(speaking, "vectors", heard)
    person = {"one": unit([1, 0], [1, 0]), "two": unit([np.cos(0.5), -np.sin(0.5)], [np.cos(0.5), -np.sin(0.5)])}
    texts = [f"Sentence {number}." for number in range(20)]
    found = speaking.strangers(Base(), tmp_path, "male", texts, "en-us", person)
    assert asked[:6] == [(name, 3) for name in "abcdef"], "all men speak a little"
    assert asked[6:] == [(name, 17) for name in sorted(found)]
    assert set(found) == set("abc") | set("def"), "those near by either encoder"
    person["two"] = person["one"]
    again = speaking.strangers(Base(), tmp_path, "male", texts, "en-us", person)
    assert set(again) == set("abc") and len(asked) == 12, "and nobody speaks twice"
    assert {len(said["one"]) for said in again.values()} == {20}


@pytest.mark.slow
def test_a_voice_is_judged_as_a_whole(kokoro, kokoro_folder, tmp_path, monkeypatch):
    men = [voice for voice in kokoro.stock_voices() if voice.sex == "male"][:1]
    monkeypatch.setattr(type(kokoro), "stock_voices", lambda self: men)
    monkeypatch.setattr(speaking, "CACHE_DIR", tmp_path)
    monkeypatch.setattr(likeness, "ENCODERS", {"resemblyzer": likeness.ENCODERS["resemblyzer"]})
    monkeypatch.setattr(judging, "distillmos", lambda audio: audio.duration_s)
    clips = tuple(SpokenClip(EXAMPLE_DIR / name, text, 4.0) for name, text in list(EXAMPLE_TEXTS.items())[:3])
    person = judging.person_of(BenchmarkVoice("joe", clips, ()), 2)
    court = judging.Court(kokoro, kokoro_folder, person, "male", 2)
    told = court.judge(men[0].voice_id)
    (english,) = told["languages"].values()
    own = english["identity"]["resemblyzer"]
    assert own["stranger_voice"] == men[0].voice_id
    assert own["identity"] == pytest.approx(0.0, abs=5e-3), "the stranger itself, but for rounding"
    assert own["identity_worst"] < own["identity"] and own["stranger"] < own["recordings"]
    assert english["distillmos"] > english["distillmos_worst"] > 1.0
    assert english["word_error_rate"] < 0.2 and 2.5 < english["dnsmos"] < 4.0
    assert told["own_texts"]["mcd_db_worst"] > told["own_texts"]["mcd_db"] > 2.0

    monkeypatch.setattr(speaking, "speak", lambda *given: pytest.fail("the stock voices are kept"))
    judging.Court(kokoro, kokoro_folder, person, "male", 2)
    with pytest.raises(VoiceMissing, match="female"):
        speaking.strangers(kokoro, kokoro_folder, "female", ["Yes."], "en-us", person.heard)
    itself = judging.against_recordings(person.recordings, person.recordings)
    assert itself == {
        "mcd_db": 0.0,
        "mcd_db_worst": 0.0,
        "pitch_off_semitones": 0.0,
        "pitch_spread_off_semitones": 0.0,
    }
    assert judging.judge_person(person)["identity"]["resemblyzer"]["likeness"] == pytest.approx(own["recordings"])


@pytest.mark.slow
def test_a_training_keeps_the_voice_at_the_steps_asked_for(kokoro_folder, network, tmp_path, monkeypatch):
    use_recipe(monkeypatch)
    load_once(monkeypatch, network)
    monkeypatch.setattr(learning, "CACHE_DIR", tmp_path)
    monkeypatch.setattr(starting_voice, "_most_alike", lambda *given: "am_michael")  # listening takes longer than this
    clips = tuple(SpokenClip(EXAMPLE_DIR / name, text, 4.0) for name, text in list(EXAMPLE_TEXTS.items())[:3])
    voice = BenchmarkVoice("joe", clips[:1], clips[1:])
    plan = Plan(None, 3, seed=5)
    learnt = list(learning.learn(voice, 8, plan, "short windows", kokoro_folder, (2, 9), tmp_path / "kept"))
    assert [(one.made.at, one.known["steps"]) for one in learnt] == [("2", 2), (END, 3)], "9 is beyond the plan"
    assert learnt[0].made == Made("joe", 8, "3 steps", "2", 5, "short windows")
    assert 0 < learnt[0].known["minutes"] < learnt[1].known["minutes"] and learnt[0].known["usable_speech_s"] > 4
    folder = tmp_path / "kept" / "joe_8s_3-steps_short-windows_seed5"
    assert list(command.found_voices(folder)) == [(folder / "2.safetensors", "2"), (folder / "voice.safetensors", END)]
    first, last = (load_file(one.path) for one in learnt)
    assert any(not np.array_equal(first[name], last[name]) for name in first), "it went on learning"
