"""The official weights from a hub: resumed, checked, converted exactly; and nothing asks a network otherwise."""

import json
import socket

import numpy as np
import pytest

from tests.small_hub import serve
from tests.small_project import fake_engine
from voiceclone import VoiceEngine
from voiceclone.bases.kokoro.model import download, network, official, official_files, weights
from voiceclone.errors import BaseModelError, Cancelled, InputError, StorageError

CONTENT = np.random.default_rng(0).bytes(1_000_000)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    import huggingface_hub

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("voiceclone.storage.download.RETRY_PAUSE_S", 0.0)
    huggingface_hub.close_session()
    with serve(tmp_path / "hub", official_files.REPOSITORY, official_files.REVISION) as small_hub:
        yield small_hub
    huggingface_hub.close_session()


@pytest.fixture
def fetch(hub, tmp_path):
    """Fetch `name` from the hub and return its path; what was told is in `fetch.told`."""

    def call(name, sha256, should_stop=None, endpoint=None):
        call.told.clear()
        return download.fetch(
            official_files.REPOSITORY,
            official_files.REVISION,
            name,
            sha256,
            tmp_path / "got",
            call.told.append,
            should_stop,
            endpoint or hub.endpoint,
        )

    call.told = []
    return call


def test_a_file_arrives_whole_with_progress_and_is_not_fetched_twice(hub, fetch):
    sha256 = hub.put("voices/a.pt", CONTENT)
    path = fetch("voices/a.pt", sha256)
    assert path.read_bytes() == CONTENT
    assert len(fetch.told) >= 4, "a bar that jumps from nothing to all is no progress"
    assert fetch.told == sorted(fetch.told)
    assert fetch.told[-1] == len(CONTENT)
    fetch("voices/a.pt", sha256)
    assert hub.asked == [("voices/a.pt", "")]
    assert fetch.told == [len(CONTENT)]
    assert all(agent.startswith("voiceclone/") and " " not in agent for agent in hub.agents)


def test_no_token_is_sent(hub, fetch, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    fetch("a.pt", hub.put("a.pt", CONTENT))
    assert not hub.authorized


def test_a_stopped_download_goes_on_where_it_ended(hub, fetch, tmp_path):
    sha256 = hub.put("a.pt", CONTENT)
    with pytest.raises(Cancelled, match="goes on from here"):
        fetch("a.pt", sha256, should_stop=lambda: bool(fetch.told) and fetch.told[-1] > 300_000)
    kept = (tmp_path / "got" / "a.pt.part").stat().st_size
    assert 300_000 < kept < len(CONTENT)
    assert fetch("a.pt", sha256).read_bytes() == CONTENT
    assert hub.asked[-1] == ("a.pt", f"bytes={kept}-")
    assert not (tmp_path / "got" / "a.pt.part").exists()


def test_a_broken_connection_is_taken_up_again(hub, fetch):
    sha256 = hub.put("a.pt", CONTENT)
    hub.cuts = [400_000, 0, 0, 300_000]
    assert fetch("a.pt", sha256).read_bytes() == CONTENT
    assert len(hub.asked) == 5
    assert hub.asked[-1][1].startswith("bytes=")


def test_a_connection_that_breaks_again_and_again_gives_up_and_keeps_what_came(hub, fetch, tmp_path):
    sha256 = hub.put("a.pt", CONTENT)
    hub.cuts = [600_000] + [0] * 20
    with pytest.raises(BaseModelError, match="goes on from where it ended"):
        fetch("a.pt", sha256)
    assert (tmp_path / "got" / "a.pt.part").stat().st_size > 500_000
    hub.cuts = []
    assert fetch("a.pt", sha256).read_bytes() == CONTENT


def test_a_server_without_ranges_sends_all_again(hub, fetch):
    sha256 = hub.put("a.pt", CONTENT)
    hub.knows_ranges = False
    hub.cuts = [400_000]
    assert fetch("a.pt", sha256).read_bytes() == CONTENT


def test_a_whole_file_that_was_only_not_renamed_is_kept(hub, fetch, tmp_path):
    sha256 = hub.put("a.pt", CONTENT)
    (tmp_path / "got").mkdir()
    (tmp_path / "got" / "a.pt.part").write_bytes(CONTENT)
    assert fetch("a.pt", sha256).read_bytes() == CONTENT


def test_a_wrong_file_is_thrown_away(hub, fetch, tmp_path):
    hub.put("a.pt", CONTENT)
    with pytest.raises(BaseModelError, match=r"“a\.pt”.*checksum is wrong.*Try again"):
        fetch("a.pt", "0" * 64)
    assert list((tmp_path / "got").iterdir()) == []


def test_a_missing_file_and_a_refused_connection_are_told_in_words(hub, fetch):
    with pytest.raises(BaseModelError, match=r"did not give “gone\.pt” \(answer 404\).*voiceclone setup"):
        fetch("gone.pt", "0" * 64)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(BaseModelError, match=r"cannot be reached.*Check the network"):
        fetch("a.pt", "0" * 64, endpoint=f"http://127.0.0.1:{port}")


def test_a_full_disk_stops_before_anything_is_fetched(hub, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 5e8})())
    with pytest.raises(StorageError, match="500 MB are free"):
        official.install_official(tmp_path / "base", endpoint=hub.endpoint)
    assert hub.asked == []


def test_the_pinned_list_is_whole():
    files = official_files.files()
    assert len(files) == 56
    assert len(set(files.values())) == 56
    assert all(len(bytes.fromhex(sha256)) == 32 for sha256 in files.values())
    assert f"voices/{weights.DEFAULT_STOCK_VOICE}.pt" in files


# Conversion -----------------------------------------------------------------------------------


def test_weight_norm_is_folded_and_a_zero_row_stays_zero():
    import torch

    direction = torch.randn(4, 3, 5)
    direction[2] = 0
    layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Conv1d(3, 4, 5))
    strength = torch.rand(4, 1, 1) + 0.5
    with torch.no_grad():
        layer.parametrizations.weight.original0.copy_(strength)
        layer.parametrizations.weight.original1.copy_(direction)
    groups = {
        "decoder": {
            "module.conv.weight_g": strength,
            "module.conv.weight_v": direction,
            "module.conv.bias": torch.ones(4),
            "module.left_over": torch.ones(1),
        }
    }
    state = official.to_network_state(
        groups, {"decoder.conv.weight": (4, 3, 5), "decoder.conv.bias": (4,), "decoder.n.norm.weight": (4,)}
    )
    assert set(state) == {"decoder.conv.weight", "decoder.conv.bias"}
    assert np.isfinite(state["decoder.conv.weight"]).all()
    assert (state["decoder.conv.weight"][2] == 0).all()
    expected = layer.weight.detach().numpy()
    np.testing.assert_allclose(state["decoder.conv.weight"][[0, 1, 3]], expected[[0, 1, 3]], rtol=1e-6)


def test_a_checkpoint_of_another_network_is_refused():
    import torch

    shapes = {"bert_encoder.weight": (2, 3)}
    with pytest.raises(BaseModelError, match=r"do not fit.*bert_encoder\.weight"):
        official.to_network_state({"bert_encoder": {"weight": torch.zeros(3, 2)}}, shapes)
    with pytest.raises(BaseModelError, match=r"do not fit.*bert_encoder\.weight"):
        official.to_network_state({"bert_encoder": {}}, shapes)


def test_a_checkpoint_that_runs_code_is_not_loaded(tmp_path):
    import pickle

    import torch

    torch.save({"decoder": pytest.fail}, tmp_path / "evil.pth")
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        official.read_weights(tmp_path / "evil.pth")


@pytest.fixture(scope="module")
def published(kokoro_folder):
    """A checkpoint of the published layout: the embedded weights, where weight-normed three times as strong."""
    import torch
    from safetensors.torch import load_file

    state = load_file(kokoro_folder / weights.WEIGHTS_FILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "_remove_weight_norm", lambda module: None)
        patch.setattr(network, "_keep_last_layer_precise", lambda module: None)
        names = [name for name, _ in network.build_network().named_parameters()]
    groups: dict[str, dict[str, torch.Tensor]] = {}
    for name in names:
        group, _, rest = name.partition(".")
        plain = name.removesuffix("_g").removesuffix("_v") if name.endswith(("_g", "_v")) else name
        if plain not in state:
            continue
        weight = state[plain]
        if name.endswith("_g"):
            norms = 3 * weight.double().flatten(1).norm(dim=1)
            weight = norms.reshape(-1, *[1] * (weight.dim() - 1)).float()
        groups.setdefault(group, {})["module." + rest] = weight
    assert sum(name.endswith("_g") for group in groups.values() for name in group) > 50
    return groups


@pytest.mark.slow
def test_the_way_from_the_hub_to_a_loaded_network(hub, published, kokoro_folder, tmp_path, monkeypatch):
    import io

    import torch
    from safetensors.torch import load_file

    checkpoint, voice = io.BytesIO(), io.BytesIO()
    torch.save(published, checkpoint)
    torch.save(torch.randn(510, 1, 256), voice)
    files = {
        "config.json": hub.put("config.json", json.dumps({"vocab": weights.vocabulary()}).encode()),
        "kokoro-v1_0.pth": hub.put("kokoro-v1_0.pth", checkpoint.getvalue()),
        f"voices/{weights.DEFAULT_STOCK_VOICE}.pt": hub.put(
            f"voices/{weights.DEFAULT_STOCK_VOICE}.pt", voice.getvalue()
        ),
    }
    monkeypatch.setattr(official_files, "files", lambda: files)
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    folder = tmp_path / "base"
    told = []
    info = official.install_official(folder, lambda share, words: told.append((share, words)), endpoint=hub.endpoint)

    assert info.source == "official-float32"
    assert info.stock_voices == (weights.DEFAULT_STOCK_VOICE,)
    assert info.weights_sha256 != weights.read_info(kokoro_folder).weights_sha256
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert sum("MB)" in words for _, words in told) > 100
    assert not (folder / "download").exists()

    installed = load_file(folder / weights.WEIGHTS_FILE)
    embedded = load_file(kokoro_folder / weights.WEIGHTS_FILE)
    assert set(installed) == set(embedded)
    normed = {
        f"{group}.{name.removeprefix('module.').removesuffix('_g')}"
        for group, tensors in published.items()
        for name in tensors
        if name.endswith("_g")
    }
    for name, tensor in installed.items():
        torch.testing.assert_close(tensor, embedded[name] * (3 if name in normed else 1), rtol=1e-6, atol=1e-9)
    weights.load_network(folder)

    asked = len(hub.asked)
    assert official.install_official(folder, endpoint=hub.endpoint) == info
    assert len(hub.asked) == asked, "what is there was fetched again"


def test_an_interrupted_installation_leaves_the_base_that_was_there(hub, kokoro_folder, tmp_path, monkeypatch):
    files = {"config.json": hub.put("config.json", b"{}"), "kokoro-v1_0.pth": hub.put("x", CONTENT)}
    folder = tmp_path / "base"
    folder.mkdir()
    for file in kokoro_folder.iterdir():
        (folder / file.name).symlink_to(file)
    before = weights.read_info(folder)
    with pytest.raises(BaseModelError, match="404"):
        official.install_official(folder, endpoint=hub.endpoint, files=files)
    assert weights.read_info(folder) == before
    assert weights.is_ready(folder)


# Only when asked ------------------------------------------------------------------------------


@pytest.mark.slow
def test_setup_and_speaking_ask_no_network(tmp_path, monkeypatch, kokoro_folder):
    from voiceclone.bases.kokoro import KokoroBase

    def refuse(*_):
        raise AssertionError("something asked a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    told = []
    engine = VoiceEngine(tmp_path)
    engine.prepare_base(lambda share, words: told.append(share))
    assert engine.base.is_ready()
    assert told[-1] == 1.0
    assert weights.read_info(tmp_path / "base" / "kokoro-82m") == weights.read_info(kokoro_folder)
    assert KokoroBase(tmp_path / "base" / "kokoro-82m").speak(None, "Hello.", "en-us").duration_s > 0.3


def test_another_base_has_no_official_weights(tmp_path):
    with pytest.raises(InputError, match="no official weights"):
        fake_engine(tmp_path).prepare_base(official=True)


def test_the_terminal_fetches_only_with_the_flag(tmp_path, monkeypatch, capsys):
    from voiceclone.cli import main

    asked = []
    monkeypatch.setattr(
        VoiceEngine, "prepare_base", lambda self, on_progress=None, *, official=False: asked.append(official)
    )
    assert main(["setup"], lambda: VoiceEngine(tmp_path)) == 0
    assert main(["setup", "--official", "--json"], lambda: VoiceEngine(tmp_path)) == 0
    assert asked == [False, True]
    assert "Kokoro" in capsys.readouterr().out
