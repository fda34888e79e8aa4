"""A voice as a difference to the base: what is kept, what is refused, and the base the same after it."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from voiceclone.bases.kokoro import voice_tensors
from voiceclone.bases.kokoro.model import weights
from voiceclone.errors import VoiceFileError

MATRIX = "decoder.encode.conv1.weight"
VECTOR = "decoder.encode.conv1.bias"


@pytest.fixture(scope="module")
def base_tensors(kokoro_folder):
    return load_file(kokoro_folder / weights.WEIGHTS_FILE)


@pytest.fixture
def voice(base_tensors):
    """The tensors of a voice that changes one matrix along one direction, and one vector."""
    torch.manual_seed(0)
    shape = base_tensors[MATRIX].shape
    step = 0.01 * torch.outer(torch.randn(shape[0]), torch.randn(shape[1] * shape[2])).reshape(shape)
    trained = {
        MATRIX: base_tensors[MATRIX] + step,
        VECTOR: base_tensors[VECTOR] + 0.01,
        "decoder.encode.conv2.weight": base_tensors["decoder.encode.conv2.weight"],
    }
    return voice_tensors.difference(trained, base_tensors, torch.randn(1, 256)), step


def test_a_change_along_one_direction_is_kept_to_half_precision(base_tensors, voice):
    tensors, step = voice
    changes = voice_tensors.parameter_changes(tensors)
    assert set(changes) == {MATRIX, VECTOR}, "what did not change takes no room"
    assert all(tensor.dtype == torch.float16 for name, tensor in tensors.items() if name != "style")
    error = (changes[MATRIX].reshape(step.shape) - step).abs().max() / step.abs().max()
    assert error < 2e-3
    torch.testing.assert_close(changes[VECTOR], torch.full_like(base_tensors[VECTOR], 0.01), rtol=2e-3, atol=1e-6)


def test_the_same_training_gives_the_same_file_and_leaves_chance_alone(base_tensors, voice):
    tensors, step = voice
    trained = {MATRIX: base_tensors[MATRIX] + step}
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    again = voice_tensors.difference(trained, base_tensors, tensors["style"])
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(again[MATRIX + ".up"], tensors[MATRIX + ".up"])


def test_a_voice_put_on_and_taken_off_leaves_the_base_bit_identical(
    kokoro, kokoro_network, base_tensors, voice, tmp_path
):
    tensors, _ = voice
    path = tmp_path / "voice.safetensors"
    save_file(tensors, path)
    kokoro.check_voice_file(path)
    stock = kokoro.speak(None, "Hello there.", "en-us")
    spoken = kokoro.speak(path, "Hello there.", "en-us")
    worn = dict(kokoro_network.named_parameters())
    # What reads the text may be kept in bfloat16.
    base_tensors = {name: tensor.to(worn[name].dtype) for name, tensor in base_tensors.items()}
    changed = {name for name, tensor in base_tensors.items() if not torch.equal(worn[name], tensor)}
    assert changed == {MATRIX, VECTOR}
    assert len(stock.samples) != len(spoken.samples) or abs(stock.samples - spoken.samples).max() > 1e-3
    kokoro.speak(None, "Hello there.", "en-us")
    assert all(torch.equal(worn[name], tensor) for name, tensor in base_tensors.items())


@pytest.mark.parametrize(
    "damage",
    [
        lambda tensors: tensors.pop("style"),
        lambda tensors: tensors.update(style=torch.zeros(256)),
        lambda tensors: tensors.pop(MATRIX + ".down"),
        lambda tensors: tensors.pop(MATRIX + ".up"),
        lambda tensors: tensors.update({MATRIX + ".up": tensors[MATRIX + ".up"][:, :-1].contiguous()}),
        lambda tensors: tensors.update({MATRIX + ".down": tensors[MATRIX + ".down"][:, 1:].contiguous()}),
        lambda tensors: tensors.update({VECTOR + ".delta": torch.zeros(3)}),
        lambda tensors: tensors.update({"decoder.nothing.weight.delta": torch.zeros(3)}),
        lambda tensors: tensors.update({VECTOR: torch.zeros(3)}),
        lambda tensors: tensors.update({VECTOR + ".other": torch.zeros(3)}),
    ],
)
def test_tensors_that_do_not_fit_are_refused(kokoro, voice, tmp_path, damage):
    tensors, _ = voice
    damage(tensors)
    path = tmp_path / "voice.safetensors"
    save_file(tensors, path)
    with pytest.raises(VoiceFileError, match="does not fit the base model"):
        kokoro.check_voice_file(path)


def test_a_file_that_is_no_safetensors_is_refused(kokoro, tmp_path):
    path = tmp_path / "voice.safetensors"
    path.write_bytes(b"\x80\x04 pickle")
    with pytest.raises(VoiceFileError, match="is damaged"):
        kokoro.speak(path, "Hello.", "en-us")
    assert kokoro.speak(None, "Hello.", "en-us").duration_s > 0.2
