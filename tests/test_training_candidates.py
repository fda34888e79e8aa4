"""Which voice of a run is kept, when candidates are made, what is said of them, and their files."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save

from voiceclone.errors import InputError, NotFoundError
from voiceclone.evaluation.panel import BROKEN, Judged
from voiceclone.storage import disk
from voiceclone.training import candidates, run_summary
from voiceclone.training.candidate_schedule import (
    FIRST_COST_S,
    JUDGING_SHARE,
    MAX_CANDIDATES,
    CandidateSchedule,
    next_step,
)
from voiceclone.training.candidates import Candidate, Candidates, Reference

VOICE = save({"log_pitch": np.zeros(1, np.float32)})
QUIET = ((0.5, 3.0), (0.5, 4.0), (0.9, 5.0))


def run_of(*figures, start=0.6):
    """Candidates after 10, 20, … steps, each a similarity or (similarity, words right[, DNSMOS[, tones[, pitch]]])."""
    made = []
    for number, one in enumerate(figures, start=1):
        told = one if isinstance(one, tuple) else (one,)
        judged = Judged(*told[:1], *(told[1:2] or (1.0,)), *(told[2:3] or (3.1,)), *(told[3:4] or (QUIET,)), *told[4:])
        made.append(Candidate(10 * number, judged, f"{10 * number}.flac", f"{10 * number}.safetensors"))
    reference = Reference(Judged(start, 1.0, 3.2, QUIET), "start.flac") if start is not None else None
    return Candidates("en-us", ("One.", "Two."), "recording.flac", reference, None, tuple(made))


@pytest.mark.parametrize(
    ("figures", "step"),
    [
        ((0.80, 0.85, 0.90), 30),  # rising: the last one
        ((0.80, 0.90, 0.85), 20),  # memorised: the best one, not the last
        ((0.80, 0.90, 0.895), 30),  # within noise: the later one
        ((0.80, 0.90, 0.8899), 20),  # a hair beyond noise
        ((0.80, (0.88, 1.0), (0.93, 0.85)), 20),  # the likeliest has lost its words
        ((0.80, (0.88, 1.0), (0.93, 0.95)), 30),  # one word of twenty is chance
        (((0.858, 1.0), (0.866, 22 / 24)), 20),  # so are two of 24, as a run of the benchmark had them
        (((0.858, 1.0), (0.866, 21 / 24)), 10),  # three are not
        ((0.80, (0.88, 1.0, 3.2), (0.93, 1.0, 2.8)), 20),  # rough sound
        (((0.900, 1.0, 3.07), (0.916, 1.0, 2.81)), 20),  # a quarter is chance, as a run of the benchmark had it
        ((0.80, 0.88, (0.93, 1.0, 3.1, ((0.5, 3.0), (0.6, 11.0), (0.9, 5.0)))), 20),  # a line stands out
        ((0.80, 0.88, (0.93, 1.0, 3.1, ((0.5, 3.0), (1.2, 5.0), (0.9, 5.0)))), 20),  # many lines do
        (((None, 1.0), (None, 0.7), (None, 1.0), (None, 0.85)), 30),  # nobody to compare with: the last sound one
    ],
)
def test_the_rule_keeps_the_best_trade(figures, step):
    assert run_of(*figures).best().step == step


def test_where_all_have_a_fault_the_one_with_the_fewest_is_kept():
    buzz = ((0.5, 3.0), (2.0, 20.0), (0.9, 5.0))
    found = run_of((0.9, 1.0, 3.1, buzz), (0.95, 0.5, 3.1, buzz), (0.8, 1.0, 3.1, buzz))
    assert found.best().step == 10
    assert found.faults(found.made[1]) == ("words", "tone")


def test_sound_beyond_all_numbers_is_never_kept():
    found = run_of(0.7, 0.8)
    broken = replace(found.made[1], step=30, judged=BROKEN)
    assert replace(found, made=(*found.made, broken)).best().step == 20


def test_nothing_is_chosen_from_nothing():
    assert Candidates().best() is None
    assert run_summary.how_it_goes(Candidates(), True) == ""


def pitched(similarity, off, words_right=1.0):
    return similarity, words_right, 3.1, QUIET, off


@pytest.mark.parametrize(
    ("figures", "step"),
    [
        ((pitched(0.85, 0.4), pitched(0.93, 12.0)), 10),  # an octave too high fools similarity, and is not kept
        ((pitched(0.93, -12.0), pitched(0.85, 0.4)), 20),  # nor an octave too low
        ((pitched(0.88, 7.0), pitched(0.88, 0.2), pitched(0.92, 6.5)), 20),  # nor a fifth
        ((pitched(0.90, 1.0), pitched(0.92, -1.5)), 20),  # the scatter of two sentences decides nothing
        ((pitched(0.90, 0.0), pitched(0.915, 3.5)), 10),  # right pitch is worth a little similarity
        ((pitched(0.80, 0.0), pitched(0.93, 3.5)), 20),  # and not a lot
        ((pitched(0.90, 11.0), pitched(0.91, 12.0), pitched(0.89, 8.0)), 30),  # all are wrong: one is kept all the same
        ((pitched(0.90, 12.0), pitched(0.85, 11.9)), 10),
        ((pitched(0.80, 0.0), pitched(0.90, None)), 20),  # unknown is no fault
        ((pitched(None, 0.0), pitched(None, 12.0)), 10),  # without held-out recordings it is all there is to go by
    ],
)
def test_a_voice_of_the_wrong_pitch_is_not_kept_for_its_similarity(figures, step):
    assert run_of(*figures).best().step == step


def test_a_start_of_another_pitch_is_no_reason_against_any_candidate():
    found = run_of(pitched(0.8, 0.5), pitched(0.9, -0.5))
    start = replace(found.start, judged=replace(found.start.judged, pitch_off_semitones=14.0))
    assert [replace(found, start=start).faults(one) for one in found.made] == [(), ()]


def test_the_voice_files_that_stay_are_not_those_of_the_wrong_pitch(tmp_path):
    found = run_of(0.7, *[pitched(0.95, 12.0)] * 4, 0.71, 0.72, 0.73)
    candidates.write(tmp_path, found)
    folder = tmp_path / candidates.FOLDER
    folder.mkdir()
    for one in found.made:
        (folder / one.voice).write_bytes(VOICE)
    candidates.tidy(tmp_path)
    assert {path.stem for path in folder.iterdir()} == {"10", "60", "70", "80"}


# What is said --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "begins"),
    [
        ((0.70,), "Learning well: similarity rose from 0.60 to 0.70"),
        ((0.61,), "Not closer to you yet: similarity 0.61, it began with 0.60"),
        ((0.70, 0.80), "Learning well: similarity rose from 0.70 to 0.80"),
        ((0.70, 0.80, 0.803), "Levelling off: similarity stays at 0.80"),
        ((0.70, 0.90, 0.84), "Starting to memorise: I will keep the voice from step 20"),
        ((0.70, (0.80, 1.0), (0.85, 0.8)), "Words begin to break: I will keep the voice from step 20"),
        ((0.70, (0.80, 1.0, 3.1), (0.85, 1.0, 2.5)), "The sound gets rougher: I will keep the voice from step 20"),
        (((None, 1.0),), "Learning. No recording was left over"),
        (
            (pitched(0.70, 0.3), pitched(0.90, 12.0)),
            "It speaks 12 semitones too high: I will keep the voice from step 10",
        ),
        ((pitched(0.90, 12.0), pitched(0.82, 0.5)), "Its pitch comes nearer to yours: similarity 0.82."),
    ],
)
def test_how_it_goes_is_told_from_the_figures(figures, begins):
    assert run_summary.how_it_goes(run_of(*figures), running=True).startswith(begins)


def test_a_wrong_pitch_is_said_whatever_the_similarity():
    high = run_of(pitched(0.88, 12.0), pitched(0.93, 12.0))
    says = "But it speaks 12 semitones too high."
    assert run_summary.how_it_goes(high, running=True).endswith(f"similarity rose from 0.88 to 0.93. {says}")
    assert run_summary.how_it_goes(replace(high, kept_step=20, kept_by="rule"), running=False).endswith(f"kept. {says}")
    assert "semitones" not in run_summary.how_it_goes(run_of(pitched(0.88, 1.0), pitched(0.93, -1.0)), running=True)


def test_how_it_went_names_the_voice_that_was_kept():
    found = replace(run_of(0.7, 0.9, 0.8), kept_step=20, kept_by="rule")
    assert run_summary.how_it_goes(found, running=False) == "The voice from step 20 is the best of 3, so it was kept."
    early = run_summary.how_it_goes(replace(found, ended_early=run_summary.LEVEL), running=False)
    assert early.startswith("It ended early, because similarity did not rise any more. The voice from step 20")
    assert (
        run_summary.how_it_goes(replace(found, kept_by="person"), running=False) == "You chose the voice from step 20."
    )


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        (
            {"similarity": 0.90, "similarity_stock": 0.60},
            "Training helped: it is closer to you than the voice it began",
        ),
        ({"similarity": 0.61, "similarity_stock": 0.60}, "Training did not help: the voice it began with is as close"),
        ({"similarity": 0.50, "similarity_stock": 0.60}, "Training did not help: the voice it began with is closer"),
        (
            {"similarity": 0.7, "similarity_stock": 0.6, "similarity_instant": 0.8},
            "Training did not help: your voice without training is closer",
        ),
        (
            {"similarity": 0.75, "similarity_stock": 0.60, "pitch_off_semitones": 13, "pitch_off_semitones_stock": 1},
            "Training did not help: the voice it began with is closer",
        ),
        (
            {"similarity": 0.61, "similarity_stock": 0.60, "pitch_off_semitones": 0, "pitch_off_semitones_stock": 9},
            "Training helped: it is closer to you than the voice it began",
        ),
        ({"similarity": 0.9}, ""),
        ({}, ""),
    ],
)
def test_it_is_said_plainly_whether_training_helped(scores, says):
    assert run_summary.did_it_help(scores).startswith(says)
    assert bool(run_summary.did_it_help(scores)) == bool(says)


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ((0.7, 0.8, 0.85, 0.9), ""),  # five minutes: never long enough
        ((0.9, 0.8, 0.8, 0.8), ""),
        ((0.7, 0.85, 0.90, 0.901, 0.902, 0.90, 0.90), run_summary.LEVEL),
        ((0.7, 0.85, 0.90, 0.901, 0.902, 0.90, 0.91), ""),
        ((0.7, 0.75, 0.8, 0.82, 0.84, 0.86, 0.88), ""),
        (((0.8, 1.0), (0.9, 0.6), (0.9, 0.7)), run_summary.WORDS),
        (((0.8, 1.0), (0.9, 0.6), (0.9, 0.9)), ""),  # it recovered
        (tuple(pitched(0.9, 12 - 1.5 * number) for number in range(7)), ""),  # the pitch still comes nearer
        (tuple(pitched(0.9, 12.0) for _ in range(7)), run_summary.LEVEL),
        (((0.8, 0.5), (0.9, 0.5), (0.9, 0.5)), ""),  # never understood: the recogniser's fault
    ],
)
def test_a_run_ends_early_only_for_a_clear_reason(figures, reason):
    assert run_summary.reason_to_end(run_of(*figures)) == reason


# When ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "cost_s"), [(3, 2.0), (5, 6.0), (5, 12.0), (15, 6.0), (40, 6.0)])
def test_judging_takes_its_share_of_a_plan_in_minutes_and_no_more(minutes, cost_s):
    plan, elapsed_s, made_at = CandidateSchedule(minutes), 0.0, []
    spent_s, last_s = 0.0, None
    while True:
        wait_s = plan.wait_s(elapsed_s, made_at[-1] if made_at else 0.0, spent_s, last_s)
        if wait_s is None:
            break
        elapsed_s += wait_s
        made_at.append(elapsed_s)
        elapsed_s += cost_s
        spent_s, last_s = spent_s + cost_s, cost_s
    assert 1 <= len(made_at) < MAX_CANDIDATES
    assert spent_s <= JUDGING_SHARE * minutes * 60 + max(0.0, cost_s - FIRST_COST_S)
    assert made_at[-1] < 0.9 * minutes * 60, "the end makes its own"
    if minutes == 5 and cost_s == 6.0:
        assert len(made_at) == 2, "and one at the end"


def test_candidates_of_a_plan_in_steps_come_at_fixed_steps():
    def steps_of(total):
        step, made = 0, []
        while step < total:
            step = next_step(step, total)
            made.append(step)
        return made

    assert steps_of(30) == [30]
    assert steps_of(240) == [60, 120, 180, 240]
    assert steps_of(250) == [63, 125, 188, 250]
    assert len(steps_of(5000)) == MAX_CANDIDATES and steps_of(5000)[-1] == 5000
    assert next_step(61, 240) == 120, "wherever it was continued from"
    assert next_step(240, 240) == 240


# Files ---------------------------------------------------------------------------------------------


@pytest.fixture
def run_dir(tmp_path):
    found = replace(run_of(0.7, 0.8, 0.9, 0.85, 0.84, 0.83), kept_step=30, kept_by="rule")
    candidates.write(tmp_path, found)
    folder = tmp_path / candidates.FOLDER
    folder.mkdir()
    for one in found.made:
        (folder / one.sound).write_bytes(b"sound")
        (folder / one.voice).write_bytes(VOICE)
    for name in (candidates.RECORDING_SOUND, candidates.START_SOUND, "70.flac", ".part-1.safetensors"):
        (folder / name).write_bytes(b"x")
    return tmp_path


def test_what_is_written_is_read_back(run_dir):
    found = candidates.read(run_dir)
    assert found == replace(run_of(0.7, 0.8, 0.9, 0.85, 0.84, 0.83), kept_step=30, kept_by="rule")


def test_pitch_is_read_back_and_may_be_missing_as_in_older_runs(run_dir):
    found = candidates.read(run_dir)
    known, unknown = (
        replace(found, made=(*found.made[:-1], replace(found.made[-1], judged=Judged(0.9, 1.0, 3.0, (), off))))
        for off in (-1.25, None)
    )
    candidates.write(run_dir, known)
    assert candidates.read(run_dir) == known
    path = run_dir / candidates.INDEX_FILE
    told = json.loads(path.read_text())
    for one in (told["start"], *told["made"]):
        del one["judged"]["pitch_off_semitones"]
    disk.write_json_twice(path, told)
    assert candidates.read(run_dir) == unknown


def test_a_list_cut_at_any_byte_is_read_from_its_copy(run_dir):
    path, found = run_dir / candidates.INDEX_FILE, candidates.read(run_dir)
    whole = path.read_bytes()
    for length in range(0, len(whole) - 2, 37):
        path.write_bytes(whole[:length])
        assert candidates.read(run_dir) == found
        assert path.read_bytes() == whole
    copy = disk.copy_path(path)
    for each in (path, copy):
        each.write_bytes(whole[:-2])
    assert candidates.read(run_dir) == Candidates()


@pytest.mark.parametrize("wrong", ["[]", "null", "7", "{}", json.dumps({"made": [{}]})])
def test_a_list_of_something_else_reads_as_nothing(run_dir, wrong):
    (run_dir / candidates.INDEX_FILE).write_text(wrong)
    assert candidates.read(run_dir) == Candidates()


def test_a_voice_file_cut_at_any_byte_cannot_be_kept(run_dir):
    path = run_dir / candidates.FOLDER / "60.safetensors"
    for length in range(len(VOICE)):
        path.write_bytes(VOICE[:length])
        with pytest.raises(InputError, match=r"after 60 steps is damaged\. Choose another one"):
            candidates.check_kept(run_dir, 60)


def test_one_of_the_same_step_takes_the_others_place(run_dir):
    again = replace(candidates.read(run_dir).made[1], judged=Judged(0.99))
    found = candidates.add(run_dir, again)
    assert [one.step for one in found.made] == [10, 20, 30, 40, 50, 60]
    assert candidates.read(run_dir).at(20).judged.similarity == 0.99


def test_voice_files_stay_of_the_kept_the_last_and_the_next_best_and_every_sound(run_dir):
    candidates.tidy(run_dir)
    names = {path.name for path in (run_dir / candidates.FOLDER).iterdir()}
    assert {name for name in names if name.endswith("safetensors")} == {
        "30.safetensors",
        "60.safetensors",
        "40.safetensors",
        "50.safetensors",
    }
    assert {f"{step}.flac" for step in (10, 20, 30, 40, 50, 60)} | {"recording.flac", "start.flac"} <= names
    assert "70.flac" not in names, "half-made by a process that was killed"
    assert candidates.check_kept(run_dir, 40)[1].read_bytes() == VOICE
    with pytest.raises(InputError, match="only kept as a sample"):
        candidates.check_kept(run_dir, 10)
    with pytest.raises(NotFoundError, match="10, 20, 30"):
        candidates.check_kept(run_dir, 35)


def test_a_made_up_name_leads_nowhere(run_dir):
    (run_dir / "secret").write_text("s")
    for name in ("../secret", "/etc/passwd", "", ".."):
        assert candidates.file(run_dir, name) is None


def test_scores_hold_what_the_voice_is_compared_with():
    found = replace(run_of(0.7, (0.9, 0.95)), instant=Reference(Judged(0.65, None), "instant.flac"))
    assert candidates.scores(found.made[1], found) == {
        "similarity": 0.9,
        "words_right": 0.95,
        "naturalness": 3.1,
        "similarity_stock": 0.6,
        "words_right_stock": 1.0,
        "similarity_instant": 0.65,
    }
    high = replace(found, instant=Reference(Judged(0.65, pitch_off_semitones=12.0), "instant.flac"))
    told = candidates.scores(replace(found.made[1], judged=Judged(0.9, pitch_off_semitones=-0.5)), high)
    assert (told["pitch_off_semitones"], told["pitch_off_semitones_instant"]) == (-0.5, 12.0)
    assert "pitch_off_semitones_stock" not in told


def test_of_many_candidates_the_latest_are_shown_and_the_one_that_counts():
    found = run_of(0.7, 0.95, *[0.8] * 12)
    assert [one.step for one in found.latest(3)] == [20, 130, 140]
    assert [one.step for one in replace(found, kept_step=40).latest(3)] == [40, 130, 140]
    assert [one.step for one in replace(found, kept_step=140).latest(3)] == [120, 130, 140]
    assert found.latest(14) == found.latest(99) == found.made
