"""Each defect of coqui-tts that we keep users away from: shown as it is, and gone with the workaround."""

import json
import math
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from coqui_bundles import VCTK, YOUR_TTS, write_bundle
from sounds import make_tone
from torch.utils.data import DataLoader

from voiceclone.audio import encode_wav
from voiceclone.bases.coqui import workarounds
from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.errors import TextError, TrainingError


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    workarounds.prepare_library()
    return read_bundle(write_bundle(YOUR_TTS, tmp_path_factory.mktemp("bundles") / YOUR_TTS))


def library_network(bundle, **arguments):
    """The library's own network, as a recipe of the library would build it."""
    from TTS.tts.models.vits import Vits

    config = bundle.library_config()
    if not arguments:  # speakers and speaker encoder are not what the test is about
        arguments = {"use_speaker_encoder_as_loss": False, "speaker_encoder_model_path": "", "d_vector_file": None}
    for name, value in arguments.items():
        setattr(config.model_args, name, value)
    return Vits(config)


# Networks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [False, True])
def test_the_speaker_consistency_loss_trains_the_speaker_encoder(bundle, kept):
    network = library_network(bundle, use_speaker_encoder_as_loss=True)
    encoder = network.speaker_encoder
    if kept:
        workarounds.freeze_speaker_encoder(network)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    _, optimizer = network.get_optimizer()
    network.train()
    loss = encoder(torch.randn(2, 16_000), l2_norm=True)[:, 0].sum()
    (loss + network.waveform_decoder.conv_pre.weight.sum()).backward()
    optimizer.step()
    changed = [name for name, value in encoder.state_dict().items() if not torch.equal(value, before[name])]
    assert bool(changed) is not kept
    assert encoder.training is not kept


def test_a_model_with_one_speaker_vector_cannot_speak(bundle):
    network = library_network(bundle).eval()
    manager = network.speaker_manager
    manager.name_to_id = {"Anna": 0}
    manager.embeddings_by_names = {"Anna": [np.ones(24, np.float32)]}
    with pytest.raises(TypeError, match="NoneType"):
        network.synthesize("hello", speaker="Anna", language="en")
    workarounds.keep_two_speakers(network)
    assert len(network.synthesize("hello", speaker="Anna", language="en")["wav"]) > 1000


def test_numbers_that_are_no_numbers_leave_the_weights_alone():
    weight = torch.nn.Parameter(torch.ones(3))
    plain, guarded = (torch.optim.AdamW([torch.nn.Parameter(weight.clone())], lr=0.1) for _ in range(2))
    left_out = workarounds.guard_optimizer(guarded, max_bad_steps=2)

    def step(optimizer, factor):
        (parameter,) = optimizer.param_groups[0]["params"]
        parameter.grad = torch.full((3,), factor)
        optimizer.step()
        return parameter.detach()

    assert torch.isnan(step(plain, math.nan)).all()
    assert torch.equal(step(guarded, math.nan), weight.detach())
    assert not torch.equal(step(guarded, 1.0), weight.detach())
    assert left_out() == 1
    step(guarded, math.nan)
    with pytest.raises(TrainingError, match="astray"):
        step(guarded, math.inf)
    assert left_out() == 3


# Text and sound -----------------------------------------------------------------------------------


def test_digits_are_dropped_from_texts(bundle):
    tokenizer = library_network(bundle).tokenizer

    def said(text):
        return tokenizer.decode([token for token in tokenizer.text_to_ids(text, "en") if token != tokenizer.blank_id])

    assert "23" not in said("I have 23 cats.")
    assert "twenty" not in said("I have 23 cats.")
    text = workarounds.text_without_losses("I have 23 cats, and Dr. Smith 5 %.", "en-us", tokenizer.characters.vocab)
    assert said(text).startswith("i have twenty three cats, and doctor smith five percent.")
    assert workarounds.text_without_losses("Năm 1", "fr", "abcdefghijklmnopqrstuvwxyz") == "Nam un"
    with pytest.raises(TextError):
        workarounds.text_without_losses("…!", "en-us", tokenizer.characters.vocab)


def test_the_rate_of_a_file_is_ignored(bundle, tmp_path):
    path = tmp_path / "clip.wav"
    encode_wav(make_tone(1.0, sample_rate=44_100), path)
    network = library_network(bundle)
    item = {"text": "hello there", "audio_file": str(path), "speaker_name": "Anna", "language": "en"}
    item |= {"audio_unique_name": "clip", "root_path": str(tmp_path)}

    def learnt_samples():
        loader = network.get_data_loader(network.config, is_eval=True, samples=[dict(item)])
        return next(iter(loader))["waveform"].shape[2]

    assert learnt_samples() == 44_100  # one second is learnt as 2.8 s of slow speech
    with workarounds.sound_read_at(bundle.sample_rate):
        assert learnt_samples() == 16_000
    assert learnt_samples() == 44_100


def test_mel_filters_of_one_model_are_used_for_another(bundle):
    from TTS.utils.audio.torch_transforms import spec_to_mel

    loud = torch.ones(1, 513, 1)

    def library(rate):
        return spec_to_mel(loud, 1024, 80, rate, 0.0, None)

    def ours(rate):
        audio = types.SimpleNamespace(fft_size=1024, num_mels=80, sample_rate=rate, mel_fmin=0.0, mel_fmax=None)
        return workarounds.log_mel(loud, audio)

    mel_basis = spec_to_mel.__globals__["mel_basis"]
    mel_basis.clear()
    first = library(16_000)
    assert torch.equal(ours(16_000), first)
    assert torch.equal(library(22_050), first)  # which is wrong
    mel_basis.clear()
    assert torch.equal(ours(22_050), library(22_050))
    assert not torch.equal(ours(22_050), first)
    mel_basis.clear()
    with torch.inference_mode():
        library(16_000), ours(24_000)
    learning = loud.clone().requires_grad_()
    with pytest.raises(RuntimeError, match="Inference tensors"):
        spec_to_mel(learning, 1024, 80, 16_000, 0.0, None).sum().backward()
    workarounds.log_mel(
        learning, types.SimpleNamespace(fft_size=1024, num_mels=80, sample_rate=24_000, mel_fmin=0.0, mel_fmax=None)
    ).sum().backward()
    assert learning.grad.abs().sum() > 0
    mel_basis.clear()


def test_sound_is_read_without_the_libraries_of_ffmpeg(monkeypatch, tmp_path):
    import torchaudio
    from TTS.tts.models import vits

    def missing(*_args, **_kwargs):
        raise RuntimeError("Could not load libtorchcodec. Likely causes: FFmpeg is not properly installed")

    path = tmp_path / "clip.wav"
    encode_wav(make_tone(0.5), path)
    original = torchaudio.load.__wrapped__
    monkeypatch.setitem(original.__globals__, "load_with_torchcodec", missing)
    with pytest.raises(RuntimeError, match="FFmpeg"):
        original(str(path))
    samples, rate = vits.load_audio(str(path))
    assert (tuple(samples.shape), rate) == ((1, 8000), 16_000)


def test_phonemes_need_no_program(monkeypatch, tmp_path):
    from TTS.tts.utils.text.phonemizers.espeak_wrapper import ESpeak

    monkeypatch.setattr("TTS.tts.utils.text.phonemizers.espeak_wrapper._DEF_ESPEAK_LIB", None)
    with pytest.raises(FileNotFoundError, match="espeak"):
        ESpeak("en")
    network = library_network(read_bundle(write_bundle(VCTK, tmp_path / VCTK)))
    assert network.tokenizer.phonemizer.phonemize("Hello, world!", separator="") == "həlˈoʊ, wˈɜːld!"


# The library's trainer ----------------------------------------------------------------------------


def tiny_model(losses=(), test_run=None):
    """A model of one number for the library's trainer; `losses` replace the first losses' factor."""
    from trainer import TrainerModel

    class Tiny(TrainerModel):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))
            self.left = list(losses)

        def forward(self, x):
            return x * self.weight

        def train_step(self, batch, criterion):
            factor = self.left.pop(0) if self.left and torch.is_grad_enabled() else 1.0
            if isinstance(factor, BaseException):
                raise factor
            return {"model_outputs": batch["x"]}, {"loss": (self(batch["x"]) ** 2).mean() * factor}

        def eval_step(self, batch, criterion):
            return self.train_step(batch, criterion)

        def get_data_loader(self, config, *, is_eval=False, samples=None, verbose=True):
            return DataLoader([{"x": torch.ones(2)}] * 3, batch_size=1)

        def get_criterion(self):
            return torch.nn.MSELoss()

        def get_optimizer(self):
            return torch.optim.AdamW(self.parameters(), lr=0.1)

        def get_lr(self):
            return 0.1

        def get_scheduler(self, optimizer):
            return None

        def test_run(self, trainer):
            if test_run is not None:
                raise test_run
            return {}

        def test_log(self, outputs, logger, steps):
            pass

    return Tiny()


def make_trainer(kind, folder, model=None, epochs=1, continue_path="", **settings):
    from trainer import TrainerArgs, TrainerConfig
    from trainer.logging.dummy_logger import DummyLogger

    config = TrainerConfig(epochs=epochs, print_step=1000, save_step=1000, run_eval=True, **settings)
    options = {} if kind is not library_trainer() else {"parse_command_line_args": False}
    return kind(
        TrainerArgs(continue_path=str(continue_path)),
        config,
        str(folder),
        model=model or tiny_model(),
        train_samples=[1],
        eval_samples=[1],
        dashboard_logger=DummyLogger(),
        **options,
    )


def library_trainer():
    from trainer import Trainer

    return Trainer


@pytest.fixture
def safe(bundle):
    return workarounds.safe_trainer()


def test_fit_ends_the_process_and_deletes_the_run(safe, tmp_path, monkeypatch, capsys):
    broken = make_trainer(library_trainer(), tmp_path / "library", tiny_model([ValueError("broken clip")]))
    with pytest.raises(SystemExit):
        broken.fit()
    assert not Path(broken.output_path).exists()
    ended = []
    monkeypatch.setattr("trainer.trainer.os._exit", ended.append)
    make_trainer(library_trainer(), tmp_path / "library", tiny_model([KeyboardInterrupt()])).fit()
    assert ended == [130]

    ours = make_trainer(safe, tmp_path / "ours", tiny_model([ValueError("broken clip")]))
    with pytest.raises(ValueError, match="broken clip"):
        ours.fit()
    assert Path(ours.output_path).exists()
    with pytest.raises(KeyboardInterrupt):
        make_trainer(safe, tmp_path / "ours", tiny_model([KeyboardInterrupt()])).fit()
    assert ended == [130]
    capsys.readouterr()


def interrupted_run(folder):
    """A run whose best model has an evaluation loss and whose last checkpoint was saved within an epoch."""
    trainer = make_trainer(library_trainer(), folder, epochs=2)
    trainer._fit()
    best = dict(trainer.best_loss)
    trainer.keep_avg_eval = None
    trainer.total_steps_done += 1
    trainer.save_checkpoint()
    return Path(trainer.output_path), best


def test_after_continuing_the_best_is_chosen_by_the_training_loss(safe, tmp_path, capsys):
    run, best = interrupted_run(tmp_path)
    assert best["eval_loss"] is not None
    library = make_trainer(library_trainer(), tmp_path, continue_path=run)
    library._restore_best_loss()
    assert library.best_loss["eval_loss"] is None  # save_best_model then compares training losses
    ours = make_trainer(safe, tmp_path, continue_path=run)
    ours._restore_best_loss()
    assert ours.best_loss == best
    capsys.readouterr()


def test_the_settings_of_the_folder_are_loaded_over_those_given(safe, tmp_path, capsys):
    run, _ = interrupted_run(tmp_path)
    assert json.loads((run / "config.json").read_text())["epochs"] == 2
    assert make_trainer(library_trainer(), tmp_path, epochs=7, continue_path=run).config.epochs == 2
    assert make_trainer(safe, tmp_path, epochs=7, continue_path=run).config.epochs == 7
    capsys.readouterr()


def test_a_checkpoint_whose_writing_ends_early_destroys_the_one_before(bundle, tmp_path):
    from trainer import io

    class Killed(Exception):
        pass

    class KillsTheWriter:
        def __reduce__(self):
            raise Killed

    def is_whole(path):
        try:
            return torch.load(path, weights_only=True) == {"step": 1}
        except (RuntimeError, EOFError):
            return False

    for save, survives in ((io.save_fsspec.__wrapped__, False), (io.save_fsspec, True)):
        path = tmp_path / "checkpoint_1.pth"
        io.save_fsspec({"step": 1}, path)
        with pytest.raises(Killed):
            save({"weights": torch.zeros(1000), "later": KillsTheWriter()}, path)
        assert is_whole(path) is survives
    assert [one.name for one in tmp_path.iterdir()] == ["checkpoint_1.pth"]


def test_one_loss_that_is_no_number_poisons_the_weights(safe, tmp_path, capsys):
    losses = [1.0, math.nan, 1.0]
    library = make_trainer(library_trainer(), tmp_path, tiny_model(losses))
    library._fit()
    assert torch.isnan(library.model.weight).all()
    ours = make_trainer(safe, tmp_path, tiny_model(losses))
    ours.fit()
    assert torch.isfinite(ours.model.weight).all()
    assert float(ours.model.weight.detach()) < 0.9  # the other steps were made
    assert ours.bad_steps[0]() == 1
    capsys.readouterr()


def test_a_test_sentence_that_fails_ends_the_run(safe, tmp_path, capsys):
    fails = RuntimeError("cannot say this")
    library = make_trainer(library_trainer(), tmp_path, tiny_model(test_run=fails))
    with pytest.raises(RuntimeError, match="cannot say this"):
        library._fit()
    assert not list(Path(library.output_path).glob("best_model*.pth"))
    ours = make_trainer(safe, tmp_path, tiny_model(test_run=fails))
    ours.fit()
    assert list(Path(ours.output_path).glob("best_model_*.pth"))
    capsys.readouterr()


def test_two_runs_of_one_minute_share_a_folder(safe, tmp_path, monkeypatch, capsys):
    import datetime

    moment = datetime.datetime(2026, 1, 1, 9, 30)
    frozen = types.SimpleNamespace(datetime=types.SimpleNamespace(now=lambda: moment))
    monkeypatch.setattr("trainer.generic_utils.datetime", frozen)
    first, second = (make_trainer(library_trainer(), tmp_path).output_path for _ in range(2))
    assert first == second
    first, second = (make_trainer(safe, tmp_path).output_path for _ in range(2))
    assert first != second
    capsys.readouterr()


def test_the_trainer_leaves_the_program_around_it_alone(safe, tmp_path, monkeypatch, capsys):
    resource = pytest.importorskip("resource")
    monkeypatch.setattr("sys.argv", [str(Path(__file__)), "--gpu", "none"])
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    ours = make_trainer(safe, tmp_path)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
    assert not (Path(ours.output_path) / Path(__file__).name).exists()
    capsys.readouterr()
