"""The cards of the base models: whole, true to the library's own list, and the same as the bases say of themselves."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

from voiceclone.bases import catalogue
from voiceclone.bases.base import Ability, Policy
from voiceclone.bases.catalogue import BASE_IDS, DEFAULT_BASE_ID
from voiceclone.bases.registry import get_base
from voiceclone.errors import BaseModelError
from voiceclone.text.languages import LANGUAGES

GOTTEN = [card for card in catalogue.CARDS if not card.embedded]


def test_the_ids_are_those_of_the_folders():
    assert BASE_IDS == (
        "kokoro-82m",
        "your_tts",
        "xtts_v2",
        "vctk_vits",
        "tacotron2_ddc",
        "openvoice_v2",
        "freevc24",
        "knnvc",
    )
    assert BASE_IDS[0] == DEFAULT_BASE_ID
    assert [card.base_id for card in catalogue.CARDS if card.embedded] == [DEFAULT_BASE_ID]


@pytest.mark.parametrize("card", catalogue.CARDS, ids=lambda card: card.base_id)
def test_a_card_says_everything_in_whole_sentences(card):
    for words in (card.purpose, card.licence_words):
        assert words.endswith(".")
        assert "  " not in words
    assert card.licence_url.startswith("https://")
    assert set(card.languages) <= set(LANGUAGES)
    assert Policy.INSTANT not in card.policies
    assert bool(card.policies) == (Ability.TRAIN in card.abilities)
    assert card.speaks == (card.base_id not in ("openvoice_v2", "freevc24", "knnvc"))
    assert not card.gpu_advised or (card.training_core_hours and card.training_memory_gb)


@pytest.mark.parametrize("card", GOTTEN, ids=lambda card: card.base_id)
def test_a_card_to_get_names_size_sources_and_folders(card):
    assert card.size_mb > 50
    assert card.released_folders
    assert all(source.url.startswith("https://") and source.files for source in card.sources)
    assert not any(source.only_for_training for source in card.sources[:1])


def test_contradictions_are_refused():
    card = catalogue.card("your_tts")
    for change in ({"why_not_share": ""}, {"policies": ()}, {"policies": (Policy.INSTANT,)}):
        with pytest.raises(ValueError):
            replace(card, **change)


def test_only_the_licences_that_forbid_it_forbid_sharing():
    assert [card.base_id for card in catalogue.CARDS if not card.may_share_voices] == ["your_tts"]
    assert [card.base_id for card in catalogue.CARDS if card.share_condition] == ["xtts_v2"]


def test_ids_are_found_however_they_are_typed():
    for name in (" XTTS_V2 ", "tts_models/multilingual/multi-dataset/xtts_v2"):
        assert catalogue.card(name).base_id == "xtts_v2"
    assert catalogue.card("tts_models--en--ljspeech--tacotron2-DDC").base_id == "tacotron2_ddc"
    with pytest.raises(BaseModelError, match="does not know the base model “bark”; it knows kokoro-82m, your_tts"):
        catalogue.card("bark")


@pytest.mark.parametrize("base_id", BASE_IDS)
def test_every_base_can_be_built_and_says_what_its_card_says(base_id, tmp_path):
    base, card = get_base(base_id, tmp_path), catalogue.card(base_id)
    for name in (
        "base_id",
        "title",
        "licence",
        "may_share_voices",
        "languages",
        "abilities",
        "policies",
        "max_voice_mb",
    ):
        assert getattr(base, name) == getattr(card, name), name
    assert not base.is_ready()
    assert base.sample_rate in (16_000, 22_050, 24_000)
    assert list(tmp_path.iterdir()) == [], "building a base wrote something"


# Against the library --------------------------------------------------------------------------

NAMES = {
    "your_tts": ["tts_models/multilingual/multi-dataset/your_tts"],
    "xtts_v2": ["tts_models/multilingual/multi-dataset/xtts_v2"],
    "vctk_vits": ["tts_models/en/vctk/vits"],
    "tacotron2_ddc": ["tts_models/en/ljspeech/tacotron2-DDC", "vocoder_models/en/ljspeech/hifigan_v2"],
    "openvoice_v2": ["voice_conversion_models/multilingual/multi-dataset/openvoice_v2"],
    "freevc24": ["voice_conversion_models/multilingual/vctk/freevc24"],
    "knnvc": [
        "voice_conversion_models/multilingual/multi-dataset/knnvc",
        "vocoder_models/en/librispeech100/wavlm-hifigan_prematched",
    ],
}


@pytest.fixture(scope="module")
def library_folder():
    found = importlib.util.find_spec("TTS")  # finds it without the 8 s of importing it
    if found is None:
        pytest.skip("coqui-tts is not installed")
    return Path(found.submodule_search_locations[0])


def entry(listed, name):
    for part in name.split("/"):
        listed = listed[part]
    return listed


@pytest.mark.parametrize("base_id", NAMES)
def test_addresses_and_licences_are_those_of_the_library(base_id, library_folder):
    listed = json.loads((library_folder / ".models.json").read_text(encoding="utf-8"))
    card = catalogue.card(base_id)
    urls = [source.url for source in card.sources]
    for name in NAMES[base_id]:
        item = entry(listed, name)
        if "github_rls_url" in item:
            assert item["github_rls_url"] in urls
        elif "repo_id" in item:
            assert any(url.startswith(f"https://huggingface.co/{item['repo_id']}/resolve/") for url in urls)
        assert item["license"].lower().replace(" ", "") in card.licence.lower().replace(" ", "").replace("-2.0", "2.0")
        assert name.replace("/", "--") in card.released_folders


def test_what_the_library_would_fetch_by_itself_is_on_the_cards(library_folder):
    """Addresses inside its code, which would be asked without a word when a model is built."""
    for base_id, file in (
        ("freevc24", "vc/models/freevc.py"),
        ("freevc24", "vc/layers/freevc/wavlm/__init__.py"),
        ("knnvc", "vc/layers/freevc/wavlm/__init__.py"),
    ):
        written = (library_folder / file).read_text(encoding="utf-8")
        fetched = [source.url for source in catalogue.card(base_id).sources if source.url in written]
        assert len(fetched) == 1, (base_id, file)


def test_the_librarys_own_terms_prompt_is_never_reached():
    """Nobody agrees in silence, and nothing waits for an answer on standard input of a server."""
    package = Path(catalogue.__file__).parent.parent
    for path in package.rglob("*.py"):
        written = path.read_text(encoding="utf-8")
        assert "COQUI_TOS_AGREED" not in written, path
        assert "ask_tos" not in written, path
        assert "download_model(" not in written, path
        if path.parent.name != "cli":
            assert "stdin.read" not in written, path
            assert " input(" not in written, path


def test_slow_training_is_told_in_hours_with_the_quicker_way():
    words = catalogue.slow_without_gpu(catalogue.card("xtts_v2"), 2)
    assert "about 3 hours and 9 GB" in words
    assert "Kokoro-82M" in words
    assert "an hour or more" in catalogue.slow_without_gpu(catalogue.card("tacotron2_ddc"), 8)
