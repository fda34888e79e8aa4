"""Words of the tab “Record & clean”."""

from collections.abc import Sequence

from voiceclone.wording import count, duration, seconds

# --- microphone (shown by the script in the page) -----------------------------------------------
MICROPHONE = {
    "insecure": (
        "Your browser allows the microphone only on this computer or over https. Open this page on the "
        "computer VoiceClone runs on, or upload recordings instead."
    ),
    "missing": "No microphone was found. Connect one and reload the page, or upload recordings instead.",
    "denied": (
        "The browser was not allowed to use the microphone. Allow it in the address bar and press Record "
        "again, or upload recordings instead."
    ),
    "busy": "The microphone is in use by another program. Close that program and press Record again.",
}

# --- reading aloud ------------------------------------------------------------------------------
READ_TITLE = "Read aloud"
SENTENCE_INFO = "Read it the way you would talk to a friend. You may change the words."
SENTENCE_OWN = "Sentence to read"
PREVIOUS = "Back"
SKIP = "Skip"
AGAIN = "Again"
KEEP_BY_ITSELF = "Keep every take automatically and show the next sentence"
KEYS_INFO = "Keys: Space starts and stops recording, Enter keeps the take, R records again, arrows change the sentence."
TOO_LOUD = "Too loud. Move back a little or turn the microphone down."
TAKE_FILE = "take"
TAKE_TOO_LONG = "This take is longer than a minute. Read one sentence at a time."
ROOM_TITLE = "Check your room first"
ROOM_INFO = (
    "A ten-second test shows whether your room and microphone are good for recording: five seconds of silence, then "
    "five in which you read the sentence below. None of it is kept. You can skip this."
)
ROOM_START = "Check the room"
ROOM_VERDICTS = {"good": "Good", "usable": "Usable", "fix first": "Fix first"}
ROOM_KINDS = {"good": "good", "usable": "usable", "fix first": "bad"}
ROOM_FIGURES = (
    ("noise_dbfs", "noise {:.0f} dBFS"),
    ("snr_db", "voice above noise {:.0f} dB"),
    ("reverberation_s", "echo {:.2f} s"),
    ("loudness_lufs", "loudness {:.0f} LUFS"),
    ("peak_dbfs", "peak {:.0f} dBFS"),
    ("bandwidth_hz", "frequencies up to {:.0f} Hz"),
    ("sample_rate", "{:.0f} samples per second"),
)
# Shown by the booth's script, which fills in the {names}.
BOOTH = {
    "record": "Record",
    "stop": "Stop",
    "place": "Sentence {number} of {count}",
    "place_read": "Sentence {number} of {count}, already read",
    "recorded": "{recorded} of {good} recorded, enough for a first voice at {first}",
    "plenty": "{recorded} recorded, plenty for a good voice",
    "seconds": "{seconds} s",
    "saving": "Saving",
    "be_quiet": "Stay quiet and do not move: {left}",
    "now_speak": "Now read the sentence aloud; repeat it if there is time: {left}",
    "judging_room": "Checking what was recorded",
    "all_figures": "All figures",
    "too_long": "Stopped after a minute. Listen to it, then keep it, or record again and read only this sentence.",
    "take_waits": "You have not kept this take yet. Listen to it, then keep it or record again.",
    "not_set_aside": "This browser cannot store the take: keep it before you reload or close the page.",
    "nothing_recorded": "Nothing has been recorded yet. Press Record and read the sentence.",
    "left_page": "You left the page, so the recording stopped. Listen to it, then keep it or record again.",
    "left_room": "You left the page, so the check stopped. Start it again.",
    "lost": (
        "The microphone was disconnected, so the recording stopped. Keep it, or reconnect the microphone and record "
        "again."
    ),
    "lost_room": "The microphone was disconnected, so the check stopped. Reconnect it and start the check again.",
    "no_microphone": "The microphone could not be opened.",
    "unreachable": (
        "VoiceClone is not responding. Check that it is still running, then press the button again; nothing is lost."
    ),
}
LANGUAGE_LABEL = "Language you speak"
LANGUAGE_INFO = (
    "Decides which sentences you see, and in which language recordings are transcribed. From German, Dutch, Polish, "
    "European Portuguese, Russian and Turkish your voice gets its colour only: it will speak English, Spanish, French, "
    "Italian, Brazilian Portuguese and Hindi."
)
RECORDER_LABEL = "Your take"
KEEP_TAKE = "Keep this take"
NO_TAKE = "There is no take yet. Press Record, read the sentence, press Stop, then keep it."
NO_SENTENCE = "Type the sentence you read into the box, so that VoiceClone knows what you said."
RAW_MICROPHONE_LABEL = "Record the plain microphone"
RAW_MICROPHONE_INFO = (
    "Best for cloning. Switch it off only if you hear an echo or your voice is far too quiet; the "
    "browser then processes the sound."
)
MICROPHONE_SETTINGS = "Microphone settings"


OWN_SCRIPT_TITLE = "Read your own text instead"
OWN_SCRIPT_LABEL = "Your text"
OWN_SCRIPT_INFO = "Paste anything you would like to read; it is split into sentences."
OWN_SCRIPT_USE = "Read this text"
OWN_SCRIPT_DROP = "Back to the built-in sentences"
NO_OWN_SCRIPT = "Paste the text you want to read first."


def misread(heard: str) -> str:
    """Warn that a kept take does not match its sentence."""
    return f"The last take sounded like “{heard}”. If that is not the sentence, go back and read it again."


def did_you_say(heard: str) -> str:
    """Ask about a kept take in which a word or two were heard differently."""
    return f"Did you say “{heard}”? If a word is missing or different, go back and read the last sentence again."


def take_kept(duration_s: float) -> str:
    """Confirm a kept take."""
    return f"Kept, {seconds(duration_s)}."


# --- bringing files -----------------------------------------------------------------------------
UPLOAD_TITLE = "Or add existing recordings"
UPLOAD_LABEL = "Sound files"
UPLOAD_INFO = (
    "WAV, FLAC, MP3, OGG, M4A, MP4 and more, including video, or a zip file of them. You can choose several at once. "
    "Long recordings are split into sentences and transcribed for you."
)
CHOOSE_FOLDER = "Choose a whole folder instead"
FOLDER = "your folder"
TRANSCRIPTS_ACCORDION = "I have the words in a file"
TRANSCRIPTS_LABEL = "File with the words (optional)"
TRANSCRIPTS_INFO = (
    "One line for each recording: its file name, then a |, a comma or a tab, then the words. For one long recording "
    "you can also use subtitles (SRT, VTT), Audacity labels or a TextGrid; it is split at their times."
)
RECOGNISER_TITLE = "Transcribe languages other than English"
RECOGNISER_INFO = (
    "VoiceClone already transcribes English. For other languages, download a recogniser once (Whisper by OpenAI, MIT "
    "licence, from huggingface.co). It then works without the internet, and is better at English, too."
)
RECOGNISER_LABEL = "Recogniser"
RECOGNISER_CHOICE_INFO = "The larger one makes fewer mistakes and takes longer."
RECOGNISER_GET = "Get it"
FIND_LANGUAGE = "Detect the language of each recording"
FIND_LANGUAGE_INFO = "The language you chose for reading aloud is then ignored for files you add."
RECOGNISER_CANCELLED = "Stopped. What has been downloaded is kept; next time the download continues from there."
ADD_FILES = "Add these recordings"
NO_FILES = "Choose one or more sound files first."
EXAMPLE_TITLE = "No microphone at hand?"
EXAMPLE_BUTTON = "Try with the example voice"
EXAMPLE_INFO = "About a minute of speech from a speaker who put his recordings in the public domain."
EXAMPLE_LOADED = "The example voice is loaded. Press “Clean all clips”, then go on to training."
ADDING = "Reading your files"
ADD_CANCELLED = "Stopped. The recordings added so far are in the list."


def added_summary(added: int, total_s: float) -> str:
    """Sum up what an upload brought."""
    return f"Added {count(added, 'clip')}, {duration(total_s)}."


def folder_chosen(file_count: int) -> str:
    """Confirm that a folder was chosen, and say how to go on."""
    return f"A folder with {count(file_count, 'file')}. Press “{ADD_FILES}”."


def recogniser_choice(title: str, size_mb: int) -> str:
    """Name a recogniser and its size."""
    return f"{title} ({size_mb} MB)"


def recognisers_there(titles: Sequence[str]) -> str:
    """Say which recognisers can be used."""
    return f"Installed: {', '.join(titles)}." if titles else ""


# --- how much speech ----------------------------------------------------------------------------
READINESS_TITLE = "How much speech you have"
READINESS_MARKS = ("smallest", "first voice", "good voice")


def readiness_detail(usable_s: float, speech_s: float, clip_count: int) -> str:
    """Give the figures behind the bar."""
    return f"{duration(usable_s)} usable, of {duration(speech_s)} recorded in {count(clip_count, 'clip')}"


# --- clips --------------------------------------------------------------------------------------
CLIPS_TITLE = "Your clips"
CLIP_GONE = "That clip no longer exists. Choose another one from the list."
CLIPS_EMPTY = "Nothing here yet. Your takes and recordings will appear here, each with a verdict."
CLEAN_ALL = "Clean all clips"
CLEAN_INFO = "Removes hum and hiss and evens out the volume. The originals are never changed."
STRENGTH_LABEL = "How much noise to remove"
STRENGTHS = {"off": "None", "gentle": "Gently", "strong": "Strongly"}
STRENGTH_INFO = "“Strongly” is for noisy rooms. Where removing noise would harm the voice, it is left in."
UNDO_CLEANING = "Undo cleaning"
CLEAN_CANCELLED = "Stopped. The clips cleaned so far stay clean."
VERDICTS = {"good": "Good", "usable": "Usable", "bad": "Not usable"}
VERDICT_GOOD_REASON = "Clear and loud enough."
LEFT_OUT = "left out"
CLEANED = "cleaned"
NO_WORDS = "no words yet"
PLAY = "Play"
EARLIER = "Older clips"
LATER = "Newer clips"
CLIP_TEXT_LABEL = "Words in this clip"
CLIP_TEXT_INFO = "These must be exactly the words that are spoken. Saved when you leave the box."
CLIP_TEXT_GUESSED = "The computer transcribed these words. Check them. Saved when you leave the box."
SHOW_LABEL = "Show"
SHOW_INFO = "“To review” shows clips whose words, voice or edges may be wrong."
SHOWN = {
    "all": "All",
    "look": "To review",
    "good": VERDICTS["good"],
    "usable": VERDICTS["usable"],
    "bad": VERDICTS["bad"],
    "out": "Left out",
}
ORDER_LABEL = "Order"
ORDER_INFO = "For this list only."
ORDERS = {"newest": "Newest first", "oldest": "Oldest first", "worst": "Worst first", "longest": "Longest first"}
NOTHING_SHOWN = "No clips here. Choose “All” above."
LIST_KEYS = (
    "Keys in the list: ↑ ↓ move, Enter opens, X leaves a clip out or takes it back, C marks it as right, Delete asks "
    "before it deletes, N goes to the next one to review."
)
CHANGED_MEANWHILE = (
    "Your clips have changed in another tab or window. The list shows them as they are now; open a clip again "
    "before you change it."
)
WORDS_CHANGED = (
    "The words of this clip were changed in another tab or window, so yours were not saved. Copy them, "
    "press the clip in the list to see the new words, then correct those."
)
CLIP_UNDO = "Undo cleaning of this clip"
ALL_SHOWN_TITLE = "Do something with all clips shown"
ALL_SHOWN_OUT = "Leave them out"
ALL_SHOWN_IN = "Use them"
ALL_SHOWN_CLEAN = "Clean them"
ALL_SHOWN_DELETE = "Delete them"
ALL_SHOWN_DELETE_YES = "Yes, delete them all"
CLIP_CONFIRM = "I listened: it is right"
CLIP_CONFIRM_KINDS = ("words", "doubtful", "unplaced", "speaker", "twin", "cut", "pause")
NEXT_TO_LOOK_AT = "Next one to review"
CONFIRMED = "Noted. It is used as it is."
LISTEN_CANCELLED = "Stopped listening. Your clips are still here; “Listen to my clips” continues."
LISTEN = "Listen to my clips"
CLIP_FIGURES_TITLE = "All figures"
CLIP_FIGURES = (
    ("snr_db", "Speech over noise: {:.0f} dB"),
    ("loudness_lufs", "Loudness: {:.0f} LUFS"),
    ("peak_dbfs", "Loudest moment: {:.1f} dBFS"),
    ("clipped_share", "Cut off at the top: {:.2%} of all samples"),
    ("limiting", "Samples piled up below the top: {:.2f} times as many as usual"),
    ("speech_s", "Speech: {:.1f} s"),
    ("speech_share", "Share of speech: {:.0%}"),
    ("longest_pause_s", "Longest pause: {:.1f} s"),
    ("reverberation_s", "Echo: {:.1f} s until it has died away"),
    ("high_band_db", "Sound above 4.5 kHz: {:.0f} dB"),
    ("emptied_share", "High frequencies removed when it was saved: {:.1%}"),
    ("starts_late", "Begins inside a word: {:.0f} (0 no, 1 yes)"),
    ("ends_early", "Ends inside a word: {:.0f} (0 no, 1 yes)"),
    ("letters_per_s", "Letters of the text per second of speech: {:.0f}"),
    ("log_probability", "How sure the recogniser was: {:.2f} (0 is certain, below -1 it guesses)"),
    ("heard_again", "Letters heard differently the second time: {:.0%}"),
    ("character_error_rate", "Letters heard differently: {:.0%}"),
    ("speaker_similarity", "Similarity to your other clips: {:.2f} of 1"),
)
WHO_TITLE = "More than one person speaks in your clips. Which one is you?"
WHO_INFO = "The other people’s clips are left out of training; nothing is deleted."
WHO_MINE = "This is me"
CLIP_BEFORE = "As recorded"
CLIP_AFTER = "Cleaned"
CLIP_INCLUDE_LABEL = "Use this clip for training"
CLIP_INCLUDE_INFO = "Leave out what you misread or do not like."
CLIP_DELETE = "Delete this clip"
CLIP_DELETE_QUESTION = "Delete this clip? Its recording cannot be brought back."
CLIP_DELETE_YES = "Yes, delete it"
CLIP_PICTURE_BEFORE = "Picture of the recording: loudness over time."
CLIP_PICTURE_BOTH = "Pictures of the recording before and after cleaning."
CLIP_NOT_CLEAN = "Press “Clean all clips” to hear this clip before and after."
SAVED = "Saved."
DATASET_TITLE = "Take your clips with you"
DATASET_INFO = (
    "All clips in use, with their words, in one zip file (WAV files and metadata.csv, the LJSpeech layout). Other "
    "programs can read it, and you can add it again under “Or add existing recordings”."
)
DATASET_MAKE = "Make the zip file"
DATASET_SAVE = "Save the zip file"
TO_TRAIN = "Next: train the voice"


def dataset_made(clip_count: int) -> str:
    """Confirm that the zip file is there."""
    return f"{count(clip_count, 'clip')} packed. Save the file now."


def cleaned_summary(clip_count: int, harmed: int = 0) -> str:
    """Confirm cleaning, and say where it was held back."""
    words = f"Cleaned {count(clip_count, 'clip')}. Choose one to hear it before and after."
    if harmed:
        words += f" In {count(harmed, 'clip')} the noise was left in: removing it would harm the voice."
    return words


def undone(clip_count: int) -> str:
    """Confirm that cleaning was undone."""
    return f"Cleaning undone for {count(clip_count, 'clip')}."


def clip_range(first: int, last: int, total: int) -> str:
    """Say which clips of a long list are shown."""
    return f"{first} to {last} of {total}"


def shown_choice(key: str, clip_count: int) -> str:
    """Name one filter of the list, and how many clips it shows."""
    return f"{SHOWN[key]} ({clip_count})"


def to_look_at(clip_count: int) -> str:
    """Offer a review of the doubtful clips."""
    return f"Review {count(clip_count, 'clip')} that may need your attention"


def listened(doubtful: int) -> str:
    """Say what listening to the clips found."""
    if not doubtful:
        return "All clips are checked: words and voice are fine."
    return f"All clips are checked: {count(doubtful, 'clip')} may need your attention; see “{SHOWN['look']}” below."


def all_shown(clip_count: int) -> str:
    """Say what the buttons for many clips act on."""
    return f"{count(clip_count, 'clip')} shown in the list, on all its pages. With all of them:"


def all_shown_question(clip_count: int) -> str:
    """Ask before many clips are deleted."""
    return f"Delete {count(clip_count, 'clip')}? Their recordings cannot be brought back."


def all_shown_done(clip_count: int) -> str:
    """Confirm an action on many clips."""
    return f"Done with {count(clip_count, 'clip')}."


def heard(words: str) -> str:
    """Say what the recogniser heard in a clip."""
    return f"Heard: “{words}”"


def speaker_found(clip_count: int, speech_s: float) -> str:
    """Say how much one of several people speaks."""
    return f"{count(clip_count, 'clip')}, {duration(speech_s)} of speech"


def speaker_kept(left_out: int) -> str:
    """Confirm that other people's clips are left out."""
    return f"Thank you. {count(left_out, 'clip')} of other people left out."


def clip_name(number: int) -> str:
    """Name a clip by its number in the list."""
    return f"Clip {number}"
