"""The trainable parameters of a run: layers of decoder and predictor, both halves of the style; their optimizers."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voiceclone.bases.base import Policy
from voiceclone.bases.kokoro.model.network import STYLE_SIZE
from voiceclone.bases.kokoro.train.recipe import Recipe, is_style_layer, is_trained
from voiceclone.bases.run.trainer import clip_gradients

if TYPE_CHECKING:
    import torch

    from voiceclone.bases.kokoro.train.gradients import Gradients


class TrainableParameters:
    """Marks trainable parameters in the network; one optimizer for the sound and one for the prosody.

    Args:
        network: nothing in it may be trainable yet.
        start: the style to begin with, float32, shape (1, 256).
        recipe: the learning rates.
        policy: what to train.
    """

    def __init__(self, network: "torch.nn.Module", start: "torch.Tensor", recipe: Recipe, policy: Policy) -> None:
        self._network, self._recipe, self._policy = network, recipe, policy
        style = start.clone()
        self.acoustic_style = style[:, :STYLE_SIZE].clone().requires_grad_()
        self.prosody_style = style[:, STYLE_SIZE:].clone().requires_grad_()
        decoder, predictor = self._learning_in("decoder"), self._learning_in("predictor")
        self.trained = decoder | predictor
        """Parameters of the network that learn, by their name in it."""
        for parameter in self.trained.values():
            parameter.requires_grad_()
        self.acoustic = self._optimizer(
            ([value for name, value in decoder.items() if not is_style_layer(name)], recipe.decoder_rate),
            ([value for name, value in decoder.items() if is_style_layer(name)], recipe.norm_rate),
            ([self.acoustic_style], recipe.acoustic_style_rate),
        )
        self.prosody = self._optimizer(
            (list(predictor.values()), recipe.predictor_rate),
            ([self.prosody_style], recipe.prosody_style_rate),
        )

    def _learning_in(self, part: str) -> dict[str, "torch.Tensor"]:
        """Return the trainable parameters of a part, by name in the network; none when only the style is trained."""
        if self._policy == Policy.TRANSFER:
            return {}
        parameters = getattr(self._network, part).named_parameters()
        return {f"{part}.{name}": parameter for name, parameter in parameters if is_trained(name)}

    def _optimizer(self, *groups: tuple[list["torch.Tensor"], float]) -> "torch.optim.AdamW":
        import torch

        options: dict[str, Any] = {"betas": self._recipe.betas, "weight_decay": 0.0, "fused": True}
        wanted = [{"params": parameters, "lr": rate, "full_rate": rate} for parameters, rate in groups]
        return torch.optim.AdamW(wanted, **options)

    def all(self) -> dict[str, "torch.Tensor"]:
        """Return all trainable parameters by name, including both halves of the style."""
        return self.trained | {"acoustic_style": self.acoustic_style, "prosody_style": self.prosody_style}

    def optimizers(self) -> tuple["torch.optim.Optimizer", ...]:
        """Return the optimizers."""
        return self.acoustic, self.prosody

    def voice_style(self) -> "torch.Tensor":
        """Return the current style, float32, shape (1, 256)."""
        import torch

        return torch.cat([self.acoustic_style, self.prosody_style], dim=1).detach()

    def keep_to_style_layers(self) -> None:
        """Freeze all layers of the network but the style layers.

        The others keep their values; their gradients and optimizer state, twice their size, are freed.
        """
        for name, parameter in self.trained.items():
            if not is_style_layer(name):
                parameter.requires_grad_(False)
                parameter.grad = None
        for optimizer in self.optimizers():
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    if not parameter.requires_grad:
                        optimizer.state.pop(parameter, None)
                group["params"] = [parameter for parameter in group["params"] if parameter.requires_grad]

    def begin_anew(self, weights: Mapping[str, "torch.Tensor"], start: "torch.Tensor") -> None:
        """Reset everything to the start.

        Args:
            weights: the untouched network's, by name.
            start: the style learning begins with, float32, shape (1, 256).
        """
        import torch

        with torch.no_grad():
            for name, parameter in self.trained.items():
                parameter.copy_(weights[name])
            self.acoustic_style.copy_(start[:, :STYLE_SIZE])
            self.prosody_style.copy_(start[:, STYLE_SIZE:])
        for optimizer in self.optimizers():
            optimizer.state.clear()

    def forget_gradients(self) -> None:
        """Discard the gradients of an unfinished step."""
        for optimizer in self.optimizers():
            optimizer.zero_grad(set_to_none=True)

    @staticmethod
    def learnt_by(optimizer: "torch.optim.Optimizer") -> list["torch.Tensor"]:
        """Return the parameters an optimizer moves now."""
        return [parameter for group in optimizer.param_groups for parameter in group["params"]]

    def update(self, optimizer: "torch.optim.Optimizer", gradients: "Gradients", scale: float) -> bool:
        """Clip the gradients and make an optimizer step with `scale` times the full learning rates.

        Args:
            optimizer: one of `optimizers()`.
            gradients: of the parameters `learnt_by` it.
            scale: share of the learning rates, 0..1.

        Returns:
            False, and changes nothing, when a gradient is not finite.
        """
        for parameter, gradient in zip(self.learnt_by(optimizer), gradients, strict=True):
            parameter.grad = gradient
        for group in optimizer.param_groups:
            group["lr"] = group["full_rate"] * scale
        finite = math.isfinite(clip_gradients([optimizer], self._recipe.gradient_norm))
        if finite:
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return finite
