"""AdamW (Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization"), its rate rising, staying, falling."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

_WARM_UP, _COOL_DOWN, _LEAST = 0.05, 0.6, 0.02
_LONGEST = 1.0
"""Of all gradients together; a longer step is shortened to it."""


class Optimiser:
    """`groups` are parameters with their highest rate, as torch takes them; `steps` is how many there will be."""

    def __init__(self, groups: Iterable[Mapping[str, Any]], steps: int) -> None:
        self._adam = torch.optim.AdamW([dict(group) for group in groups], betas=(0.9, 0.98))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._adam, lambda step: _pace(step / steps, 1 / steps))

    def step(self, loss: Tensor) -> None:
        """Goes one step down."""
        self._adam.zero_grad(set_to_none=True)
        loss.backward()
        learned = [value for group in self._adam.param_groups for value in group["params"]]
        torch.nn.utils.clip_grad_norm_(learned, _LONGEST)
        self._adam.step()
        self._schedule.step()


def _pace(done: float, step: float) -> float:
    """The rate's share: up, level, and down again to almost nothing."""
    return min(1.0, (done + step) / _WARM_UP) * min(1.0, max(_LEAST, (1 - done) / _COOL_DOWN))
