"""Exports each model on each backend in each format, and writes what came of it.

    pip install -e ".[tensorflow,jax,torch,export]"
    python benchmarks/exports.py

The models are those of tests/golden.py, small, with weights that give their samples
contrast. Each backend runs in a process of its own; the tables go to
docs/benchmarks/exports.md. `--formats` and `--models` leave some out, and print alone.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks" / "exports.md"
BACKENDS = ("tensorflow", "jax", "torch")
FREE = ["batch", "batch, length", "batch, height, width"]  # by how many sizes are open
TITLES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def export_all(suffixes, names):
    """Exports on the running backend; prints a line of JSON for each model and format.

    Args:
        suffixes: Of the formats.
        names: Of the models; all if there are none.
    """
    import keras

    from keras_gan_zoo.backend.formats import FORMATS
    from tests import golden
    from tests.test_exporting import small

    backend = keras.config.backend()
    for suffix in suffixes:
        for name in names or golden.CASES:
            row = {"model": name, "backend": backend, "suffix": suffix}
            if backend in FORMATS[suffix].writers:
                print(json.dumps({**row, **export(small(name), suffix)}), flush=True)


def export(model, suffix):
    """What came of it: the largest difference or the error, and which axes are free."""
    specs = model.serving(model.samplers[0]).specs
    free = FREE[max(spec.shape.count(None) for spec in specs)]
    with tempfile.TemporaryDirectory() as folder:
        try:
            largest = model.export(pathlib.Path(folder) / f"model{suffix}")
        except ValueError as error:
            return {"free": free, "error": str(error)}
    return {"free": free, "largest": largest}


def measure(suffixes, names):
    """The rows of all backends, a list of dicts."""
    rows = []
    for backend in BACKENDS:
        command = [sys.executable, "-m", "benchmarks.exports", "--here"]
        command += ["--formats", *suffixes, "--models", *names]
        run = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "KERAS_BACKEND": backend},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        rows += [json.loads(x) for x in run.stdout.splitlines() if x.startswith("{")]
    return rows


def tables(rows):
    """A table of ONNX, and one of the other formats, in Markdown."""
    names = list(dict.fromkeys(row["model"] for row in rows))
    columns = list(dict.fromkeys((row["suffix"], row["backend"]) for row in rows))
    known = {(r["model"], r["suffix"], r["backend"]): r for r in rows}
    parts = []
    for title, chosen in [
        ("ONNX", [c for c in columns if c[0] == ".onnx"]),
        ("Other formats", [c for c in columns if c[0] != ".onnx"]),
    ]:
        heads = [f"{s or 'SavedModel'}, {TITLES[b]}" for s, b in chosen]
        lines = [["Model", "Free", *heads], ["---"] * (2 + len(heads))]
        for name in names:
            cells = [_cell(known[name, *column]) for column in chosen]
            free = known[name, *columns[0]]["free"]
            lines.append([f"`{name}`", free, *cells])
        rows_of_page = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        parts.append(f"## {title}\n\n{rows_of_page}")
    return "\n\n".join(parts)


def _cell(row):
    return "—" if "error" in row else f"{row['largest']:.2g}"


HEAD = """# What can be exported

Written by `python benchmarks/exports.py`. A number is the largest difference between
what the exported file makes in its runtime and what the model makes, over one sample
and then three, of other sizes where these are free: in levels of 255, or of floats
where a network makes points, volumes, sounds or scores of rows. A dash stands for a
format that the exporters do not write for this model, or that its runtime does not run:
`export` then raises an error and leaves no file.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formats", nargs="*")
    parser.add_argument("--models", nargs="*", default=[])
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    suffixes = arguments.formats or [".onnx", "", ".tflite", ".xml", ".pt2"]
    if arguments.here:
        export_all(suffixes, arguments.models)
        return
    rows = measure(suffixes, arguments.models)
    for row in rows:
        if "error" in row:
            print(row["model"], row["backend"], row["suffix"], row["error"][:300])
    page = f"{HEAD}\n{tables(rows)}\n"
    print(page)
    if not (arguments.formats or arguments.models):
        PAGE.write_text(page)


if __name__ == "__main__":
    main()
