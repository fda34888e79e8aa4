"""When a training that goes on as long as it helps ends: curves of trainings, and simple ones."""

import json
import signal

import pytest

from tests.fake_base import BASE_ID, FakeBase, SingleBase
from tests.heard_base import COOLING_FILE, FACTORY, SCRIPT_FILE
from tests.small_project import make_project
from voiceclone import host
from voiceclone.bases.base import Effort
from voiceclone.bases.kokoro.base import KokoroBase
from voiceclone.bases.kokoro.train.recipe import EFFORT_STEPS
from voiceclone.bases.run.cool_down import cool_down_after
from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError
from voiceclone.training.candidate_schedule import OVERNIGHT_CANDIDATES, next_step
from voiceclone.training.estimate import effort_plan, plans
from voiceclone.training.levelling import LEVEL_CANDIDATES, MIN_CANDIDATES, NOISE, levelled_off
from voiceclone.training.run_summary import LEVEL, WORDS
from voiceclone.training.speed import TrainingSpeed
from voiceclone.wording import up_to

NOTHING = [None] * 20


def end_of(worths, distances=NOTHING):
    """The number of candidates after which the curve ends, 0 where it never does."""
    for count in range(1, len(worths) + 1):
        if levelled_off(worths[:count], distances[:count]):
            return count
    return 0


@pytest.mark.parametrize(
    ("curve", "ends"),
    [
        ([0.70 + 0.01 * one for one in range(20)], 0),  # rising
        ([0.9] * 20, MIN_CANDIDATES),  # flat
        ([0.9 - 0.01 * one for one in range(20)], MIN_CANDIDATES),  # falling: it memorises
        ([0.80, 0.85, 0.88, 0.90, *(0.90 + NOISE * (-1) ** one for one in range(16))], 8),  # noisy, by what counts not
        ([0.80, 0.85, 0.88, 0.90, 0.899, 0.901, 0.900, 0.912, *[0.912] * 12], 12),  # it rose once more, in time
        (NOTHING, 0),  # nothing to judge by
    ],
)
def test_simple_curves(curve, ends):
    assert end_of(curve) == ends


def test_learning_that_only_the_held_out_distance_shows_goes_on():
    falling = [1.0 * 0.97**one for one in range(20)]
    assert end_of([0.9] * 20, falling) == 0
    assert end_of([0.9] * 20, [1.0 * 0.999**one for one in range(20)]) == MIN_CANDIDATES, (
        "less than a share that counts"
    )
    assert end_of([0.70 + 0.01 * one for one in range(20)], [1.0] * 20) == 0, "nor the other way round"
    assert end_of([None] * 20, [1.0] * 20) == MIN_CANDIDATES, "no recording of similarity: the distance alone decides"


def test_trainings_of_the_benchmark():
    """Their candidates were 60 steps apart and their rates fell to nothing, so all that is asked is that none of them
    ends while its own similarity still rises."""
    runs = json.loads((host.CHECKOUT_DIR / "benchmarks" / "picking.json").read_text(encoding="utf-8"))["runs"]
    seen = 0
    for run in runs:
        curve = [one["own"]["similarity"] for one in run["candidates"]]
        ends = end_of(curve)
        if len(curve) >= MIN_CANDIDATES:
            seen += 1
        if ends:
            before = max(curve[: ends - LEVEL_CANDIDATES])
            assert max(curve[ends - LEVEL_CANDIDATES : ends]) <= before + NOISE
    assert seen, "no run is long enough to say anything"


def test_its_candidates_are_close_enough_to_notice():
    steps, step = EFFORT_STEPS[Effort.OVERNIGHT], 0
    due = [step := next_step(step, steps, OVERNIGHT_CANDIDATES) for _ in range(OVERNIGHT_CANDIDATES)]
    assert due == list(range(250, 6001, 250))
    assert due[MIN_CANDIDATES - 1] == EFFORT_STEPS[Effort.BEST]


# Through the engine ---------------------------------------------------------------------------


def test_little_speech_does_not_shorten_it_and_the_hours_are_an_upper_bound():
    base, speed = KokoroBase(None), TrainingSpeed(2.4, 10.0, 0.2)
    found = effort_plan(base, Effort.OVERNIGHT, 15.0, speed)
    assert (found.steps, found.at_most, found.wants_more_speech) == (6000, True, False)
    assert effort_plan(base, Effort.BEST, 15.0, speed).steps < EFFORT_STEPS[Effort.BEST]
    assert not effort_plan(base, Effort.BEST, 15.0, speed).at_most
    assert up_to(found.expected_s) == "up to 7 hours 25 minutes"


def test_a_base_that_is_not_heard_on_its_way_does_not_offer_it(tmp_path):
    for base in (FakeBase(tmp_path), SingleBase(tmp_path)):
        assert [plan.effort for plan in plans(base, 60.0, None)] == [Effort.QUICK, Effort.BETTER, Effort.BEST]
        with pytest.raises(InputError, match="no longer gets better"):
            effort_plan(base, Effort.OVERNIGHT, 60.0, None)


@pytest.fixture
def engine(tmp_path):
    engine = VoiceEngine(tmp_path, BASE_ID, base_factory=FACTORY)
    engine.prepare_base()
    return engine


def start(engine, *judged):
    """Start an open-ended run whose candidates get these similarities and words right, one after the other."""
    project = make_project(engine.data_dir, clip_count=20)
    folder = next(engine.data_dir.rglob("base.json")).parent
    (folder / SCRIPT_FILE).write_text(json.dumps(judged))
    return engine.start_training(project.project_id, "Anna", True, effort="overnight").run_id


def followed(engine, run_id):
    """Its last status."""
    *_, last = engine.runs.watch(run_id, interval_s=0.02)
    return last


def test_a_run_that_levels_off_cools_down_and_ends(engine):
    run_id = start(engine, (0.9, 1.0))
    last, found = followed(engine, run_id), engine.runs.candidates(run_id)
    assert last.state == "finished", last.message
    # The tone's distance on the held-out recording falls at first; after that nothing is gained.
    assert found.ended_early == LEVEL and MIN_CANDIDATES < len(found.made) < OVERNIGHT_CANDIDATES
    *_, before, end = [one.step for one in found.made]
    assert found.levelled_step == before, "no candidate is made while it cools down"
    assert (last.step, last.total_steps) == (end, cool_down_after(before, 1500).end) and end > before
    assert engine.voices.get(last.voice_id).steps == end
    assert "levelled off" in engine.runs.summary(found, running=False)


def test_a_run_that_goes_on_gaining_ends_at_its_bound(engine):
    last = followed(engine, run_id := start(engine, *((0.80 + 0.01 * one, 1.0) for one in range(40))))
    found = engine.runs.candidates(run_id)
    assert (last.state, last.step, found.ended_early, found.levelled_step) == ("finished", 1500, "", None)
    assert len(found.made) > 12, "more than an ordinary run makes"


def test_broken_words_end_it_at_once(engine):
    run_id = start(engine, (0.9, 1.0), (0.9, 0.5))
    last, found = followed(engine, run_id), engine.runs.candidates(run_id)
    assert (found.ended_early, found.levelled_step, last.step) == (WORDS, None, found.made[-1].step)


@pytest.mark.parametrize(("asked", "state"), [("pause", "paused"), (f"{signal.SIGKILL:d}", "interrupted")])
def test_a_cool_down_goes_on_after_a_break(engine, asked, state):
    (next(engine.data_dir.rglob("base.json")).parent / COOLING_FILE).write_text(asked)
    run_id = start(engine, (0.9, 1.0))
    rests = followed(engine, run_id)
    levelled_step = engine.runs.candidates(run_id).levelled_step
    end = cool_down_after(levelled_step, 1500).end
    assert (rests.state, levelled_step <= rests.step < end) == (state, True)
    engine.runs.resume(run_id)
    last, found = followed(engine, run_id), engine.runs.candidates(run_id)
    assert (last.state, last.step, found.levelled_step) == ("finished", end, levelled_step)
    assert [one.step for one in found.made][-2:] == [levelled_step, end]
