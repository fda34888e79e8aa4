"""Words of the tab “Speak”."""

from voiceclone.wording import count, seconds

# --- speaking -----------------------------------------------------------------------------------
VOICE_LABEL = "Voice"
VOICE_INFO = "Yours first. Stock voices come with the program: they are not yours, and nobody’s clone."
STOCK_VOICE = "Stock voice (not trained, to compare)"
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
    """Name a stock voice so that nobody takes it for one of their own: `Heart (stock voice, woman, English)`."""
    return f"{name} ({', '.join(filter(None, ['stock voice', STOCK_SEXES.get(sex, ''), language.partition(' (')[0]]))})"


def spoken_summary(duration_s: float, sentences: int, elapsed_s: float) -> str:
    """Sum up one speech."""
    return f"{seconds(duration_s)} of speech in {count(sentences, 'sentence')}, made in {seconds(elapsed_s)}."


# --- a recording's words in another voice ---------------------------------------------------------
CONVERT_TITLE = "Say a recording’s words in this voice"
CONVERT_INTRO = "Bring or record speech of anybody who agrees. The words and their rhythm stay, the voice changes."
CONVERT_SOURCE = "Recording"
CONVERT = "Change the voice"
CONVERT_STOCK = "Choose one of your own voices first; stock voices cannot do this."
CONVERT_CANCELLED = "Stopped. Your recording is unchanged; nothing was kept of the conversion."
NO_RECORDING = "Bring a sound file or record something first."


def converted(duration_s: float) -> str:
    """Sum up one conversion."""
    return f"{seconds(duration_s)} of speech in the chosen voice."


# --- listening blind ----------------------------------------------------------------------------
BLIND = "Which voice is better? Listen blind"
BLIND_INTRO = (
    "You hear ten sentences, each said twice, and choose the better one without knowing which voice it is. "
    "Both are equally loud. At the end you learn how you chose, and whether that may be chance."
)
BLIND_ONE = "One voice"
BLIND_ONE_INFO = "Any of your voices."
BLIND_OTHER = "The other"
BLIND_OTHER_INFO = "Another voice, or real recordings: can you still tell them apart?"
BLIND_RECORDING = "Real recordings of the person"
BLIND_QUESTION = "What you are asked"
BLIND_QUESTION_INFO = "The same for every pair."
BLIND_QUESTIONS = {"better": "Which one sounds better?", "like": "Which one sounds more like you?"}
BLIND_MAKE = "Make the ten pairs"
BLIND_MADE = "Ready. Put on headphones if you can, then press “Play both” below."
BLIND_CANCELLED = "Stopped. Nothing was kept."
BLIND_NEED_TWO = "Choose two that differ."
BLIND_TESTS = "Your listening tests"
BLIND_GO_ON = "Go on"
BLIND_DELETE = "Delete"
BLIND_DELETE_YES = "Yes, delete this test"
BLIND_KEYS = "Keys: 1 and 2 choose, Space plays both again."
# Shown by the script of the listening test; {names} are filled in there.
BLIND_STAGE = {
    "place": "Pair {number} of {total}",
    "play_both": "Play both",
    "play": "Play {place}",
    "choose": "Choose {place}",
    "pause": "Stop for now",
    "hear_both": "Listen to both first.",
    "paused": "Stopped. Your answers are kept; “Go on” below continues.",
    "begin": "Press “Play both” or the space key.",
    "silent": "The browser plays no sound yet. Press “Play both”.",
    "unreachable": "VoiceClone does not answer. See whether it runs, then press the button again; nothing is lost.",
}


def blind_against(one: str, other: str) -> str:
    """Name the two sides of a listening test."""
    return f"“{one}” and “{other}”"


def blind_open(answered: int, total: int) -> str:
    """Say how far a listening test is."""
    return f"{answered} of {total} pairs answered."


# --- managing voices ----------------------------------------------------------------------------
MANAGE = "Rename, export, import or delete voices"
MANAGE_STOCK = "Stock voices come with the program. Choose one of your own voices above to rename, export or delete it."
RENAME_LABEL = "New name"
RENAME_INFO = "A label only; the voice stays the same."
RENAME = "Rename"
RENAMED = "Renamed."
EXPORT = "Export as a file"
EXPORT_PRIVATE = "Take it along for my own use"
EXPORT_PRIVATE_INFO = "You may keep a copy for yourself; the file says of itself that it may not be shared."
IMPORT = "Import a voice file"
DELETE_VOICE = "Delete this voice"
DELETE_VOICE_YES = "Yes, delete it"
DELETED = "Deleted."


def imported(name: str) -> str:
    """Confirm an import."""
    return f"Imported “{name}”."


def delete_voice_question(name: str) -> str:
    """Ask before a voice goes."""
    return f"Delete the voice “{name}”? It cannot be brought back unless you exported it."
