"""The services behind `VoiceEngine`: projects, voices, runs, models, speech, and making voices.

Services receive their dependencies (the data folder, libraries, the runner, other services) in the constructor and do
not know the engine. In every service `all()` lists everything, `get(…)` returns one item by id or name, and
`delete(…)` removes it from disk.
"""
