"""Words about base models and comparisons of ways to train."""

from collections.abc import Sequence

from voiceclone.limits import MAX_NAME_CHARACTERS
from voiceclone.wording import duration

# --- base models to start from ------------------------------------------------------------------
MODELS = "Which model to start from"
MODELS_INTRO = (
    "You need not choose: the model that came with the program is the quickest. The others speak without training, "
    "change recordings, or are there to compare. Each is fetched once, only when you ask for it."
)
BASE_LABEL = "Start from"
BASE_INFO = "Models that are on this computer. Others appear here once you have got them below."
POLICY_LABEL = "What learns"
POLICY_INFO = "The first one is the advised one."
POLICIES = {
    "fine-tune": "The sound of the voice: the layers that make the sound learn, those that read the text stay",
    "transfer": "Only the description of the speaker: the network stays as it is, and the voice file is small",
    "full": "Everything: the layers that read the text learn, too",
}
CARDS_TITLE = "All models"
STATES = {
    "ready": "On this computer",
    "missing": "Not here",
    "folder-found": "Found, terms to agree to",
    "incomplete": "Partly here",
}
STATE_UNPREPARED = "Not prepared yet"
STATE_KINDS = {"ready": "good", "missing": "plain", "folder-found": "usable", "incomplete": "usable"}
CARD_CAN = "Can"
CARD_SPEAKS = "Languages"
CARD_LICENCE = "Licence"
CARD_RESULT = "Your voices"
CARD_MORE = "Licence, languages, files"
CARD_FOLDER = "Bring it yourself"
CARD_EMBEDDED = "comes with the program"
ABILITIES = {
    "instant": "make a voice without training",
    "train": "be trained",
    "convert": "say a recording’s words in a voice",
}
MAY_SHARE = "You may pass on the voices you make with it."
PRIVATE_ONLY = "For yourself only."
MAY_SHARE_SHORT = "voices may be shared"
PRIVATE_SHORT = "voices for yourself only"
GPU_ADVISED = "graphics card advised to train"
GPU_NOT_NEEDED = "no graphics card needed"
GET_TITLE = "Get another model"
GET_LABEL = "Model"
GET_INFO = "What it is for, and on which terms, stands on its card."
LICENCE_AGREE = "I have read these terms and agree to them"
LICENCE_AGREE_INFO = "They are an agreement between you and the makers of the model."
GET = "Get it"
GETTING = "Another model is being fetched. Wait until that has ended, or cancel it."
GET_CANCELLED = "Stopped. What was fetched is kept; “Get it” goes on from there."
NO_MODEL = "Choose a model first."
REMOVE_NAMES = 4
"""Voices named in the question; the others are counted."""
REMOVE = "Remove from this computer"
REMOVE_YES = "Yes, remove it"
TERMS_LINK = "The whole text"
INSTANT = "Try it without training"
INSTANT_INFO = "Listens to your best clips and makes a voice of them. Training usually comes closer to you."
INSTANT_TITLE = "A voice without training"
INSTANT_DONE = "Listen below. You can train one as well."
ONLY_CONVERTS = "This voice changes recordings and cannot read text: bring a recording to it under “3. Speak”."


def models_folder(folder: str) -> str:
    """Say where a person may put a model that was fetched by other means."""
    return f"Models you bring yourself go, unzipped, into {folder}. Open this part again, and they are found."


def need_licence(title: str) -> str:
    """Refuse to get a model without agreement."""
    return f"Read the terms of {title}, tick the box that you agree to them, then press “Get it” again."


def got(title: str) -> str:
    """Confirm that a model is there."""
    return f"{title} is on this computer now. Choose it above under “{BASE_LABEL}”."


def remove_question(title: str, frees_mb: float, voices: Sequence[str]) -> str:
    """Ask before a model goes: what becomes free, and which voices need it."""
    asked = f"Remove {title}? {megabytes(frees_mb)} become free. You can get it again at any time."
    if not voices:
        return f"{asked} None of your voices needs it."
    named = [f"“{name}”" for name in voices[:REMOVE_NAMES]]
    if len(voices) > REMOVE_NAMES:
        named.append(f"{len(voices) - REMOVE_NAMES} more")
    listed = " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]
    stays, needs = ("stays", "it is silent") if len(voices) == 1 else ("stay", "they are silent")
    return f"{asked} {listed} {stays}, but {needs} until the model is back."


def removed(title: str, frees_mb: float) -> str:
    """Confirm that a model is gone."""
    return f"{title} is removed; {megabytes(frees_mb)} are free again."


def bring_folder(names: Sequence[str]) -> str:
    """Say which folders a person may drop."""
    return " and ".join(f"“{name}”" for name in names)


def megabytes(size_mb: float) -> str:
    """A size on disk: `less than 1 MB`, `425 MB`, `2.1 GB`."""
    if size_mb < 0.5:
        return "less than 1 MB"
    return f"{size_mb / 1000:.1f} GB" if size_mb >= 1000 else f"{size_mb:.0f} MB"


def instant_name(name: str) -> str:
    """Name a voice made without training, so that a trained one of the same person can be told from it."""
    ending = " - untrained"
    return name[: MAX_NAME_CHARACTERS - len(ending)] + ending


# --- comparing ----------------------------------------------------------------------------------
COMPARE = "Does training help?"
COMPARE_INTRO = (
    "Makes your voice in several ways, one after another: without training, with little, with more. Each says the same "
    "ten sentences, and recordings that no training heard judge how alike they are."
)
COMPARE_BASE_INFO = "Models on this computer that can make a voice in more than one way."
COMPARE_LENGTH = "How long may each training take?"
COMPARE_LENGTH_INFO = "The whole comparison takes this for every way that trains, and some minutes more to listen."
COMPARE_LENGTHS = (("About 5 minutes", 5), ("About 15 minutes", 15), ("About 40 minutes", 40))
COMPARE_START = "Compare"
COMPARING = "A comparison is training its voices. Wait until it has ended, or cancel it."
COMPARE_CLOSE = "You may close this page meanwhile. Should the program end, press the button again: it goes on."
COMPARE_PICTURE = "Similarity, words right and naturalness of each way, and the table."
COMPARE_SENTENCE = "Listen to each way say"
COMPARE_SENTENCE_INFO = "The same sentence in every voice; none of them was said in your recordings."
COMPARE_RECORDING = "One of your recordings"
NO_SENTENCE_CHOSEN = "Choose one of the sentences in the list."
WAYS = {
    "instant": "Without training",
    "transfer": "Only the description learnt",
    "fine-tune": "The sound learnt",
    "full": "Everything learnt",
}


def compared(project_name: str, base_title: str, speech_s: float, day: str) -> str:
    """Say what a comparison is of."""
    return f"“{project_name}”, {base_title}, trained on {duration(speech_s)} of speech, {day}."
