"""A test sentence that fails is noted, and the run goes on: the first listen, judging on the way, the scores.

The library's trainer ends a run on it, before it keeps the best model (trainer/trainer.py:1199, 1254-1262).
"""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from coqui_bundles import YOUR_TTS, copy_bundle, write_info
from safetensors.torch import load_file
from vits_runs import LONG_S, SENTENCE, example_clips, metrics, prepared

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import Policy
from voiceclone.bases.coqui import finished
from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.bases.coqui.vits import network
from voiceclone.errors import StorageError, VoiceFileError
from voiceclone.training.runs import read_notes

HELD_OUT = 3
"""Place of the clip that six clips are judged by."""


@pytest.fixture(scope="module")
def speechless(vits_folders, tmp_path_factory):
    """A release that says everything but exclamation marks: what it knows of them is no number."""
    folder = copy_bundle(vits_folders[YOUR_TTS], tmp_path_factory.mktemp("speechless") / YOUR_TTS)
    path = folder / "model_file.pth"
    content = torch.load(path, weights_only=True)
    characters = network.build_network(read_bundle(folder)).tokenizer.characters
    content["model"]["text_encoder.emb.weight"][characters.char_to_id("!")] = torch.nan
    torch.save(content, path)
    write_info(YOUR_TTS, folder)
    return folder


def calm_clips(*, loud_when_judged=False):
    """Six clips without an exclamation mark; on request the one that judges has one."""
    clips = [replace(clip, text=clip.text.replace("!", ".")) for clip in example_clips(6)]
    if loud_when_judged:
        clips[HELD_OUT] = replace(clips[HELD_OUT], text=clips[HELD_OUT].text.replace(".", "!"))
    return clips


def test_first_listen_and_scores_fail_and_the_voice_is_there(speechless, tmp_path):
    run_dir = tmp_path / "run"
    base = prepared(speechless, run_dir, Policy.TRANSFER, clips=calm_clips())
    assert base.speak(None, SENTENCE, "en-us").duration_s > 0
    with pytest.raises(Exception):  # noqa: B017  (what a poisoned network does is its own affair)
        base.speak(None, "Hello!", "en-us")
    for _ in range(20):  # a slice a step: one note all the same
        if base.train_slice(run_dir, 0.001).finished:
            break
    assert len(metrics(run_dir)) == 4
    assert not (run_dir / "first_listen.wav").exists()
    assert ["first try" in note for note in read_notes(run_dir)] == [True]
    base.finish(run_dir)
    scores = json.loads((run_dir / "scores.json").read_text())
    assert set(scores) == {"held_out_mel", "held_out_mel_start", "best_step"}
    assert any("could not be judged" in note for note in read_notes(run_dir))
    assert (run_dir / "done.json").is_file()
    assert base.speak(run_dir / "voice.safetensors", SENTENCE, "en-us").duration_s > 0


def test_a_sentence_that_judges_fails_and_the_last_step_is_kept(speechless, tmp_path):
    run_dir = tmp_path / "run"
    base = prepared(speechless, run_dir, Policy.TRANSFER, clips=calm_clips(loud_when_judged=True))
    assert base.train_slice(run_dir, LONG_S).finished
    told = metrics(run_dir)
    assert len(told) == 4
    assert not any("held_out_mel" in line for line in told)
    trainer = base._trainer(run_dir)
    last = trainer.speaker.detach().clone()
    assert not torch.equal(last, trainer.start)
    base.finish(run_dir)
    assert torch.equal(load_file(run_dir / "voice.safetensors")["speaker"], last)
    assert json.loads((run_dir / "scores.json").read_text()) == {"best_step": 4.0}
    notes = read_notes(run_dir)
    assert any("recordings it is judged by" in note for note in notes)
    assert any("last step" in note for note in notes)
    assert not any("closer" in note for note in notes)


def test_sound_that_is_no_number_gives_no_scores(tmp_path):
    silence = Audio(np.full(22_050, np.nan, np.float32), 22_050)
    assert finished.score(tmp_path, lambda _: silence, lambda _: silence, "en-us", []) == {}
    assert "could not be judged" in read_notes(tmp_path)[0]


def failing(error):
    def fails(_):
        raise error

    return fails


def test_a_full_disk_is_no_sentence_s_fault(tmp_path):
    fails = failing(StorageError("full"))
    with pytest.raises(StorageError):
        finished.score(tmp_path, fails, fails, "en-us", [])
    assert not read_notes(tmp_path)


def test_a_voice_that_cannot_speak_is_kept_without_scores(tmp_path):
    fails = failing(VoiceFileError("absurd"))
    assert finished.score(tmp_path, fails, fails, "en-us", []) == {}
    assert "could not be judged" in read_notes(tmp_path)[0]
