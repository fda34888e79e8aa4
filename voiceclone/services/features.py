"""What base models keep of recordings beside the trainings, for the next one on the same clips."""

from collections.abc import Collection
from pathlib import Path


def features_of(data_dir: Path, clip_ids: Collection[str], *, unclear: bool = False) -> list[Path]:
    """Return the files prepared from these clips; with `unclear`, also those that do not say from which clip."""
    from voiceclone.bases.kokoro.data.feature_cache import FeatureCache

    folders = [folder for folder in data_dir.glob("base/*/features") if folder.is_dir()]
    return [path for folder in folders for path in FeatureCache(folder).of_clips(clip_ids, unclear=unclear)]


def maps_of(data_dir: Path) -> list[Path]:
    """Return the files about the styles that trainings began from, which may be those of voices; made in seconds."""
    from voiceclone.bases.kokoro.data.feature_cache import MAP_FILE

    return sorted(data_dir.glob(f"base/*/{MAP_FILE.format(key='*')}"))
