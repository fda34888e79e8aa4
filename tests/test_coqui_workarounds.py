"""Each defect of coqui-tts that we keep users away from: shown as it is, and gone with the workaround."""

import types

import pytest
import torch
from coqui_bundles import VCTK, YOUR_TTS, write_bundle
from sounds import make_tone

from voiceclone.audio.sound import encode_wav
from voiceclone.bases.coqui import workarounds
from voiceclone.bases.coqui.bundle import read_bundle
from voiceclone.errors import TextError


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    workarounds.prepare_library()
    return read_bundle(write_bundle(YOUR_TTS, tmp_path_factory.mktemp("bundles") / YOUR_TTS))


def library_network(bundle):
    """The library's own network, as a recipe of the library would build it, without speakers."""
    from TTS.tts.models.vits import Vits

    config = bundle.library_config()
    arguments = {"use_speaker_encoder_as_loss": False, "speaker_encoder_model_path": "", "d_vector_file": None}
    for name, value in arguments.items():
        setattr(config.model_args, name, value)
    return Vits(config)


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
