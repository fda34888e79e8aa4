"""Words about base models and about comparing ways to train."""

from collections.abc import Sequence

from voiceclone.limits import MAX_NAME_CHARACTERS
from voiceclone.wording import duration

# --- base models to start from ------------------------------------------------------------------
MODELS = "Which model to start from"
MODELS_INTRO = (
    "You do not have to choose: the model that came with the program is the fastest. The others can speak without "
    "training, change recordings, or serve as a comparison. Each is downloaded once, and only when you ask for it."
)
BASE_LABEL = "Start from"
BASE_INFO = "Models on this computer. Others appear here once you have downloaded them below."
POLICY_LABEL = "What is trained"
POLICY_INFO = "The first one is recommended."
POLICIES = {
    "fine-tune": "The sound of the voice: only the layers that make the sound, not those that read the text",
    "transfer": "Only the description of the speaker: the network stays as it is, and the voice file is small",
    "full": "Everything, including the layers that read the text",
}
CARDS_TITLE = "All models"
STATES = {
    "ready": "On this computer",
    "missing": "Not on this computer",
    "folder-found": "Found, terms not yet accepted",
    "incomplete": "Incomplete",
}
STATE_UNPREPARED = "Not prepared yet"
STATE_KINDS = {"ready": "good", "missing": "plain", "folder-found": "usable", "incomplete": "usable"}
CARD_CAN = "Can"
CARD_SPEAKS = "Languages"
CARD_LICENCE = "Licence"
CARD_RESULT = "Your voices"
CARD_MORE = "Licence, languages, files"
CARD_FOLDER = "Add it yourself"
CARD_EMBEDDED = "comes with the program"
ABILITIES = {
    "instant": "make a voice without training",
    "train": "be trained",
    "convert": "say a recording’s words in a voice",
}
MAY_SHARE = "You may share the voices you make with it."
PRIVATE_ONLY = "For your own use only."
MAY_SHARE_SHORT = "voices may be shared"
PRIVATE_SHORT = "voices for your own use only"
GPU_ADVISED = "graphics card recommended for training"
GPU_NOT_NEEDED = "no graphics card needed"
GET_TITLE = "Get another model"
GET_LABEL = "Model"
GET_INFO = "Its card says what it is for and under which terms."
LICENCE_AGREE = "I have read these terms and agree to them"
LICENCE_AGREE_INFO = "They are an agreement between you and the makers of the model."
GET = "Get it"
GETTING = "Another model is being downloaded. Wait until it has finished, or cancel it."
GET_CANCELLED = "Stopped. What has been downloaded is kept; “Get it” continues from there."
NO_MODEL = "Choose a model first."
REMOVE_NAMES = 4
"""Voices named in the question; the others are counted."""
REMOVE = "Remove from this computer"
REMOVE_YES = "Yes, remove it"
TERMS_LINK = "The full text"
INSTANT = "Try it without training"
INSTANT_INFO = "Listens to your best clips and makes a voice from them. A trained voice usually sounds more like you."
INSTANT_TITLE = "A voice without training"
INSTANT_DONE = "Listen below. You can train one as well."
ONLY_CONVERTS = "This voice changes recordings and cannot read text: give it a recording under “3. Speak”."


def models_folder(folder: str) -> str:
    """Say where to put a model that was downloaded by other means."""
    return f"To add a model yourself, put its unzipped folder into {folder}. Then open this section again."


def need_licence(title: str) -> str:
    """Ask for agreement to the licence before a model is downloaded."""
    return f"Read the terms of {title}, tick the box to agree to them, then press “Get it” again."


def got(title: str) -> str:
    """Confirm that a model was downloaded."""
    return f"{title} is now on this computer. Choose it above under “{BASE_LABEL}”."


def remove_question(title: str, frees_mb: float, voices: Sequence[str]) -> str:
    """Ask before removing a model; name the disk space it frees and the voices that need it."""
    asked = f"Remove {title}? This frees {megabytes(frees_mb)}. You can get it again at any time."
    if not voices:
        return f"{asked} None of your voices needs it."
    named = [f"“{name}”" for name in voices[:REMOVE_NAMES]]
    if len(voices) > REMOVE_NAMES:
        named.append(f"{len(voices) - REMOVE_NAMES} more")
    listed = " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]
    verb, stay = ("is", "it stays") if len(voices) == 1 else ("are", "they stay")
    return f"{asked} {listed} {verb} kept, but {stay} silent until the model is back."


def removed(title: str, frees_mb: float) -> str:
    """Confirm that a model was removed."""
    return f"{title} has been removed, which freed {megabytes(frees_mb)}."


def bring_folder(names: Sequence[str]) -> str:
    """Name the folders a person may add."""
    return " and ".join(f"“{name}”" for name in names)


def megabytes(size_mb: float) -> str:
    """Return a size on disk: `less than 1 MB`, `425 MB`, `2.1 GB`."""
    if size_mb < 0.5:
        return "less than 1 MB"
    return f"{size_mb / 1000:.1f} GB" if size_mb >= 1000 else f"{size_mb:.0f} MB"


def instant_name(name: str) -> str:
    """Name an untrained voice so that it differs from a trained one of the same person."""
    ending = " - untrained"
    return name[: MAX_NAME_CHARACTERS - len(ending)] + ending


# --- comparing ----------------------------------------------------------------------------------
COMPARE = "Does training help?"
COMPARE_INTRO = (
    "Makes your voice in several ways, one after another: without training, with a little, and with more. Each voice "
    "says the same ten sentences and is compared with recordings that were held back from training."
)
COMPARE_BASE_INFO = "Models on this computer that can make a voice in more than one way."
COMPARE_LENGTH = "How long may each training take?"
COMPARE_LENGTH_INFO = (
    "The whole comparison takes this long for each way that trains, plus a few minutes to judge the voices."
)
COMPARE_LENGTHS = (("About 5 minutes", 5), ("About 15 minutes", 15), ("About 40 minutes", 40))
COMPARE_START = "Compare"
COMPARING = "A comparison is training its voices. Wait until it has finished, or cancel it."
COMPARE_CLOSE = "You can close this page in the meantime. If the program stops, press the button again to continue."
COMPARE_PICTURE = "Similarity, words right and naturalness of each way, and the table."
COMPARE_SENTENCE = "Hear each voice say"
COMPARE_SENTENCE_INFO = "The same sentence in every voice. It does not occur in your recordings."
COMPARE_RECORDING = "One of your recordings"
NO_SENTENCE_CHOSEN = "Choose one of the sentences in the list."
WAYS = {
    "instant": "Without training",
    "transfer": "Only the description trained",
    "fine-tune": "The sound trained",
    "full": "Everything trained",
}


def compared(project_name: str, base_title: str, speech_s: float, day: str) -> str:
    """Say what was compared."""
    return f"“{project_name}”, {base_title}, trained on {duration(speech_s)} of speech, {day}."
