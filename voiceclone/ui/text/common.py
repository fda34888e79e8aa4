"""Words shared by several tabs: titles, people, the speech model, errors, the terminal."""

TITLE = "VoiceClone"
TAGLINE = "Your own voice, on your own computer. Nothing you record leaves it."
TAGLINE_SPACE = "Your own voice. What you record is sent to this Space and stays there."

# --- the three tabs -----------------------------------------------------------------------------
TAB_RECORD = "1. Record & clean"
TAB_TRAIN = "2. Train"
TAB_SPEAK = "3. Speak"

INTRO_RECORD_EMPTY = (
    "Read the sentence below aloud and keep the take. About a minute of speech makes a first voice. "
    "You can also bring recordings you have, or look around with the example voice."
)
INTRO_RECORD_MORE = "Good start. Keep reading sentences, or add more recordings, until the bar below says it is enough."
INTRO_RECORD_TRY = (
    "This is enough for a try, but not yet for a good voice. Keep reading until the bar below reaches “first voice”, "
    "then press “Clean all clips” and go on to training."
)
INTRO_RECORD_CLEAN = (
    "You have enough speech for a first voice. Press “Clean all clips”, listen to a few, then go on to training."
)
INTRO_RECORD_READY = "Everything is recorded and clean. Go on to training, or add more speech for a better voice."
INTRO_TRAIN = "Name the voice, confirm that you may use it, and press the button. VoiceClone does the rest."
INTRO_TRAINING = "Your voice is being trained. Watch it, or come back later."
RUN_INTROS = {
    "finished": "Your voice is ready. Listen to its first sentence, then type anything you would like it to say.",
    "stopped": "The training was stopped.",
    "failed": "The training could not be finished. Your recordings are untouched.",
    "paused": "The training is paused. No progress is lost: press “Continue the training” whenever you like.",
    "interrupted": "The training was interrupted. No progress is lost: press “Continue the training”.",
}
INTRO_SPEAK = "Choose a voice, type what it should say, and listen."
INTRO_SPEAK_NO_VOICE = (
    "You have not trained a voice yet. Try a stock voice in the meantime; yours will appear here once it is trained."
)

# --- whose recordings ---------------------------------------------------------------------------
DEFAULT_PROJECT = "My voice"
EXAMPLE_PROJECT = "Example voice"
PROJECT_LABEL = "Whose recordings"
PROJECT_INFO = "Each person’s recordings are kept separate."
PROJECT_NEW = "New person"
PROJECT_NEW_NAME = "Name of the person"
PROJECT_NEW_NAME_INFO = "Only a label for you; any name will do."
PROJECT_CREATE = "Create"
PROJECT_DELETE = "Delete person"
PROJECT_DELETE_YES = "Yes, delete all of it"
PROJECT_BUSY = (
    "Recordings of this person are being added, cleaned or checked. Wait until that is done, or press “Cancel” there. "
    "Then delete."
)
KEEP_VOICES = "Keep the voices"
KEEP_VOICES_INFO = "Then only the recordings go, and what was trained and tested with them."
DELETE_GOES = "This will be deleted:"
KEEP = "Keep it"
CANCEL = "Cancel"
STOPPING = "Stopping"
NEED_NAME = "Type a name first."


def everything_deleted(name: str) -> str:
    """Confirm that everything about a person or a voice was deleted."""
    return f"Everything about “{name}” was deleted."


# --- base model ---------------------------------------------------------------------------------
BASE_MISSING_TITLE = "One thing is missing: the speech model"
BASE_MISSING = (
    "It comes with the program and only has to be unpacked once, which takes about half a minute. Nothing is "
    "downloaded. You can record in the meantime; training and speaking need the model."
)
BASE_PREPARE = "Prepare the speech model"
BASE_READY = "The speech model is ready."

# --- errors -------------------------------------------------------------------------------------
ERROR_TITLE = "That did not work"
UNEXPECTED = (
    "Something unexpected went wrong. Nothing you recorded or trained is lost. Try again; the terminal has the details."
)

# --- the terminal -------------------------------------------------------------------------------
STARTED = "VoiceClone is ready. Open {url} in your browser. Press Ctrl+C here to stop."
STARTED_LAN = "The page is open to your network. The microphone works only on this computer, or over https."
PORT_BUSY = "Port {port} is in use by another program. Choose another one, for example: {command}"
BASE_NOT_READY = "The speech model is not prepared yet; the page offers to do it (or run: make setup)."
STARTED_SPACE = "VoiceClone is ready."
PREPARING = "Getting the speech model ready, {percent} %: {words}"


def no_project(value: object) -> str:
    """Refuse what is no id of a project."""
    return f"There is no project “{value}”. Choose one from the list."


def no_voice(value: object) -> str:
    """Refuse what is no id of a voice."""
    return f"There is no voice “{value}”. Choose one from the list."


# --- what the page refuses ----------------------------------------------------------------------
FOREIGN_PAGE = "VoiceClone answers only its own page. Another website sent this request."
NO_SUCH_ROUTE = "VoiceClone has no such page."
BROKEN_OFF = "The upload broke off."


def foreign_host(name: str) -> str:
    """Refuse a request to a name that is not ours; empty if it named no host at all."""
    if not name:
        return "VoiceClone cannot tell which address this request is for."
    return (
        f"VoiceClone does not know the address “{name}”. If it is yours, start VoiceClone with "
        f"VOICECLONE_HOSTS={name}; otherwise open the address that the terminal shows."
    )


def too_large(max_bytes: int) -> str:
    """Refuse a request whose body is too large."""
    most = f"{max_bytes // 1_000_000:,} MB" if max_bytes >= 1_000_000 else f"{max_bytes // 1_000} kB"
    return f"That is too large: at most {most} can be sent at once. Send less, or in several parts."


# --- who may see the page -----------------------------------------------------------------------
PASSWORD_WANTED = "Enter the password you were given. Any name will do."
SPACE_NEEDS_PASSWORD = (
    "This page is closed until a password is set, because everyone who opens it would share the same recordings and "
    "voices. If this Space is yours: open Settings, go to “Variables and secrets”, add a secret named "
    "VOICECLONE_PASSWORD with at least 12 characters, and restart the Space."
)
SPACE_PASSWORD_HELP = "Change it under Settings, “Variables and secrets”, and restart the Space."
CLOSED_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<body style="font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem">
<h1>{title}</h1>
<p>{sentence}</p>
"""
