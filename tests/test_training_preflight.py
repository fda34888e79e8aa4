"""What is told before a training: each check at its bounds, the choices, and what the engine finds here."""

from dataclasses import replace

import pytest

from tests.fake_base import EFFORT_STEPS, STEPS_PER_S
from tests.small_project import fake_engine, make_project
from voiceclone.bases.base import Effort
from voiceclone.bases.kokoro.base import KokoroBase
from voiceclone.bases.kokoro.train import recipe
from voiceclone.cli.training import check_rows
from voiceclone.engine import VoiceEngine
from voiceclone.training import estimate, preflight
from voiceclone.training.machine import Machine, container_memory_mb, look
from voiceclone.training.preflight import Check, Facts, Kind, Level
from voiceclone.training.runner import NEEDED_DISK_MB
from voiceclone.training.speed import USUAL, TrainingSpeed
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab.preflight import chosen_length, derived_rows, effort_choices, effort_note

ROOMY = Machine("Processor", cores=4, memory_free_mb=16_000, memory_total_mb=32_000, disk_free_mb=100_000)
FACTS = Facts(ROOMY, usable_s=90, minimum_s=10, first_voice_s=60, base_title="Kokoro", base_ready=True,
              base_embedded=True, consent=True)  # fmt: skip
PEAK = preflight.PEAK_MEMORY_MB


def check_of(facts, kind):
    return next(check for check in preflight.look_ahead(facts).checks if check.kind == kind)


def with_machine(**changes):
    return replace(FACTS, machine=replace(ROOMY, **changes))


def test_nothing_to_do_where_all_is_well():
    found = preflight.look_ahead(FACTS)
    assert found.ready
    assert {check.level for check in found.checks} == {Level.FINE}
    assert {check.kind for check in found.checks} == set(Kind) - {Kind.FREE, Kind.BUSY, Kind.LANGUAGE}


@pytest.mark.parametrize(
    ("facts", "kind", "level", "words"),
    [
        (replace(FACTS, usable_s=59), Kind.SPEECH, Level.WATCH, "1 min makes a first voice"),
        (replace(FACTS, usable_s=9.5), Kind.SPEECH, Level.FIX, "1 s more"),
        (replace(FACTS, usable_s=0), Kind.SPEECH, Level.FIX, "10 s more"),
        (replace(FACTS, consent=False), Kind.CONSENT, Level.FIX, "permission"),
        (replace(FACTS, base_ready=False), Kind.BASE, Level.WATCH, "Prepare it"),
        (replace(FACTS, base_ready=False, base_embedded=False), Kind.BASE, Level.FIX, "Get it first"),
        (replace(FACTS, slow_sentence="Slow here."), Kind.DEVICE, Level.WATCH, "Slow here."),
        (replace(FACTS, languages=("ru",), base_hears=("ru",)), Kind.LANGUAGE, Level.WATCH, "will not speak Russian"),
        (replace(FACTS, languages=("fr", "de")), Kind.LANGUAGE, Level.FIX, "model that comes with VoiceClone"),
        (replace(FACTS, training_now="Anna"), Kind.FREE, Level.FIX, "Wait"),
        (replace(FACTS, others_share=0.6), Kind.BUSY, Level.WATCH, "longer than shown"),
        (with_machine(cores=1), Kind.DEVICE, Level.WATCH, "one core"),
        (with_machine(memory_free_mb=PEAK + 999), Kind.MEMORY, Level.WATCH, "Close other programs"),
        (with_machine(memory_free_mb=PEAK + 1000), Kind.MEMORY, Level.FINE, ""),
        (with_machine(memory_free_mb=2_499), Kind.MEMORY, Level.FIX, "Close other programs"),
        (with_machine(disk_free_mb=NEEDED_DISK_MB - 1), Kind.DISK, Level.FIX, "Free some space"),
        (with_machine(disk_free_mb=NEEDED_DISK_MB), Kind.DISK, Level.WATCH, "free some space"),
        (with_machine(disk_free_mb=2 * NEEDED_DISK_MB), Kind.DISK, Level.FINE, ""),
    ],
)  # fmt: skip
def test_each_thing_is_told_with_what_to_do(facts, kind, level, words):
    found = check_of(facts, kind)
    assert (found.level, found.sentence[-1]) == (level, ".")
    assert words in found.remedy
    assert preflight.look_ahead(facts).ready == (level != Level.FIX)


def test_a_language_that_voices_speak_is_not_spoken_of():
    facts = replace(FACTS, languages=("fr", "pt"))
    assert Kind.LANGUAGE not in {check.kind for check in preflight.look_ahead(facts).checks}


def test_consent_is_left_out_where_it_was_not_asked():
    assert Kind.CONSENT not in {check.kind for check in preflight.look_ahead(replace(FACTS, consent=None)).checks}


def test_a_graphics_card_is_named_with_its_memory_and_spares_that_of_the_computer():
    card = TrainingSpeed(0.1, 10, 0.1, device="cuda", device_name="Card 9000", device_memory_mb=12_000)
    assert "Card 9000, 12 GB" in check_of(replace(FACTS, training_speed=card), Kind.DEVICE).sentence
    tight = replace(with_machine(memory_free_mb=3_000), training_speed=card)
    assert check_of(tight, Kind.MEMORY).level == Level.FINE
    assert check_of(replace(tight, training_speed=None), Kind.MEMORY).level == Level.WATCH


def test_a_check_that_is_not_fine_says_what_to_do():
    with pytest.raises(ValueError, match="what to do"):
        Check(Kind.DISK, Level.FIX, "Full.")


def test_the_memory_of_a_container_counts_files_that_nobody_reads_as_free(tmp_path):
    (tmp_path / "memory.current").write_text("3000000000\n")
    (tmp_path / "memory.stat").write_text("anon 100\ninactive_file 500000000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert container_memory_mb(tmp_path) is None
    (tmp_path / "memory.max").write_text("4000000000\n")
    assert container_memory_mb(tmp_path) == (1500, 4000)
    assert container_memory_mb(tmp_path / "nowhere") is None


def test_this_computer_has_a_name_memory_and_disk(tmp_path):
    here = look(tmp_path / "not" / "made" / "yet")
    assert here.processor and here.cores >= 1
    assert 0 < here.memory_free_mb <= here.memory_total_mb
    assert here.disk_free_mb > 0


# The choices ------------------------------------------------------------------------------


def test_the_steps_of_the_embedded_base_rest_on_what_was_measured():
    plenty, minute, little = (
        [recipe.effort_steps(effort, speech_s, recipe.Recipe()) for effort in Effort]
        for speech_s in (600.0, 60.0, 15.0)
    )
    assert plenty == [230, 600, 1500, 6000]
    assert minute == [230, 600, 750, 6000], "heard 15 times, no more, unless it ends by itself"
    assert little == [230, 230, 230, 6000], "never less than a first voice"


def test_on_a_graphics_card_a_step_that_hears_eight_windows_counts_for_eight(tmp_path):
    base = KokoroBase(tmp_path)
    card = TrainingSpeed(0.1, 10.0, 0.1, device="cuda")
    steps = [plan.steps for plan in estimate.plans(base, 600.0, card)]
    assert steps == [230, 600, 937, 6000], "ten minutes heard 15 times, 9.6 s a step"
    few = estimate.plans(base, 60.0, card)
    assert [plan.steps for plan in few] == [230, 230, 230, 6000] and few[1].wants_more_speech
    assert base.workload(Effort.QUICK, 600.0, "cuda").prepared_s == 8 * base.workload(Effort.QUICK, 600.0).prepared_s
    on_card = base.training_facts(20) | {"window_s": 9.6, "batch_windows": 8}
    assert base.training_facts(20, "cuda") == pytest.approx(on_card)
    told = estimate.TrainingEstimate(preflight.look_ahead(FACTS), (), card, base.training_facts(20, "cuda"))
    rows = dict(derived_rows(told, "fine-tune", {"effort": "quick", "steps": 230, "minutes": 0, "seed": 0}))
    assert (rows["Speech in one step"], rows["Snippets in one step"]) == ("9.6 s", "8")


def test_two_cores_take_five_minutes_for_a_first_voice(tmp_path):
    quick, better, best, overnight = estimate.plans(KokoroBase(tmp_path), 300.0, None)
    assert 270 < quick.expected_s < 350, "benchmarks: 226 steps in 4.97 minutes"
    assert quick.expected_s < better.expected_s < best.expected_s < overnight.expected_s
    assert not quick.measured
    assert not best.wants_more_speech


def test_a_quicker_computer_is_told_less_time(tmp_path):
    base = KokoroBase(tmp_path)
    slow, quick = (
        estimate.effort_plan(base, Effort.BETTER, 60.0, TrainingSpeed(step_s, 10.0, 0.2)) for step_s in (2.0, 0.1)
    )
    assert slow.measured and quick.measured and slow.steps == quick.steps
    assert slow.expected_s - quick.expected_s == pytest.approx(
        600 * 1.9 * slow.step_cost * (1 + estimate.BESIDE_LEARNING)
    )


@pytest.mark.parametrize("speech_s", [20.0, 60.0, 600.0])
def test_what_was_measured_on_a_busy_computer_is_told_as_a_lower_bound(tmp_path, speech_s):
    base = KokoroBase(tmp_path)
    quiet, busy = (
        TrainingSpeed(0.7, 10.0, 0.2, least_step_s=0.63),
        TrainingSpeed(5.6, 60.0, 1.6, others_share=0.7, least_step_s=0.63),
    )
    for quick, slow in zip(estimate.plans(base, speech_s, quiet), estimate.plans(base, speech_s, busy), strict=True):
        assert slow.at_least and not quick.at_least
        assert 0.8 * quick.expected_s < slow.expected_s < quick.expected_s, "not eight times as long"
    told = estimate.TrainingEstimate(preflight.look_ahead(FACTS), estimate.plans(base, speech_s, busy), busy)
    plan = told.plan("quick")
    assert told.expected_with(plan, plan.steps + 100) == pytest.approx(plan.expected_s + 69.3 * plan.step_cost)


def test_a_base_whose_steps_nobody_measured_gets_minutes():
    plans = estimate.plans(object(), 60.0, USUAL)
    assert [(plan.minutes, plan.steps, plan.expected_s) for plan in plans] == [
        (5, None, 300), (15, None, 900), (40, None, 2400),
    ]  # fmt: skip


def test_other_steps_take_another_time():
    told = estimate.TrainingEstimate(preflight.look_ahead(FACTS), estimate.plans(KokoroBase(None), 300.0, USUAL), USUAL)
    plan = told.plan("quick")
    assert told.expected_with(plan, plan.steps) == plan.expected_s
    assert told.expected_with(plan, plan.steps + 100) == pytest.approx(plan.expected_s + 84.7 * plan.step_cost)
    assert told.plan("never") is None


# Through the engine ---------------------------------------------------------------------------


def test_the_engine_tells_all_of_it(tmp_path):
    engine = fake_engine(tmp_path)
    project = make_project(tmp_path)  # 16 s
    told = engine.runs.estimate(project.project_id, consent=False)
    levels = {check.kind: check.level for check in told.preflight.checks}
    assert levels[Kind.SPEECH] == Level.WATCH
    assert levels[Kind.CONSENT] == Level.FIX
    assert levels[Kind.BASE] == Level.WATCH, "the base was not made ready yet"
    engine.prepare_base()
    again = engine.runs.estimate("Anna", consent=True)
    assert again.preflight.ready
    assert again.plan("better").steps == EFFORT_STEPS[Effort.BETTER]
    assert again.plan("best").steps == round(16 * STEPS_PER_S) and again.plan("best").wants_more_speech
    assert again.facts == engine.base.training_facts(4)
    assert again.training_speed is None


def test_another_base_that_is_not_here_is_told(tmp_path):
    engine = VoiceEngine(tmp_path)
    project = engine.projects.create("Anna")
    told = engine.runs.estimate(project.project_id, base_id="vctk_vits")
    assert {check.kind: check.level for check in told.preflight.checks}[Kind.BASE] == Level.FIX
    assert {plan.steps for plan in told.plans} == {None}


# The terminal ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("training_speed", "others_share", "figure", "told"),
    [
        (TrainingSpeed(0.7, 10.0, 0.2, least_step_s=0.63), 0.0, "about", 0),
        (TrainingSpeed(0.7, 10.0, 0.2, least_step_s=0.63), 0.9, "about", 1),
        (TrainingSpeed(5.6, 60.0, 1.6, others_share=0.7, least_step_s=0.63), 0.0, "at least", 1),
        (TrainingSpeed(5.6, 60.0, 1.6, others_share=0.7, least_step_s=0.63), 0.9, "at least", 1),
        (None, 0.0, "about", 0),
    ],
)
def test_the_terminal_says_once_that_other_programs_keep_the_computer_busy(training_speed, others_share, figure, told):
    looked_at = preflight.look_ahead(replace(FACTS, others_share=others_share))
    busy = others_share > preflight.BUSY_SHARE
    rows = check_rows(
        estimate.TrainingEstimate(
            looked_at, estimate.plans(KokoroBase(None), 300.0, training_speed), training_speed, {}, busy
        )
    )
    plans = [words for level, words in rows if level in list(Effort)]
    *plans, overnight = plans
    assert len(plans) == 3 and all(f"steps, {figure} " in words for words in plans)
    assert f"up to 6,000 steps, {'which take at least' if figure == 'at least' else 'up to'} " in overnight
    assert "stops by itself" in overnight and "was not measured yet" in overnight
    assert sum("ther programs" in words for _, words in rows) == told
    assert not any("ther programs" in words for words in plans)


def test_the_terminal_names_the_option_for_consent():
    rows = check_rows(estimate.TrainingEstimate(preflight.look_ahead(replace(FACTS, consent=False)), (), None))
    (words,) = [words for _, words in rows if "whose voice" in words]
    assert "--i-have-consent" in words and words.endswith(".")


# The page -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("training_speed", "busy", "label", "note"),
    [
        (TrainingSpeed(0.7, 10.0, 0.2, least_step_s=0.63), False, "Better: about 12 minutes", ""),
        (TrainingSpeed(0.7, 10.0, 0.2, least_step_s=0.63), True, "Better: about 12 minutes", train_text.BUSY_NOW),
        (
            TrainingSpeed(5.6, 60.0, 1.6, others_share=0.7, least_step_s=0.63),
            True,
            "Better: at least 10 minutes",
            train_text.WAS_BUSY,
        ),
        (None, True, "Better: about 14 minutes on two cores", train_text.NOT_MEASURED),
    ],
)
def test_a_time_is_told_as_well_as_it_is_known(training_speed, busy, label, note):
    told = estimate.TrainingEstimate(
        preflight.look_ahead(FACTS), estimate.plans(KokoroBase(None), 300.0, training_speed), training_speed, {}, busy
    )
    assert effort_choices(told)[1] == (label, "better")
    bound = effort_choices(told)[3][0]
    assert bound.startswith("As long as it helps: up to ") and ("longer" in bound) == label.startswith("Better: at")
    assert train_text.OVERNIGHT in effort_note(told, "overnight", 300.0)
    shown = effort_note(told, "better", 300.0)
    assert (note in shown) if note else shown == ""


def test_a_field_that_was_left_alone_overrules_nothing():
    told = estimate.TrainingEstimate(preflight.look_ahead(FACTS), estimate.plans(KokoroBase(None), 300.0, USUAL), USUAL)
    for empty in (None, 0, 0.0):
        assert chosen_length("quick", empty, empty) == {"effort": "quick"}
        assert chosen_length("quick", 7, empty) == {"steps": 7}
        assert chosen_length("", empty, 7) == {"minutes": 7.0}
    asked = {"effort": "quick", "steps": 460, "minutes": 0, "seed": 3}
    rows = dict(derived_rows(told, "transfer", asked))
    assert rows["Steps"] == "460" and rows["Seed"] == "3"
    assert "about 10 minutes" in rows["Time"]
