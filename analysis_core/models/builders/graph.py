"""Just enough to write a transformer as an ONNX graph by hand, its linear layers with int8 weights.

Written by hand rather than exported, so that the bytes depend on the weights alone and not on a tool's version.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Float = NDArray[np.float32]
Shape = Sequence[int | str]
"""A name stands for a size that differs from call to call."""

_OPSET = 20
_IR = 9
_LIMIT = 63
"""Seven bits of eight: the widest range in which no x86 processor's int8 product overflows."""
_ROW_LIMIT = 127
_ZERO = 128
"""What stands for nothing among a row's eight bits, which have no sign."""
_OWN = "com.microsoft"
"""onnxruntime's own operators."""


class Graph:
    """Collects nodes and constants. Methods take and give the names of values."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """Adds a node; gives the name of its first output, the others are that name with `.1`, `.2` ..."""
        name = f"v{len(self._nodes)}"
        names = [name, *(f"{name}.{i}" for i in range(1, outputs))]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return name

    def constant(self, values: NDArray[np.generic] | np.generic) -> str:
        """Adds an initializer."""
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def linear(self, x: str, weight: Float, bias: Float) -> str:
        """`x @ weight.T + bias`; weight (out, in) as int8 with a scale for each output, `x` as uint8 on the fly."""
        rounded, scale = _rounded(weight)
        q = self.op("DynamicQuantizeLinear", x, outputs=3)
        zero = self.constant(np.zeros(1, np.int8).reshape(()))
        product = self.op("MatMulInteger", q, self.constant(rounded.T), f"{q}.2", zero)
        scales = self.op("Mul", f"{q}.1", self.constant(scale))
        real = self.op("Mul", self.op("Cast", product, to=TensorProto.FLOAT), scales)
        return self.op("Add", real, self.constant(bias))

    def linear_by_row(self, x: str, weight: Float, bias: Float) -> str:
        """As `linear`, but with a scale for each row of `x`, so that what a row gives never depends on the others."""
        rounded, scale = _rounded(weight)
        one, zero, middle = (self.constant(value) for value in (np.float32(1), np.int8(0), np.uint8(_ZERO)))
        largest = self.op("ReduceMax", self.op("Abs", x), self.constant(np.array([-1])), keepdims=1)
        filled = self.op("Max", largest, self.constant(np.float32(1e-9)))
        step = self.op("Mul", filled, self.constant(np.float32(1 / _ROW_LIMIT)))
        q = self.op("QuantizeLinear", self.op("Div", x, step), one, middle)
        inputs = (q, self.constant(rounded.T), one, self.constant(scale), middle, zero)
        product = self.op("MatMulIntegerToFloat", *inputs, domain=_OWN)
        return self.op("Add", self.op("Mul", product, step), self.constant(bias))

    def norm(self, x: str, gamma: Float, beta: Float, epsilon: float = 1e-5) -> str:
        """Layer normalisation over the last axis."""
        return self.op("LayerNormalization", x, self.constant(gamma), self.constant(beta), axis=-1, epsilon=epsilon)

    def model(self, inputs: Mapping[str, Shape], outputs: Mapping[str, tuple[str, Shape]]) -> bytes:
        """The serialised model. `inputs` are float32 shapes by name; `outputs` {name: (value, shape)}."""
        nodes = [*self._nodes, *(helper.make_node("Identity", [v], [n]) for n, (v, _) in outputs.items())]
        graph = helper.make_graph(
            nodes,
            "echodepth",
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in inputs.items()],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, (_, shape) in outputs.items()],
            self._constants,
        )
        opset = [helper.make_opsetid("", _OPSET)]
        if any(node.domain == _OWN for node in nodes):
            opset.append(helper.make_opsetid(_OWN, 1))
        model = helper.make_model(graph, opset_imports=opset, ir_version=_IR, producer_name="echodepth")
        onnx.checker.check_model(model)
        data: bytes = model.SerializeToString(deterministic=True)
        return data


def _rounded(weight: Float) -> tuple[NDArray[np.int8], Float]:
    """Weights (out, in) as whole numbers, and the size of one for each output."""
    scale = np.maximum(np.abs(weight).max(1), 1e-12).astype(np.float32) / np.float32(_LIMIT)
    return np.clip(np.rint(weight / scale[:, None]), -_LIMIT, _LIMIT).astype(np.int8), scale
