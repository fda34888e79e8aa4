"""Words about marks in what voices say: looking for them, switching them on or off."""

TITLE = "Was this made here?"
INTRO = (
    "What voices say here carries marks that tell it from a recording: a watermark nobody hears, signed Content "
    "Credentials, and a plain tag. Drop a sound file in to look for them."
)
SOURCE = "Sound file"
SETTING = "Mark what my voices say"
SETTING_INFO = (
    "Keep this on: in many places, artificial speech has to be marked. Without it, a file carries no watermark, no "
    "credentials and no tag, and nobody can tell afterwards that it was made here."
)
ALWAYS_ON = "Marks cannot be switched off here."
SWITCHED = {
    True: "What your voices say is marked from now on.",
    False: "What your voices say is not marked from now on. Files made before keep their marks.",
}
