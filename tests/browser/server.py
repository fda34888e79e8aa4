"""Serves the real page for the browser tests: own data folder, short trainings, a chosen base model."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from voiceclone import VoiceEngine
from voiceclone.bases.catalogue import DEFAULT_BASE_ID
from voiceclone.training.request import TrainingRequest
from voiceclone.training.runs import RunStatus
from voiceclone.ui import build, launch_options


class ShortRuns(VoiceEngine):
    """The real engine, except that a training without steps of its own takes a number of them, not minutes."""

    def __init__(self, *arguments, steps: int | None, **named) -> None:
        super().__init__(*arguments, **named)
        start = self._maker.start_training

        def start_short(request: TrainingRequest) -> RunStatus:
            return start(replace(request, minutes=None, effort=None, steps=request.steps or steps))

        if steps is not None:
            self._maker.start_training = start_short  # those of a comparison, too


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--base-id", default=DEFAULT_BASE_ID)
    parser.add_argument("--base-factory")
    options = parser.parse_args()
    engine = ShortRuns(options.home, options.base_id, base_factory=options.base_factory, steps=options.steps)
    engine.runs.resume_interrupted()
    demo = build(engine)
    demo.launch(server_name="127.0.0.1", server_port=options.port, prevent_thread_lock=True, **launch_options())
    print("serving", flush=True)
    sys.stdin.read()  # until whoever started it goes away
    demo.close()


if __name__ == "__main__":
    sys.exit(main())
