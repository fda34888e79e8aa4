"""A card for every base model, shown before a download: purpose, size, licence."""

from dataclasses import dataclass

from voiceclone.bases.base import Ability, Policy
from voiceclone.errors import BaseModelError
from voiceclone.limits import MAX_VOICE_FILE_MB

DEFAULT_BASE_ID = "kokoro-82m"
_COQUI = "https://github.com/coqui-ai/TTS/releases/download"
_IDIAP = "https://github.com/idiap/coqui-ai-TTS/releases/download"
_HUB = "https://huggingface.co"
WAVLM_FOLDER = "wavlm"
"""Where coqui-tts keeps WavLM, which two converters share; a folder of this name may be dropped, too."""


@dataclass(frozen=True)
class Source:
    """One file to download, and its place in the folder of the base.

    Addresses are those of `TTS/.models.json` and of the places in coqui-tts 0.28.0 that fetch by themselves.
    GitHub publishes no hash for them; the hub tells size and SHA-256 of large files when it is asked for one
    (`X-Linked-Size`, `X-Linked-ETag`), which the download then checks.
    """

    url: str
    files: tuple[str, ...]
    """Files that must be there afterwards, below `into`; of a zip file the ones nothing works without."""
    into: str = ""
    """Folder below the base folder; nothing is the base folder itself."""
    shared: bool = False
    """True for what several bases use: `into` is then a folder beside theirs."""
    only_for_training: bool = False
    """True for what speaking does without; a dropped folder is complete without it."""
    size_mb: float = 1.0
    """About; what is fetched is counted and checked by itself."""

    @property
    def is_zip(self) -> bool:
        """True for an archive to unpack, without its single outermost folder."""
        return self.url.endswith(".zip")


@dataclass(frozen=True)
class BaseCard:
    """What users want to know about a base model before installing it."""

    base_id: str
    """Also the name of its folder below `base/`."""
    title: str
    purpose: str
    """What it is for, in plain words."""
    languages: tuple[str, ...]
    """Codes it can be used with here."""
    licence: str
    licence_words: str
    """What it allows and forbids, in plain words."""
    licence_url: str
    may_share_voices: bool
    """False when the licence forbids passing on an adapted voice."""
    why_not_share: str = ""
    """One sentence for a refused export."""
    share_condition: str = ""
    """What to keep to when a voice is passed on; nothing where there is nothing to keep to."""
    gpu_advised: bool = False
    training_core_hours: float = 0.0
    """How long a first training takes on one processor core, about; for those with `gpu_advised`."""
    training_memory_gb: float = 0.0
    speaks: bool = True
    """False for a converter, which changes the voice of a recording and cannot read text."""
    abilities: frozenset[Ability] = frozenset()
    policies: tuple[Policy, ...] = ()
    """Ways to train it, the advised one first."""
    max_voice_mb: int = MAX_VOICE_FILE_MB
    sources: tuple[Source, ...] = ()
    """Nothing for the base that came with the installation."""
    released_folders: tuple[str, ...] = ()
    """Names of the unzipped folders a person may drop into the data folder; the first becomes the base folder,
    the others keep their names."""

    def __post_init__(self) -> None:
        if not self.may_share_voices and not self.why_not_share:
            raise ValueError("may_share_voices is False, so why_not_share has to say why.")
        if (Ability.TRAIN in self.abilities) != bool(self.policies):
            raise ValueError(
                "abilities and policies contradict each other: training needs a policy, and the other way."
            )
        if Policy.INSTANT in self.policies:
            raise ValueError("policies holds “instant”, which trains nothing.")

    @property
    def size_mb(self) -> int:
        """Approximate download size; 0 for the embedded base."""
        return round(sum(source.size_mb for source in self.sources))

    @property
    def embedded(self) -> bool:
        """True for the base that comes with the installation: no download, no licence to accept."""
        return not self.sources


_APACHE = (
    "Free for everything, paid work too. You may share and sell the voices you make and what they say; "
    "whoever passes on the model passes on its licence with it."
)
_MIT = (
    "Free for everything, paid work too. You may share the voices you make and what they say; "
    "whoever passes on the model passes on its copyright notice with it."
)
_APACHE_URL = "https://www.apache.org/licenses/LICENSE-2.0"
_ALL_LANGUAGES = ("en-us", "en-gb", "es", "fr", "it", "pt", "hi")
_WAVLM = Source(f"{_COQUI}/v0.13.0_models/WavLM-Large.pt", ("WavLM-Large.pt",), WAVLM_FOLDER, shared=True, size_mb=1262)
_CONVERTER = frozenset({Ability.INSTANT, Ability.CONVERT})

_KOKORO = BaseCard(
    base_id=DEFAULT_BASE_ID,
    title="Kokoro-82M",
    purpose="The base model that came with the installation: trains a voice in minutes on any computer.",
    languages=_ALL_LANGUAGES,
    licence="Apache-2.0",
    licence_words=_APACHE,
    licence_url=_APACHE_URL,
    may_share_voices=True,
    abilities=frozenset({Ability.INSTANT, Ability.TRAIN}),
    policies=(Policy.FINE_TUNE, Policy.TRANSFER),
)
_YOUR_TTS = BaseCard(
    base_id="your_tts",
    title="YourTTS",
    purpose="Speaks in your voice after a few clips without training, can be trained further, and gives "
    "a recording another voice. English, French, Portuguese.",
    languages=("en-us", "en-gb", "fr", "pt"),
    licence="CC BY-NC-ND 4.0",
    licence_words="For yourself and for unpaid work, with its makers named; not for anything that earns money. "
    "Nothing made by changing it may be passed on: a voice trained on it stays with you.",
    licence_url="https://creativecommons.org/licenses/by-nc-nd/4.0/",
    may_share_voices=False,
    why_not_share="it forbids passing on anything made by changing the model, and a voice trained on it is that",
    abilities=frozenset({Ability.INSTANT, Ability.TRAIN, Ability.CONVERT}),
    policies=(Policy.FINE_TUNE, Policy.TRANSFER, Policy.FULL),
    max_voice_mb=100,
    sources=(
        Source(
            f"{_COQUI}/v0.10.1_models/tts_models--multilingual--multi-dataset--your_tts.zip",
            ("config.json", "speakers.json", "language_ids.json", "config_se.json"),
            size_mb=425,
        ),
    ),
    released_folders=("tts_models--multilingual--multi-dataset--your_tts",),
)
_XTTS = BaseCard(
    base_id="xtts_v2",
    title="XTTS v2",
    purpose="Speaks in your voice after one clip of some seconds; of its 17 languages, those of the embedded base "
    "can be used here. Training it wants a graphics card.",
    languages=_ALL_LANGUAGES,
    licence="CPML 1.0.0",
    licence_words="For yourself, for research and for charity, as long as nobody is paid for it, not even indirectly; "
    "that holds for what it says, too. Whoever gets a voice or a recording from you must also get the address of these "
    "terms. The company that sold licences for paid use has closed.",
    licence_url="https://tts-hub.github.io/cpml",
    may_share_voices=True,
    share_condition="Pass it on only where nobody is paid for it, together with the address of its terms: "
    "https://coqui.ai/cpml.txt (a copy: https://tts-hub.github.io/cpml).",
    gpu_advised=True,
    # Arithmetic, not measured: 441 million parameters, 6 operations each for about 300 tokens of a clip, a thousand
    # clips, 40 billion operations a second on a core; weights, gradients and AdamW's moments in float32.
    training_core_hours=6.0,
    training_memory_gb=9.0,
    abilities=frozenset({Ability.INSTANT, Ability.TRAIN}),
    policies=(Policy.FINE_TUNE,),
    max_voice_mb=1000,
    sources=(
        *(
            Source(f"{_HUB}/tts-hub/XTTS-v2/resolve/main/{name}", (name,), size_mb=size_mb)
            for name, size_mb in (
                ("config.json", 0.004),
                ("vocab.json", 0.4),
                ("speakers_xtts.pth", 7.8),
                ("model.pth", 1868),
            )
        ),
        # coqui-tts does not fetch these two; training needs them, and its own demo takes them from here.
        *(
            Source(f"{_HUB}/coqui/XTTS-v2/resolve/main/{name}", (name,), only_for_training=True, size_mb=size_mb)
            for name, size_mb in (("mel_stats.pth", 0.001), ("dvae.pth", 211))
        ),
    ),
    released_folders=("tts_models--multilingual--multi-dataset--xtts_v2",),
)
_VCTK = BaseCard(
    base_id="vctk_vits",
    title="VITS (VCTK)",
    purpose="An English model of 109 speakers whose trained voices you may share. It learns yours by training; "
    "there is no voice without it.",
    languages=("en-us", "en-gb"),
    licence="Apache-2.0",
    licence_words=_APACHE,
    licence_url=_APACHE_URL,
    may_share_voices=True,
    abilities=frozenset({Ability.TRAIN, Ability.CONVERT}),
    policies=(Policy.FINE_TUNE, Policy.TRANSFER, Policy.FULL),
    max_voice_mb=100,
    sources=(Source(f"{_COQUI}/v0.6.1_models/tts_models--en--vctk--vits.zip", ("config.json",), size_mb=148),),
    released_folders=("tts_models--en--vctk--vits",),
)
_TACOTRON_VOCODER = "vocoder_models--en--ljspeech--hifigan_v2"
_TACOTRON = BaseCard(
    base_id="tacotron2_ddc",
    title="Tacotron 2 + HiFi-GAN",
    purpose="An older English model of one speaker that is trained over to your voice, with the vocoder that makes the "
    "sound. Slow to train; for comparisons.",
    languages=("en-us", "en-gb"),
    licence="Apache-2.0",
    licence_words=_APACHE,
    licence_url=_APACHE_URL,
    may_share_voices=True,
    gpu_advised=True,
    # A thousand steps of four clips at 7 s each, measured on one core with random weights of the full size.
    training_core_hours=2.0,
    training_memory_gb=3.0,
    abilities=frozenset({Ability.TRAIN}),
    policies=(Policy.FINE_TUNE, Policy.FULL),
    max_voice_mb=200,
    sources=(
        Source(f"{_COQUI}/v0.6.1_models/tts_models--en--ljspeech--tacotron2-DDC.zip", ("config.json",), size_mb=113),
        Source(f"{_COQUI}/v0.6.1_models/{_TACOTRON_VOCODER}.zip", ("config.json",), _TACOTRON_VOCODER, size_mb=4),
    ),
    released_folders=("tts_models--en--ljspeech--tacotron2-DDC", _TACOTRON_VOCODER),
)
_OPENVOICE = BaseCard(
    base_id="openvoice_v2",
    title="OpenVoice v2",
    purpose="Gives a recording the colour of your voice; the smallest of the three converters. It does not read text.",
    languages=_ALL_LANGUAGES,
    licence="MIT",
    licence_words=_MIT,
    licence_url="https://huggingface.co/myshell-ai/OpenVoiceV2",
    may_share_voices=True,
    speaks=False,
    abilities=_CONVERTER,
    sources=tuple(
        Source(f"{_HUB}/myshell-ai/OpenVoiceV2/resolve/main/converter/{name}", (name,), "converter", size_mb=size_mb)
        for name, size_mb in (("config.json", 0.001), ("checkpoint.pth", 131))
    ),
    released_folders=("voice_conversion_models--multilingual--multi-dataset--openvoice_v2",),
)
_FREEVC = BaseCard(
    base_id="freevc24",
    title="FreeVC",
    purpose="Says a recording again in your voice, from one clip of it. It does not read text.",
    languages=_ALL_LANGUAGES,
    licence="MIT",
    licence_words=_MIT,
    licence_url="https://github.com/OlaWod/FreeVC/blob/main/LICENSE",
    may_share_voices=True,
    speaks=False,
    abilities=_CONVERTER,
    sources=(
        Source(
            f"{_COQUI}/v0.13.0_models/voice_conversion_models--multilingual--vctk--freevc24.zip",
            ("config.json",),
            size_mb=165,
        ),
        Source(f"{_COQUI}/v0.13.0_models/speaker_encoder.pt", ("speaker_encoder.pt",), size_mb=17),
        _WAVLM,
    ),
    released_folders=("voice_conversion_models--multilingual--vctk--freevc24", WAVLM_FOLDER),
)
_KNNVC_VOCODER = "vocoder_models--en--librispeech100--wavlm-hifigan_prematched"
_KNNVC = BaseCard(
    base_id="knnvc",
    title="kNN-VC",
    purpose="Says a recording again with pieces of your own speech; best with a minute of it or more. It does not "
    "read text.",
    languages=_ALL_LANGUAGES,
    licence="MIT",
    licence_words=_MIT,
    licence_url="https://github.com/bshall/knn-vc/blob/master/LICENSE",
    may_share_voices=True,
    speaks=False,
    abilities=_CONVERTER,
    sources=(
        Source(f"{_IDIAP}/v0.25.2_models/{_KNNVC_VOCODER}.zip", ("config.json",), _KNNVC_VOCODER, size_mb=63),
        _WAVLM,
    ),
    released_folders=("voice_conversion_models--multilingual--multi-dataset--knnvc", _KNNVC_VOCODER, WAVLM_FOLDER),
)

CARDS: tuple[BaseCard, ...] = (_KOKORO, _YOUR_TTS, _XTTS, _VCTK, _TACOTRON, _OPENVOICE, _FREEVC, _KNNVC)
BASE_IDS: tuple[str, ...] = tuple(card.base_id for card in CARDS)


def card(base_id: str) -> BaseCard:
    """Return the card of a base model by its id or its coqui-tts name.

    For example `your_tts`, `tts_models/multilingual/multi-dataset/your_tts`, or the same with `--`, as folders are
    called; upper and lower case do not matter.

    Raises:
        BaseModelError: no base has that id.
    """
    wanted = str(base_id).strip().casefold()
    for known in CARDS:
        names = (known.base_id, *known.released_folders[:1])
        if wanted.replace("/", "--") in (name.casefold() for name in names):
            return known
    raise BaseModelError(
        f"This version does not know the base model “{base_id}”; it knows {', '.join(BASE_IDS)}. "
        "Update VoiceClone, or use a voice made with one of these."
    )


def slow_without_gpu(about: BaseCard, cores: int) -> str:
    """Return a sentence on how long training takes on this processor, and what is faster.

    Args:
        about: a base with `gpu_advised`.
        cores: processor cores that may be used.
    """
    hours = about.training_core_hours / max(1, cores)
    time = f"about {hours:.0f} hours" if hours >= 1.5 else "an hour or more"
    return (
        f"Training {about.title} is meant for a graphics card, and this computer shows none: here a first training "
        f"would take {time} and {about.training_memory_gb:.0f} GB of memory (an estimate). {_KOKORO.title}, which came "
        "with VoiceClone, learns a voice in minutes on any computer."
    )
