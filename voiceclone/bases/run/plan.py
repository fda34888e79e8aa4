"""The plan of a run on disk: what to train, for how long, and with which weights it began."""

from dataclasses import asdict, dataclass
from pathlib import Path

from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.errors import TrainingError
from voiceclone.storage.disk import read_json_twice, write_json_twice

PLAN_FILE = "plan.json"


@dataclass(frozen=True)
class StoredPlan:
    """What a run is to do; written once, by `prepare`."""

    policy: Policy
    minutes: float | None
    steps: int | None
    seed: int
    weights_sha256: str = ""
    elapsed_s: float = 0.0
    """Time spent on preparation."""
    open_ended: bool = False
    """As in `TrainingPlan`."""


def write_plan(run_dir: Path, plan: TrainingPlan, weights_sha256: str, elapsed_s: float) -> None:
    """Save the plan, whose policy must be set, the weights it is for and the seconds already spent."""
    stored = StoredPlan(
        Policy(plan.policy), plan.minutes, plan.steps, plan.seed, weights_sha256, elapsed_s, plan.open_ended
    )
    write_json_twice(run_dir / PLAN_FILE, asdict(stored))


def read_plan(run_dir: Path, weights_sha256: str) -> StoredPlan:
    """Read the plan.

    Raises:
        TrainingError: it is missing or damaged, or the run began with other weights.
    """
    lost = TrainingError("This training's plan is gone or damaged. Start a new training.")
    value = read_json_twice(run_dir / PLAN_FILE, missing=lost, damaged=lost)
    try:
        # Early Kokoro runs name no policy; there was one only.
        policy = Policy(value.get("policy") or Policy.FINE_TUNE)
        stored = StoredPlan(
            policy,
            value["minutes"],
            value["steps"],
            value["seed"],
            value["weights_sha256"],
            float(value["elapsed_s"]),
            bool(value.get("open_ended", False)),  # early plans all have a set end
        )
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise lost from error
    if stored.weights_sha256 != weights_sha256:
        raise TrainingError(
            "This training began with other weights of the base model than are there now. Start a new training."
        )
    return stored
