"""Getting base models: from a server, from a dropped folder, only after agreement; and removing them."""

import builtins
import hashlib
import io
import json
import sys
import zipfile

import numpy as np
import pytest
from filelock import FileLock

from tests.small_hub import serve_all
from voiceclone import VoiceEngine
from voiceclone.bases import catalogue
from voiceclone.errors import BaseModelError, BusyError, Cancelled, ConsentError, InputError, StorageError
from voiceclone.models.library import ModelLibrary
from voiceclone.storage import download

WEIGHTS = np.random.default_rng(1).bytes(1_500_000)
YOUR_TTS = "tts_models--multilingual--multi-dataset--your_tts"
YOUR_TTS_FILES = {
    "model_file.pth": WEIGHTS,
    "config.json": b'{"model": "vits"}',
    "speakers.json": b"{}",
    "language_ids.json": b"{}",
    "model_se.pth": b"speaker encoder",
    "config_se.json": b"{}",
}
ZIP = f"coqui-ai/TTS/releases/download/v0.10.1_models/{YOUR_TTS}.zip"


@pytest.fixture
def site(tmp_path, monkeypatch):
    import huggingface_hub

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "RETRY_PAUSE_S", 0.0)
    huggingface_hub.close_session()
    with serve_all(tmp_path / "site") as small_site:
        yield small_site
    huggingface_hub.close_session()


@pytest.fixture
def engine(tmp_path):
    return VoiceEngine(tmp_path / "data")


@pytest.fixture
def get(engine, site):
    """Get a model from the site, agreed to; what was told is in `get.told`."""

    def call(base_id="your_tts", **options):
        call.told.clear()
        return engine.models.install(
            base_id,
            licence_agreed=options.pop("licence_agreed", True),
            agreed_by="a test",
            on_progress=lambda share, words: call.told.append((share, words)),
            mirror=site.endpoint,
            **options,
        )

    call.told = []
    return call


def zipped(name, files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for file, content in files.items():
            archive.writestr(f"{name}/{file}", content)
    return made.getvalue()


def offer_all(site, base_id):
    """Offer a model of the released layout: each zip file or file of its card."""
    for source in catalogue.card(base_id).sources:
        path = source.url.split("/", 3)[3]
        name = path.rpartition("/")[2]
        if source.is_zip:
            files = dict.fromkeys(source.files, b"{}") | {"model_file.pth": name.encode()}
            site.put(path, zipped(name.removesuffix(".zip"), files))
        else:
            site.put(path, name.encode())


def drop(folder, files=YOUR_TTS_FILES):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def state(engine, base_id="your_tts"):
    (status,) = [status for status in engine.models.all() if status.card.base_id == base_id]
    return status.state


def info(engine, base_id="your_tts"):
    return json.loads((engine.data_dir / "base" / base_id / "base.json").read_text())


def names(folder):
    return {path.name for path in folder.iterdir()}


# Agreement ------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [False, None, 1, "yes"])
def test_without_agreement_nothing_is_fetched_and_the_terms_are_told(get, site, engine, answer, monkeypatch):
    def refuse(*_):
        raise AssertionError("something waits for an answer on standard input")

    monkeypatch.setattr(builtins, "input", refuse)
    monkeypatch.setattr(sys, "stdin", None)
    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    with pytest.raises(
        ConsentError, match=r"CC BY-NC-ND 4\.0.*not for anything that earns money.*Agree to these terms"
    ):
        get(licence_agreed=answer)
    assert site.asked == []
    assert state(engine) == "missing"


@pytest.mark.parametrize("card", [card for card in catalogue.CARDS if not card.embedded], ids=lambda card: card.base_id)
def test_every_model_asks_first(engine, card):
    with pytest.raises(ConsentError, match="Agree to these terms first"):
        engine.models.install(card.base_id, licence_agreed=False)


def test_the_agreement_is_written_beside_the_model(get, site, engine):
    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    get()
    agreed = info(engine)["licence_agreed"]
    assert agreed["by"] == "a test"
    assert agreed["at"].startswith("20")
    assert "CC BY-NC-ND 4.0" in agreed["statement"]


# From a server --------------------------------------------------------------------------------


def test_a_model_arrives_as_released(get, site, engine):
    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    status = get()
    assert (status.state, status.licence_agreed) == ("ready", True)
    folder = engine.data_dir / "base" / "your_tts"
    assert names(folder) == set(YOUR_TTS_FILES) | {"base.json"}
    for name, content in YOUR_TTS_FILES.items():
        assert (folder / name).read_bytes() == content
    assert info(engine)["weights_sha256"] == hashlib.sha256(WEIGHTS).hexdigest()
    assert info(engine)["source"] == "download"
    assert engine.base_of("your_tts").is_ready()
    shares = [share for share, _ in get.told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any(words.startswith("Fetching YourTTS: 1 of 2 MB") for _, words in get.told)
    get()
    assert len(site.asked) == 1, "what is there was fetched again"


@pytest.mark.parametrize("base_id", [card.base_id for card in catalogue.CARDS if not card.embedded])
def test_every_model_arrives_where_its_base_looks(get, site, engine, base_id):
    offer_all(site, base_id)
    assert get(base_id).state == "ready"
    card = catalogue.card(base_id)
    for source in card.sources:
        folder = engine.data_dir / "base" / ("" if source.shared else base_id) / source.into
        assert all((folder / name).is_file() for name in source.files)
    assert not (engine.data_dir / "base" / base_id / "download").exists()
    assert len(info(engine, base_id)["weights_sha256"]) == 64
    assert len(site.asked) == len(card.sources)
    assert VoiceEngine(engine.data_dir).models.all() == engine.models.all()


def test_the_network_is_not_asked_by_looking(engine, monkeypatch):
    import socket

    def refuse(*_):
        raise AssertionError("something asked a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert {status.state for status in engine.models.all()} == {"missing"}
    assert not engine.data_dir.exists()


def test_cancelled_and_taken_up_again(get, site, engine):
    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    with pytest.raises(Cancelled):
        get(should_stop=lambda: len(get.told) > 2)
    assert state(engine) == "incomplete"
    assert not (engine.data_dir / "base" / "your_tts" / "base.json").exists()
    assert get().state == "ready"
    assert site.asked[-1][1].startswith("bytes="), "what was fetched before was thrown away"


def test_a_broken_connection_is_taken_up_again(get, site):
    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    site.cuts = [700_000, 0]
    assert get().state == "ready"
    assert len(site.asked) == 3


def test_what_is_not_on_the_server_is_told(get, engine):
    with pytest.raises(BaseModelError, match=r"answer 404.*browser.*unzipped folder.*without a network"):
        get()
    assert state(engine) == "missing"


def test_a_damaged_release_is_thrown_away_and_fetched_anew(get, site, engine):
    whole = zipped(YOUR_TTS, YOUR_TTS_FILES)
    site.put(ZIP, whole[:600_000] + b"?" + whole[600_001:])
    with pytest.raises(BaseModelError, match="damaged"):
        get()
    assert state(engine) in ("missing", "incomplete")
    site.put(ZIP, whole)
    assert get().state == "ready"


def test_killed_while_files_were_moved_into_place_it_is_not_ready_and_goes_on(get, site, engine, monkeypatch):
    import shutil

    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    moved = []

    def killed_on_the_way(source, target):
        if len(moved) == len(YOUR_TTS_FILES) - 1:
            raise KeyboardInterrupt
        moved.append(target.name)
        return target.parent / source.rename(target)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "move", killed_on_the_way)
        with pytest.raises(KeyboardInterrupt):
            get()
    assert "config.json" not in moved
    assert state(engine) == "incomplete"
    assert get().state == "ready"
    assert {path.name for path in (engine.data_dir / "base").iterdir()} == {"your_tts", ".getting-your_tts.lock"}
    assert names(engine.data_dir / "base" / "your_tts") == set(YOUR_TTS_FILES) | {"base.json"}


def test_a_release_with_other_files_is_told(get, site, engine):
    site.put(ZIP, zipped(YOUR_TTS, {"config.json": b"{}", "weights.bin": b"?"}))
    with pytest.raises(BaseModelError, match="other files than YourTTS has"):
        get()
    assert state(engine) == "incomplete"


def test_a_wrong_hash_of_the_hub_is_told(get, site, engine):
    offer_all(site, "openvoice_v2")
    site.tells_hashes = True
    site.claimed["myshell-ai/OpenVoiceV2/resolve/main/converter/checkpoint.pth"] = "0" * 64
    with pytest.raises(BaseModelError, match=r"“checkpoint\.pth”.*checksum is wrong"):
        get("openvoice_v2")
    assert state(engine, "openvoice_v2") == "incomplete"
    site.claimed.clear()
    assert get("openvoice_v2").state == "ready"


def test_a_full_disk_stops_before_anything_is_fetched(get, site, monkeypatch):
    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 9e8})())
    with pytest.raises(StorageError, match=r"900 MB are free.*1350 MB are needed"):
        get()
    assert site.asked == []


def test_two_processes_do_not_fetch_the_same_model(get, engine):
    (engine.data_dir / "base").mkdir(parents=True)
    with (
        FileLock(engine.data_dir / "base" / ".getting-your_tts.lock"),
        pytest.raises(BusyError, match="YourTTS is being fetched already"),
    ):
        get()


def test_a_mirror_has_to_be_an_address(engine):
    with pytest.raises(InputError, match="not a server address"):
        engine.models.install("your_tts", licence_agreed=True, mirror="file:///etc")


def test_the_hub_is_asked_where_its_variable_says(engine, site, monkeypatch):
    offer_all(site, "openvoice_v2")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", site.endpoint + "/")
    assert engine.models.install("openvoice_v2", licence_agreed=True).state == "ready"


# A dropped folder -----------------------------------------------------------------------------


@pytest.mark.parametrize("place", [YOUR_TTS, f"base/{YOUR_TTS}", f"{YOUR_TTS}/{YOUR_TTS}", f"base/your_tts/{YOUR_TTS}"])
def test_a_dropped_folder_is_found_agreed_to_and_moved_without_a_network(get, site, engine, place):
    drop(engine.data_dir / place)
    assert state(engine) == "folder-found"
    with pytest.raises(ConsentError):
        get(licence_agreed=False)
    assert (engine.data_dir / place / "model_file.pth").is_file(), "moved before anyone agreed"
    status = get()
    assert (status.state, site.asked) == ("ready", [])
    folder = engine.data_dir / "base" / "your_tts"
    assert set(YOUR_TTS_FILES) | {"base.json"} <= names(folder)
    assert (folder / "model_file.pth").read_bytes() == WEIGHTS
    assert info(engine)["source"] == "folder"
    assert info(engine)["weights_sha256"] == hashlib.sha256(WEIGHTS).hexdigest()
    assert engine.base_of("your_tts").is_ready()


def test_a_folder_dropped_in_its_place_needs_only_agreement(get, site, engine):
    drop(engine.data_dir / "base" / "your_tts")
    assert state(engine) == "folder-found"
    assert get().state == "ready"
    assert site.asked == []


def test_a_dropped_folder_that_lacks_a_file_is_completed_from_the_server(get, site, engine):
    drop(engine.data_dir / YOUR_TTS, {name: b"?" for name in YOUR_TTS_FILES if name != "speakers.json"})
    status = engine.models.all()[1]
    assert (status.card.base_id, status.state, status.missing_files) == ("your_tts", "incomplete", ("speakers.json",))
    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    assert get().state == "ready"
    assert (engine.data_dir / "base" / "your_tts" / "model_file.pth").read_bytes() == WEIGHTS


def test_the_parts_of_a_model_may_be_dropped_one_by_one(get, site, engine):
    card = catalogue.card("tacotron2_ddc")
    whole = {"config.json": b"{}", "model_file.pth": b"w"}
    drop(engine.data_dir / card.released_folders[0], whole)
    assert state(engine, "tacotron2_ddc") != "folder-found"
    drop(engine.data_dir / card.released_folders[1], whole)
    assert state(engine, "tacotron2_ddc") == "folder-found"
    assert get("tacotron2_ddc").state == "ready"
    assert site.asked == []
    assert (engine.data_dir / "base" / "tacotron2_ddc" / card.released_folders[1] / "model_file.pth").is_file()


def test_what_only_training_needs_is_fetched_when_asked_again(get, site, engine):
    files = ("config.json", "vocab.json", "speakers_xtts.pth", "model.pth")
    drop(engine.data_dir / catalogue.card("xtts_v2").released_folders[0], dict.fromkeys(files, b"x"))
    offer_all(site, "xtts_v2")
    assert get("xtts_v2").state == "ready"
    before = info(engine, "xtts_v2")
    assert site.asked == []
    assert get("xtts_v2").state == "ready"
    assert [name.rpartition("/")[2] for name, _ in site.asked] == ["mel_stats.pth", "dvae.pth"]
    assert info(engine, "xtts_v2") == before


# Removing, and the embedded base ----------------------------------------------------------------


def test_a_removed_model_is_gone_and_asks_again(get, site, engine):
    site.put(ZIP, zipped(YOUR_TTS, YOUR_TTS_FILES))
    get()
    engine.models.remove("your_tts")
    assert state(engine) == "missing"
    with pytest.raises(ConsentError):
        get(licence_agreed=False)


def test_what_two_converters_share_goes_with_the_second(get, site, engine):
    offer_all(site, "freevc24")
    offer_all(site, "knnvc")
    get("freevc24")
    get("knnvc")
    shared = engine.data_dir / "base" / "wavlm" / "WavLM-Large.pt"
    assert sum(name.endswith("WavLM-Large.pt") for name, _ in site.asked) == 1
    alone = sum(path.stat().st_size for path in (engine.data_dir / "base" / "freevc24").rglob("*") if path.is_file())
    assert engine.models.removal("freevc24").frees_mb == alone / 1e6
    engine.models.remove("freevc24")
    assert engine.models.removal("freevc24").frees_mb == 0
    assert engine.models.removal("knnvc").frees_mb > shared.stat().st_size / 1e6
    assert shared.is_file()
    assert state(engine, "knnvc") == "ready"
    engine.models.remove("knnvc")
    assert not shared.exists()


def test_a_model_that_is_being_fetched_is_not_removed(engine):
    shelf = ModelLibrary(engine.data_dir)
    with shelf._exclusive(catalogue.card("your_tts")), pytest.raises(BusyError, match="being fetched"):
        engine.models.remove("your_tts")


def test_the_embedded_base_is_neither_asked_about_nor_removed(tmp_path, kokoro_folder):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "kokoro-82m").symlink_to(kokoro_folder)
    engine = VoiceEngine(tmp_path)
    status = engine.models.install("kokoro-82m", licence_agreed=False)
    assert (status.state, status.licence_agreed) == ("ready", True)
    with pytest.raises(InputError, match="came with VoiceClone"):
        engine.models.remove("kokoro-82m")
    assert kokoro_folder.is_dir()


def test_an_unknown_model_is_told(engine):
    for ask in (ModelLibrary(engine.data_dir).status, engine.models.remove):
        with pytest.raises(BaseModelError, match="it knows kokoro-82m"):
            ask("../evil")
