"""Extractors from files of PyTorch, whose network is found out from names and shapes.

References:
    Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", 2023,
    https://arxiv.org/abs/2304.07193
    Radford et al., "Learning Transferable Visual Models From Natural Language
    Supervision" (CLIP), 2021, https://arxiv.org/abs/2103.00020
"""

import math
import pathlib

import numpy as np

from keras_gan_zoo import presets, tensor_files
from keras_gan_zoo.checks import check_finite_weights
from keras_gan_zoo.datasets.pictures import check_image_size
from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.metrics.extractors.converted import predictor
from keras_gan_zoo.metrics.extractors.preparing import Preparation
from keras_gan_zoo.metrics.extractors.vision_transformer import (
    ACTIVATIONS,
    Architecture,
    vision_transformer,
)
from keras_gan_zoo.tensor_files import count, renamed

# The whole of CLIP ViT-L/14 has 1.7 GB, of which a quarter is the tower of texts.
LARGEST = 2**32  # bytes of a file
PREFIXES = (
    "state_dict.",
    "teacher.backbone.",
    "teacher.",
    "model.",
    "module.",
    "backbone.",
    "dinov2.",
    "clip.",
)
# What the parts are called in the files, and what they are called here.
DINOV2 = {
    r"patch_embed\.proj\.": "patch.",
    r"cls_token$": "class_token",
    r"pos_embed$": "positions",
    r"register_tokens$": "registers",
    r"(blocks\.\d+)\.attn\.qkv\.": r"\1.qkv.",
    r"(blocks\.\d+)\.attn\.proj\.": r"\1.out.",
    r"(blocks\.\d+)\.ls(\d)\.gamma$": r"\1.scale\2",
    r"(blocks\.\d+)\.mlp\.": r"\1.",
}
DINOV2_OF_TRANSFORMERS = {
    r"embeddings\.patch_embeddings\.projection\.": "patch.",
    r"embeddings\.cls_token$": "class_token",
    r"embeddings\.mask_token$": "mask_token",
    r"embeddings\.position_embeddings$": "positions",
    r"embeddings\.register_tokens$": "registers",
    r"encoder\.layer\.(\d+)\.attention\.attention\.": r"blocks.\1.",
    r"encoder\.layer\.(\d+)\.attention\.output\.dense\.": r"blocks.\1.out.",
    r"encoder\.layer\.(\d+)\.layer_scale(\d)\.lambda1$": r"blocks.\1.scale\2",
    r"encoder\.layer\.(\d+)\.mlp\.": r"blocks.\1.",
    r"encoder\.layer\.(\d+)\.": r"blocks.\1.",
    r"layernorm\.": "norm.",
}
CLIP = {
    r"conv1\.": "patch.",
    r"class_embedding$": "class_token",
    r"positional_embedding$": "positions",
    r"ln_pre\.": "first_norm.",
    r"ln_post\.": "norm.",
    r"transformer\.resblocks\.(\d+)\.ln_(\d)\.": r"blocks.\1.norm\2.",
    r"transformer\.resblocks\.(\d+)\.attn\.in_proj_": r"blocks.\1.qkv.",
    r"transformer\.resblocks\.(\d+)\.attn\.out_proj\.": r"blocks.\1.out.",
    r"transformer\.resblocks\.(\d+)\.mlp\.c_fc\.": r"blocks.\1.fc1.",
    r"transformer\.resblocks\.(\d+)\.mlp\.c_proj\.": r"blocks.\1.fc2.",
    r"proj$": "projection",
}
CLIP_OF_TRANSFORMERS = {
    r"embeddings\.patch_embedding\.": "patch.",
    r"embeddings\.class_embedding$": "class_token",
    r"embeddings\.position_embedding\.weight$": "positions",
    r"embeddings\.position_ids$": "position_ids",
    r"pre_layrnorm\.": "first_norm.",  # so it is spelt
    r"post_layernorm\.": "norm.",
    r"encoder\.layers\.(\d+)\.layer_norm(\d)\.": r"blocks.\1.norm\2.",
    r"encoder\.layers\.(\d+)\.self_attn\.out_proj\.": r"blocks.\1.out.",
    r"encoder\.layers\.(\d+)\.self_attn\.([qkv])_proj\.": r"blocks.\1.\2.",
    r"encoder\.layers\.(\d+)\.mlp\.": r"blocks.\1.",
}
UNUSED = ("mask_token", "position_ids")  # by the features of images
LETTERS = {384: "s", 768: "b", 1024: "l", 1280: "h"}


def from_torch(
    path,
    name=None,
    *,
    size=None,
    resize=None,
    normalization=None,
    heads=None,
    activation=None,
    batch_size=32,
) -> Extractor:
    """Loads a network whose features are compared today, from its file of weights.

    Which network it is, is found out from names and shapes: DINOv2 (ViT-S, -B or -L,
    with or without registers, by the names of its authors or of `transformers`) or the
    images' part of CLIP (a ViT, by the names of OpenAI and OpenCLIP or of
    `transformers`). It runs on every backend.

    The features of DINOv2 are its class token, of images of 224 x 224 pixels that are
    resized as in Clean-FID: their Frechet distance is FD-DINOv2, for ViT-L. Those of
    CLIP are the projected embedding, of images at the network's own size, resized
    bicubically: on ViT-L/14 with 336 pixels `metrics.cmmd` is the CMMD of its paper.

    Args:
        path: Path of a `.safetensors` file, or of a `.pth`, `.pt` or `.bin` file of
            PyTorch, of which nothing is run.
        name: What the numbers will be quoted with; by default such as
            `"dinov2_vitl14"`.
        size: (height, width) in pixels, multiples of the patch.
        resize: See `from_keras`.
        normalization: See `from_keras`.
        heads: Of the attention; by default one for every 64 values of a token, as in
            all of DINOv2 and of OpenAI's CLIP. It is not in the file.
        activation: `"gelu"` or `"quick_gelu"`; by default `"quick_gelu"` for CLIP, as
            in OpenAI's. Most of OpenCLIP's have `"gelu"`. It is not in the file.
        batch_size: How many images are computed at a time.

    Returns:
        An `Extractor` of uint8 images (num, height, width, 1 or 3) of any size, named
        with the sha256 of the file.

    Raises:
        ImportError: If PyTorch is needed to read the file, and not installed.
        ValueError: If there is no such file, it is damaged, too large, or holds another
            network, or an argument does not fit.

    Example:
        ```text
        extractor = metrics.extractors.from_torch("dinov2_vitl14_pretrain.pth")
        keras_gan_zoo.evaluate(model, images, ["fd_dinov2"], extractor=extractor)
        ```
    """
    check_image_size(size)
    path = pathlib.Path(path)
    state = tensor_files.read(path, LARGEST)
    state = tensor_files.without_prefixes(state, PREFIXES)
    find = _clip if _is_clip(state) else _dinov2
    try:
        architecture, state, defaults = find(state, size, heads, activation)
        network = vision_transformer(architecture, state)
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(
            f"The network in {path} cannot be made. {error} Known are DINOv2 (ViT-S, "
            "-B and -L) and CLIP with a ViT; other networks can be exported for "
            "from_onnx, or wrapped by from_keras."
        ) from error
    check_finite_weights(network, f"The file {path}")
    prepare = Preparation(
        architecture.image_size,
        resize or defaults.resize,
        normalization or defaults.normalization,
    )
    return Extractor(
        name or architecture.name,
        predictor(network, prepare, batch_size),
        sha256=presets.sha256_of(path),
        preparation=str(prepare),
    )


def _is_clip(state):
    return any(name.startswith(("visual.", "vision_model.")) for name in state)


def _dinov2(state, size, heads, activation):
    """Architecture, arrays by our names, and how images are prepared."""
    is_of_transformers = "embeddings.cls_token" in state
    names = DINOV2_OF_TRANSFORMERS if is_of_transformers else DINOV2
    state = _joined(renamed(state, names))
    for wide in ("positions", "registers"):
        if wide in state:
            state[wide] = state[wide].reshape(state[wide].shape[-2:])
    has_registers = "registers" in state
    facts = _facts("dinov2", state, size or (224, 224), heads)
    architecture = Architecture(
        activation=_known(activation or "gelu"),
        epsilon=1e-6,
        registers=len(state["registers"]) if has_registers else 0,
        is_scaled="blocks.0.scale1" in state,
        # As in its authors' code, which adds it against rounding.
        offset=0.0 if has_registers else 0.1,
        **facts,
    )
    return architecture, state, Preparation(normalization="imagenet")


def _clip(state, size, heads, activation):
    """Architecture, arrays by our names, and how images are prepared."""
    if "visual.proj" in state:
        names, tower = CLIP, "visual."
    else:
        names, tower = CLIP_OF_TRANSFORMERS, "vision_model."
    own = {n.removeprefix(tower): a for n, a in state.items() if n.startswith(tower)}
    own = _joined(renamed(own, names))
    if "projection" in own:
        own["projection.weight"] = own.pop("projection").T
    elif "visual_projection.weight" in state:
        own["projection.weight"] = state["visual_projection.weight"]
    projection = own.get("projection.weight")
    architecture = Architecture(
        activation=_known(activation or "quick_gelu"),
        epsilon=1e-5,
        has_patch_bias=False,
        is_normalized_first=True,
        projection=None if projection is None else len(projection),
        **_facts("clip", own, size, heads),
    )
    return architecture, own, Preparation(resize="bicubic", normalization="clip")


def _joined(state):
    """Queries, keys and values as one array, and without what is not used."""
    state = {name: array for name, array in state.items() if name not in UNUSED}
    for i in range(count(state, r"blocks\.(\d+)\.norm1\.weight")):
        for kind in ("weight", "bias"):
            for triple in (("query", "key", "value"), ("q", "k", "v")):
                parts = [f"blocks.{i}.{part}.{kind}" for part in triple]
                if state.keys() >= set(parts):
                    joined = np.concatenate([state.pop(part) for part in parts])
                    state[f"blocks.{i}.qkv.{kind}"] = joined
    if "class_token" in state:
        state["class_token"] = state["class_token"].reshape(-1)
    return state


def _facts(family, state, size, heads):
    """What the shapes say of any vision transformer."""
    missing = {"patch.weight", "positions", "class_token"} - state.keys()
    depth = count(state, r"blocks\.(\d+)\.norm1\.weight")
    if missing or not depth:
        raise ValueError(f"It holds {len(state)} arrays, such as {list(state)[:5]}.")
    width, _, _, patch = state["patch.weight"].shape
    grid = math.isqrt(len(state["positions"]) - 1)
    native = grid * patch
    size = tuple(size or (native, native))
    if len(size) != 2 or any(side < 1 or side % patch for side in size):
        raise ValueError(
            f"Its patches have {patch} pixels, so height and width must be multiples "
            f"of them. Received: size={size}."
        )
    heads = heads or max(width // 64, 1)
    if width % heads:
        raise ValueError(
            f"Its {width} values a token are no multiple of heads={heads}."
        )
    marks = f"vit{LETTERS.get(width, f'_{width}x{depth}_')}{patch}"
    marks += f"_reg{len(state['registers'])}" if "registers" in state else ""
    shown = f"_{size[0]}" if size != (224, 224) else ""
    return {
        "name": f"{family}_{marks}{shown}",
        "image_size": size,
        "patch": patch,
        "grid": grid,
        "width": width,
        "depth": depth,
        "heads": heads,
        "hidden": len(state["blocks.0.fc1.weight"]),
    }


def _known(activation):
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"activation must be one of {list(ACTIVATIONS)}. Received: {activation!r}."
        )
    return activation
