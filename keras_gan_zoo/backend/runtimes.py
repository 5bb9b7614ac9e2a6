"""Exported files in the runtimes that they are for."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np


def onnxruntime(path) -> Callable[..., np.ndarray]:
    """ONNX Runtime on the CPU.

    Args:
        path: Of the file.

    Returns:
        A function of a dict of name to array, the inputs, to the output.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 3  # errors alone
    providers = ["CPUExecutionProvider"]
    session = ort.InferenceSession(str(path), options, providers=providers)
    return lambda inputs: session.run(None, inputs)[0]


def saved_model(path) -> Callable[..., np.ndarray]:
    """TensorFlow's SavedModel; see `onnxruntime`."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))  # which holds the weights

    def run(inputs):
        tensors = [tf.constant(x) for x in inputs.values()]
        return loaded.serve(tensors[0] if len(tensors) == 1 else tensors).numpy()

    return run


def litert(path) -> Callable[..., np.ndarray]:
    """LiteRT's interpreter; see `onnxruntime`."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    # Their names have more in front: "serving_default_latents:0".
    places = {x["name"]: x["index"] for x in interpreter.get_input_details()}

    def run(inputs):
        for name, array in inputs.items():
            [place] = [index for full, index in places.items() if name in full]
            interpreter.resize_tensor_input(place, array.shape)
        interpreter.allocate_tensors()
        for name, array in inputs.items():
            [place] = [index for full, index in places.items() if name in full]
            interpreter.set_tensor(place, array)
        interpreter.invoke()
        return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])

    return run


def openvino(path) -> Callable[..., np.ndarray]:
    """OpenVINO on the CPU; see `onnxruntime`."""
    import openvino as ov

    # Not in half precision, which processors that have it would take.
    model = ov.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda inputs: model(inputs)[0]


def torch_export(path) -> Callable[..., np.ndarray]:
    """A program of `torch.export`; see `onnxruntime`."""
    import torch

    program = torch.export.load(path)
    module = program.module()
    weight = next(iter(program.state_dict.values()), torch.empty(0))

    def run(inputs):
        tensors = [torch.from_numpy(x).to(weight.device) for x in inputs.values()]
        inputs = tensors[0] if len(tensors) == 1 else tensors
        return module(inputs).detach().cpu().numpy()

    return run


def torch_options(signature) -> dict[str, Any]:
    """Which axes are free, as PyTorch wants to know it.

    Args:
        signature: Input specs of Keras, in lists.

    Returns:
        Arguments of `keras.Model.export`.
    """
    import torch

    def free(spec):
        axes = [axis for axis, size in enumerate(spec.shape) if size is None]
        return dict.fromkeys(axes, torch.export.Dim.AUTO)

    return {"dynamic_shapes": [tuple(keras.tree.map_structure(free, signature))]}


def join_onnx(path) -> None:
    """Makes one file of those that an exporter of ONNX may have written.

    Args:
        path: Of the main one, in a folder of their own.
    """
    import onnx

    model = onnx.load(path)
    for other in path.parent.iterdir():
        other.unlink()
    onnx.save(model, path)


def onnx_to_openvino(path) -> None:
    """Makes OpenVINO's two files, in single precision, of those of ONNX.

    Args:
        path: Of the main one, in a folder of their own.
    """
    import openvino as ov

    join_onnx(path)
    part = path.rename(path.with_suffix(".onnx"))
    # OpenVINO reports over the network that it is imported, unless its user opts out;
    # `convert_model` would report what is converted, too.
    ov.save_model(ov.Core().read_model(part), path, compress_to_fp16=False)
    part.unlink()
