"""A voice for other programs: the package `kokoro` loads what is exported and says the same."""

import json
import zipfile

import numpy as np
import pytest
import torch
from test_voices_hostile import TRAINED

from voiceclone.bases.kokoro.model import for_package, weights
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.errors import VoiceFileError

PHONEMES = "həlˈO ðˈɛɹ."


def test_weight_norm_gives_the_weights_back_and_survives_rows_of_zeros():
    weight = torch.randn(5, 4, 3)
    weight[2] = 0
    strength, direction = for_package._weight_norm(weight, True), for_package._weight_norm(weight, False)
    again = direction * (strength / direction.flatten(1).norm(dim=1)).reshape(-1, 1, 1)
    torch.testing.assert_close(again, weight)


def test_a_wrong_voice_leaves_no_file(kokoro, tmp_path):
    (tmp_path / "voice.safetensors").write_bytes(b"no voice")
    with pytest.raises(VoiceFileError):
        kokoro.write_for_other_programs(tmp_path / "voice.safetensors", tmp_path / "out.zip", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["voice.safetensors"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_package_loads_the_export_and_says_the_same(kokoro, kokoro_network, tmp_path):
    from kokoro.model import KModel

    kokoro.write_for_other_programs(TRAINED, tmp_path / "voice.zip", "# Joe")
    with zipfile.ZipFile(tmp_path / "voice.zip") as archive:
        assert archive.read("README.md") == b"# Joe"
        archive.extractall(tmp_path)
    model = KModel(
        repo_id="hexgrad/Kokoro-82M", config=str(tmp_path / "config.json"), model=str(tmp_path / "model.pth")
    ).eval()
    merged = for_package.merged_state(kokoro._folder, TRAINED)
    theirs = dict(model.named_modules())
    for name in ("decoder.decode.1.conv1", "decoder.generator.resblocks.0.convs1.0", "predictor.F0.0.conv1"):
        model_weight = torch._weight_norm(theirs[name].weight_v, theirs[name].weight_g, 0)
        torch.testing.assert_close(model_weight.data, merged[f"{name}.weight"], rtol=1e-5, atol=1e-6)
    pack = torch.load(tmp_path / "voice.pt", weights_only=True)
    assert pack.shape == (510, 1, 256)
    assert json.loads((tmp_path / "config.json").read_text("utf-8"))["vocab"] == weights.vocabulary()

    torch.manual_seed(0)
    spoken = model(PHONEMES, pack[len(PHONEMES) - 1], return_output=True)
    from voiceclone.bases.kokoro.model.synthesis import synthesize_with_frames

    kokoro.synthesizer._put_on(TRAINED)
    torch.manual_seed(0)
    ours, frames = synthesize_with_frames(kokoro_network, phonemes_to_tokens(PHONEMES), pack[0])
    kokoro.synthesizer._put_on(None)
    assert abs(int(spoken.pred_dur.sum()) - int(frames.sum())) <= 1  # ALBERT may run in bfloat16 here
    one, other = (log_spectrum(sound) for sound in (spoken.audio.numpy(), ours.numpy()))
    count = min(one.shape[1], other.shape[1])
    assert np.corrcoef(one[:, :count].ravel(), other[:, :count].ravel())[0, 1] > 0.95


def log_spectrum(samples):
    from scipy.signal import stft

    return np.log(np.abs(stft(samples, 24_000, nperseg=1024)[2]) + 1e-3)
