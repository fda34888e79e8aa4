"""What `VoiceEngine` offers by subject: projects, voices, runs, models, speech, and making voices.

A service gets what it works with (the data folder, libraries, the runner, other services) when it is made; none of
them knows the engine. In every service `all()` lists everything, `get(…)` returns one thing by its id or name, and
`delete(…)` removes it from the disk.
"""
