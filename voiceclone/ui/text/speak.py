"""Words of the tab “Speak”."""

from voiceclone.wording import count, seconds

# --- speaking -----------------------------------------------------------------------------------
VOICE_LABEL = "Voice"
VOICE_INFO = (
    "Your own voices come first. Stock voices come with the program and are not clones of anyone. "
    "The language in brackets is the one they were made for; each also speaks the languages below."
)
STOCK_VOICE = "Stock voice (untrained, for comparison)"
STOCK_SEXES = {"female": "woman", "male": "man"}
TEXT_LABEL = "What should it say?"
TEXT_INFO = "Any length. Numbers, dates and abbreviations are read as people say them."
TEXT_PLACEHOLDER = "Type or paste your text here."
SPEAK_LANGUAGE_LABEL = "Language"
SPEAK_LANGUAGE_INFO = "The language the text is written in."
SPEED_LABEL = "Speed"
SPEED_INFO = "1 is natural. Smaller is slower."
SPEAK = "Speak"
SPEAKING = "Speaking"
OUTPUT_LABEL = "Listen"
DOWNLOAD = "Download as WAV"
SPEAK_CANCELLED = "Stopped."
NO_TEXT = "Type what the voice should say first."


def stock_voice(name: str, sex: str, language: str) -> str:
    """Name a stock voice so that nobody mistakes it for their own: `Heart (stock voice, woman, English)`."""
    return f"{name} ({', '.join(filter(None, ['stock voice', STOCK_SEXES.get(sex, ''), language.partition(' (')[0]]))})"


def broken_voice(name: str) -> str:
    """Name a voice that can only be deleted."""
    return f"{name} (cannot be used)"


def spoken_summary(duration_s: float, sentences: int, elapsed_s: float) -> str:
    """Summarise one speech."""
    return f"{seconds(duration_s)} of speech in {count(sentences, 'sentence')}, made in {seconds(elapsed_s)}."


# --- a recording's words in another voice ---------------------------------------------------------
CONVERT_TITLE = "Say a recording’s words in this voice"
CONVERT_INTRO = "Add or record speech of anyone who agrees to it. The words and their rhythm stay; the voice changes."
CONVERT_SOURCE = "Recording"
CONVERT = "Change the voice"
CONVERT_STOCK = "Choose one of your own voices first; stock voices cannot do this."
CONVERT_CANCELLED = "Stopped. Your recording is unchanged, and nothing of the conversion was kept."
NO_RECORDING = "Add a sound file or record something first."


def converted(duration_s: float) -> str:
    """Summarise one conversion."""
    return f"{seconds(duration_s)} of speech in the chosen voice."


# --- listening blind ----------------------------------------------------------------------------
BLIND = "Which voice is better? Listen blind"
BLIND_INTRO = (
    "You hear ten sentences, each said twice, and choose the better version without knowing which voice it is. "
    "Both are equally loud. At the end you see how you chose, and whether that could be chance."
)
BLIND_ONE = "One voice"
BLIND_ONE_INFO = "Any of your voices."
BLIND_OTHER = "The other"
BLIND_OTHER_INFO = "Another voice, or real recordings: can you still tell them apart?"
BLIND_RECORDING = "Real recordings of the person"
BLIND_QUESTION = "The question"
BLIND_QUESTION_INFO = "The same for every pair."
BLIND_QUESTIONS = {"better": "Which one sounds better?", "like": "Which one sounds more like you?"}
BLIND_MAKE = "Make the ten pairs"
BLIND_MADE = "Ready. Put on headphones if you can, then press “Play both” below."
BLIND_CANCELLED = "Stopped. Nothing was kept."
BLIND_NEED_TWO = "Choose two different voices."
BLIND_TESTS = "Your listening tests"
BLIND_GO_ON = "Go on"
BLIND_DELETE = "Delete"
BLIND_DELETE_YES = "Yes, delete this test"
BLIND_KEYS = "Keys: 1 and 2 choose, Space plays both again."
# Shown by the listening test's script, which fills in the {names}.
BLIND_STAGE = {
    "place": "Pair {number} of {total}",
    "play_both": "Play both",
    "play": "Play {place}",
    "choose": "Choose {place}",
    "pause": "Stop for now",
    "hear_both": "Listen to both first.",
    "paused": "Stopped. Your answers are kept; “Go on” below continues.",
    "begin": "Press “Play both” or the space key.",
    "silent": "The browser is not playing any sound yet. Press “Play both”.",
    "unreachable": (
        "VoiceClone is not responding. Check that it is still running, then press the button again; nothing is lost."
    ),
}


def blind_against(one: str, other: str) -> str:
    """Name the two sides of a listening test."""
    return f"“{one}” and “{other}”"


def blind_open(answered: int, total: int) -> str:
    """Return how many pairs are answered."""
    return f"{answered} of {total} pairs answered."


# --- managing voices ----------------------------------------------------------------------------
MANAGE = "Rename, export, import or delete voices"
MANAGE_STOCK = "Stock voices come with the program. Choose one of your own voices above to rename, export or delete it."
RENAME_LABEL = "New name"
RENAME_INFO = "Only a label; the voice stays the same."
RENAME = "Rename"
RENAMED = "Renamed."
EXPORT = "Export as a file"
EXPORT_PRIVATE = "Export for my own use"
EXPORT_PRIVATE_INFO = "You may keep a copy for yourself. The file is marked as one that may not be shared."
IMPORT = "Import a voice file"
PROGRAMS_TITLE = "Use this voice in other programs"
PROGRAMS_INFO = (
    "For programs that use the Python package “kokoro”: a zip file of 330 MB with the whole speech model in your "
    "voice, and how to load it. Anyone who has it can speak in this voice."
)
PROGRAMS_MAKE = "Prepare the zip file"
PROGRAMS_MAKING = "Preparing the zip file. It takes half a minute."
PROGRAMS_SAVE = "Download the zip file"
PROGRAMS_MADE = "Ready. The file README.md in it says how to load it."
DELETE_VOICE = "Delete this voice"
DELETE_VOICE_YES = "Yes, delete all of it"


def consent_line(words: str) -> str:
    """Return the consent of a voice for its card."""
    return f"Consent: {words}"


def imported(name: str) -> str:
    """Confirm an import."""
    return f"Imported “{name}”."
