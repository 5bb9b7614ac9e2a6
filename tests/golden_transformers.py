"""Vision transformers of other packages on random weights: what ours must compute.

    python -m pip install --no-deps timm torch-fidelity torchvision
    python -m pip install transformers
    python -m tests.golden_transformers

writes `golden/vision_transformers.npz`: for each network the names and shapes of its
arrays, as the package has them, and its features. The weights are drawn again from the
names. Recorded with timm 1.0.31, torch-fidelity 0.4.0 and transformers 5.24.0.
"""

import json
import pathlib
import tempfile

import numpy as np

from tests import golden

PATH = golden.FOLDER / "vision_transformers.npz"
IMAGES = np.random.RandomState(2).randint(0, 256, (3, 56, 56, 3)).astype("uint8")
WIDTH, HEADS, PATCH, SIDE = 48, 3, 14, 56
MEANS = {
    "dinov2": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    "clip": (
        [0.48145466, 0.4578275, 0.40821073],
        [0.26862954, 0.26130258, 0.27577711],
    ),
}


def draw(shapes):
    """Draws weights.

    Args:
        shapes: Dict of name to shape.

    Returns:
        A dict of name to float32 array.
    """
    random = np.random.RandomState(0)
    return {
        name: random.normal(0, 0.3, shapes[name]).astype("float32")
        for name in sorted(shapes)
    }


def recorded(case):
    """Reads what a network has computed.

    Args:
        case: A key of `CASES`.

    Returns:
        Its weights, a dict of name to array, and its features (3, dimensions).
    """
    with np.load(PATH) as file:
        names, shapes = file[f"{case}.names"], file[f"{case}.shapes"]
        features = file[f"{case}.features"]
    shapes = [tuple(int(n) for n in shape.split()) for shape in shapes]
    return draw(dict(zip(names.tolist(), shapes, strict=True))), features


def save_safetensors(state, path):
    """Writes float32 arrays as a `.safetensors` file."""
    header, start = {}, 0
    for name, array in state.items():
        end = start + array.nbytes
        header[name] = {
            "dtype": "F32",
            "shape": array.shape,
            "data_offsets": [start, end],
        }
        start = end
    text = json.dumps(header).encode()
    content = b"".join(array.tobytes() for array in state.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)
    return path


def inputs(family):
    import torch

    mean, std = MEANS[family]
    images = np.moveaxis((IMAGES / 255 - mean) / std, -1, 1)
    return torch.tensor(images.astype("float32"))


def fill(network):
    """Gives a network its weights; returns the shapes that go with them."""
    import torch

    shapes = {k: tuple(v.shape) for k, v in network.state_dict().items()}
    tensors = {k: torch.tensor(v) for k, v in draw(shapes).items()}
    network.load_state_dict(tensors)
    network.eval()
    return shapes


def dinov2(side=SIDE):
    """That of timm, whose names are those of the authors."""
    from timm.models.vision_transformer import VisionTransformer

    return VisionTransformer(
        img_size=side,
        patch_size=PATCH,
        embed_dim=WIDTH,
        depth=2,
        num_heads=HEADS,
        init_values=1.0,
        num_classes=0,
        global_pool="token",
    )


def dinov2_of_timm():
    network = dinov2()
    shapes = fill(network)
    return shapes, network(inputs("dinov2"))


def dinov2_resized():
    """A position embedding of 6 x 6 patches, interpolated as by the authors' code."""
    import torch

    network, small = dinov2(6 * PATCH), dinov2()
    shapes = fill(network)
    state = network.state_dict()
    first, rest = state["pos_embed"][:, :1], state["pos_embed"][:, 1:]
    rest = rest.reshape(1, 6, 6, WIDTH).permute(0, 3, 1, 2)
    scale = (SIDE // PATCH + 0.1) / 6
    rest = torch.nn.functional.interpolate(
        rest, scale_factor=(scale, scale), mode="bicubic"
    )
    rest = rest.permute(0, 2, 3, 1).reshape(1, -1, WIDTH)
    state["pos_embed"] = torch.cat([first, rest], dim=1)
    small.load_state_dict(state)
    return shapes, small.eval()(inputs("dinov2"))


def config(size=SIDE):
    return {
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": HEADS,
        "image_size": size,
        "patch_size": PATCH,
    }


def stored(network):
    """The names and shapes that transformers writes to files, which are older ones."""
    from safetensors.numpy import load_file, save_file

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.safetensors"
        network.save_pretrained(folder)
        shapes = {name: array.shape for name, array in load_file(path).items()}
        save_file(draw(shapes), path, metadata={"format": "pt"})
        return shapes, type(network).from_pretrained(folder).eval()


def dinov2_of_transformers():
    from transformers import Dinov2Config, Dinov2Model

    shapes, network = stored(Dinov2Model(Dinov2Config(**config())))
    return shapes, network(inputs("dinov2")).last_hidden_state[:, 0]


def dinov2_with_registers():
    """With a position embedding of 6 x 6 patches, averaged where it shrinks."""
    from transformers import Dinov2WithRegistersConfig, Dinov2WithRegistersModel

    options = Dinov2WithRegistersConfig(num_register_tokens=4, **config(6 * PATCH))
    shapes, network = stored(Dinov2WithRegistersModel(options))
    return shapes, network(inputs("dinov2")).last_hidden_state[:, 0]


def clip_of_openai():
    """That of torch-fidelity, which has OpenAI's code."""
    from torch_fidelity.feature_extractor_clip import VisionTransformer

    network = VisionTransformer(SIDE, PATCH, WIDTH, 2, HEADS, 20)
    shapes = fill(network)
    features = network(inputs("clip"))
    return {f"visual.{name}": shape for name, shape in shapes.items()}, features


def clip_of_transformers():
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    options = CLIPVisionConfig(projection_dim=20, intermediate_size=96, **config())
    shapes, network = stored(CLIPVisionModelWithProjection(options))
    return shapes, network(inputs("clip")).image_embeds


CASES = {
    function.__name__: function
    for function in (
        dinov2_of_timm,
        dinov2_resized,
        dinov2_of_transformers,
        dinov2_with_registers,
        clip_of_openai,
        clip_of_transformers,
    )
}


if __name__ == "__main__":
    import torch

    arrays = {}
    for case, compute in CASES.items():
        with torch.no_grad():
            shapes, features = compute()
        names = sorted(shapes)
        arrays[f"{case}.names"] = np.array(names)
        arrays[f"{case}.shapes"] = np.array(
            [" ".join(map(str, shapes[name])) for name in names]
        )
        arrays[f"{case}.features"] = features.numpy()
        print(case, features.shape, "std", float(features.std()))
    np.savez_compressed(PATH, **arrays)
