"""The comparisons in a data folder: run, list, show and delete them."""

from collections.abc import Sequence
from pathlib import Path

from voiceclone.bases.base import Policy
from voiceclone.compare import folders, table
from voiceclone.compare.model import Comparison
from voiceclone.compare.request import make_request, ways_of
from voiceclone.compare.run import ComparisonRun, Workbench
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage import temporary
from voiceclone.training.request import check_length, check_seed
from voiceclone.voices.consent import consent_record


class ComparisonService:
    """Compares several ways to make a voice from one project and stores the results."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def run(
        self,
        project_id: str,
        consent: bool,
        *,
        consent_by: str,
        minutes: float | None = None,
        steps: int | None = None,
        seed: int = 0,
        base_id: str | None = None,
        policies: Sequence[str] | None = None,
        sentences: Sequence[str] | None = None,
        held_out: Sequence[str] | None = None,
        keep_voices: bool = False,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Comparison:
        """Run a comparison, or finish an interrupted one; arguments and errors as in `VoiceEngine.compare`."""
        consent_record(consent, consent_by)
        check_length(minutes, steps)
        check_seed(seed)
        project = self._bench.projects.get(project_id)
        request = make_request(
            project,
            self._bench.projects.clips(project.project_id),
            self._bench.bases.ready(base_id),
            policies=policies,
            minutes=minutes,
            steps=steps,
            seed=seed,
            sentences=sentences,
            held_out_ids=held_out,
            keep_voices=keep_voices,
        )
        with self._bench.bases.use(request.base_id):
            return ComparisonRun(self._bench, request, consent_by, on_progress, should_stop).run()

    def ways(self, base_id: str | None = None, wanted: Sequence[str] | None = None) -> tuple[Policy, ...]:
        """Return the ways to compare with a base model (None: the default one); see `request.ways_of`.

        Raises:
            InputError: one is not offered, or there are fewer than two to compare.
        """
        return ways_of(self._bench.bases.get(base_id), wanted)

    def all(self) -> list[Comparison]:
        """Return every finished comparison, newest first."""
        return folders.comparisons(self._bench.data_dir)

    def folder(self, comparison_id: str) -> Path:
        """Return the folder with a comparison's figures, picture and audio.

        Raises:
            NotFoundError: there is none with that id.
        """
        return folders.folder(self._bench.data_dir, comparison_id)

    def table(self, comparison: Comparison) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return a comparison as a table: its column names, then a row per way and one for the recordings."""
        return table.HEAD, table.rows(comparison)

    def delete(self, comparison_id: str) -> None:
        """Delete a comparison with its audio, but not the voices that were kept."""
        data_dir = self._bench.data_dir
        temporary.discard(data_dir, [self.folder(comparison_id), *temporary.copies(data_dir, [comparison_id])])
