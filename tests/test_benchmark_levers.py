"""The trainers that do one thing otherwise: each changes what it says, and nothing when it should not."""

import pytest
import torch
from kokoro_runs import advance_to, copy_run, load_once, use_recipe

from benchmarks import lever_trainers, levers, second_encoder
from voiceclone.bases.kokoro.train.trainer import Trainer


@pytest.fixture
def make(prepared, kokoro_folder, network, tmp_path, monkeypatch):
    """Return a trainer of some kind, of a copy of the prepared run."""
    use_recipe(monkeypatch)
    load_once(monkeypatch, network)

    def made(kind):
        trainer = kind(copy_run(prepared, tmp_path / kind.__name__), kokoro_folder, "cpu")
        while trainer.clips.pending:
            trainer.clips.make_next_ready()
        return trainer

    return made


def heard(trainer):
    """What the trainer's next step hears, with the random numbers of that step."""
    windows = list(trainer.clips.draw_windows(trainer._seed_step(), 24))
    return trainer._hear(windows, trainer.position.step)


def test_a_speaker_loss_asks_for_the_speaker_of_the_recordings(make, monkeypatch):
    asked = []

    def embed(samples, sample_rate):
        asked.append(samples.requires_grad)
        loud = samples.square().mean(1)
        return torch.nn.functional.normalize(torch.stack([torch.ones_like(loud), 3 * loud.sqrt()], 1), dim=1)

    monkeypatch.setattr(second_encoder, "embed", embed)
    trainer = make(lever_trainers.SpeakerLoss)
    plain, wished = heard(make(Trainer)), heard(trainer)
    assert asked == [False, False, True]  # two recordings, and what is spoken
    cosine = (embed(wished.spoken, 24_000)[0] @ trainer._speaker_vector()).item()
    expected = plain.loss.item() + lever_trainers.SPEAKER_WEIGHT * (1 - cosine)
    assert wished.loss.item() == pytest.approx(expected, abs=1e-4)
    assert wished.distance.item() == pytest.approx(plain.distance.item(), abs=1e-5)


@pytest.mark.slow
def test_critics_listen_before_they_are_listened_to(make, monkeypatch):
    monkeypatch.setattr(lever_trainers, "CRITICS_ALONE_STEPS", 1)
    plain, judged = make(Trainer), make(lever_trainers.Critics)
    before = [value.detach().clone() for value in judged._critics.parameters()]
    assert heard(judged).loss.item() == pytest.approx(heard(plain).loss.item(), abs=1e-4)
    assert not any(torch.equal(one, other) for one, other in zip(before, judged._critics.parameters(), strict=True))
    advance_to(judged, 1)
    told = heard(judged)
    assert told.loss.item() > told.distance.item() + 0.1
    told.loss.backward()
    assert judged.trainable.acoustic_style.grad.abs().sum() > 0


def test_a_critic_of_spectra_passes_gradients_to_the_sound():
    samples = torch.randn(1, 1, 6_000).requires_grad_()
    (score,), _ = lever_trainers._SpectrumCritic(512)(samples)
    score.sum().backward()
    assert samples.grad.abs().sum() > 0


def test_all_levers_differ_from_the_recipe_in_something():
    plain = levers.LEVERS["as it is"]
    assert all(lever != plain for name, lever in levers.LEVERS.items() if name != "as it is")


def test_the_table_has_every_figure_of_a_row():
    figures = dict.fromkeys(levers.FIGURES, 0.25) | {"tone_1000_db": 1.5, "second_similarity": 0.75}
    row = {"voice": "joe", "seconds": 60.0, "steps": 120, "lever": "critics", "seed": 0} | figures
    *_, line = levers.table([row]).splitlines()
    assert line == "| joe, 60 s, 120 steps | critics | 0 | 0.250 / 0.250 / 0.750 | +0.2 | 0.250 | 0.25 | 0 | 1.5 |"
    del row["pitch_off_semitones"]  # measured before there was such a figure
    assert "0.750 | - | 0.250" in levers.table([row])
