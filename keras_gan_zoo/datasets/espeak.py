"""The speech synthesizer eSpeak NG, in a process of its own.

It remembers what it has said, and the same word sounds a little different after another
one. Only a fresh process says the same again, so this file is also the script that runs
in one: requests as JSON from the standard input, waves to the standard output.
"""

import contextlib
import ctypes
import ctypes.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np

INSTALL = "apt-get install espeak-ng (or brew install espeak-ng)"
LIBRARY = "libespeak-ng.so.1"  # where the system has no list of its libraries
LENGTH = np.dtype("<i4")  # of the numbers before each wave
SAMPLES = np.dtype("<i2")
# Of its interface.
TO_CALLBACK, UTF_8, SPEED, PITCH = 2, 1, 1, 3


def say_all(requests) -> Iterator[tuple[np.ndarray, int]]:
    """Has words said, one after the other.

    Args:
        requests: List of (word, voice, pitch, speed): the pitch in 0 to 99, the speed
            in words a minute.

    Yields:
        Of each an int16 array (samples,), and how many samples there are in a second.

    Raises:
        FileNotFoundError: If eSpeak NG is not installed, or has no such voice.
    """
    with _started() as process:
        # One that ended before it had read says why when its answer is read.
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(json.dumps(requests).encode())
        try:
            for _ in requests:
                rate, samples = _read(process, LENGTH, 2)
                yield _read(process, SAMPLES, samples), int(rate)
        finally:
            process.kill()


def _started():
    return subprocess.Popen(
        [sys.executable, "-P", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _read(process, dtype, num):
    data = process.stdout.read(num * dtype.itemsize)
    if len(data) < num * dtype.itemsize:
        words = process.stderr.read().decode(errors="replace").strip()
        raise FileNotFoundError(
            "These sounds are made by eSpeak NG, which did not answer "
            f"({words.rpartition(chr(10))[2]}). Install version 1.51 or later with: "
            f"{INSTALL}"
        )
    return np.frombuffer(data, dtype)


def main() -> None:
    """Answers the requests."""
    # What the library may print must not come between the waves.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    name = ctypes.util.find_library("espeak-ng") or LIBRARY
    library, heard = ctypes.CDLL(name), []

    @ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
    )
    def hear(samples, num, events):
        if samples and num > 0:
            heard.append(ctypes.string_at(samples, num * SAMPLES.itemsize))
        return 0

    rate = library.espeak_Initialize(TO_CALLBACK, 0, None, 0)
    library.espeak_SetSynthCallback(hear)
    for word, voice, pitch, speed in json.load(sys.stdin):
        if rate <= 0 or library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"no voice {voice!r}")
        library.espeak_SetParameter(SPEED, speed, 0)
        library.espeak_SetParameter(PITCH, pitch, 0)
        text, nothing = word.encode() + b"\0", (None, None)
        library.espeak_Synth(text, len(text), 0, 1, 0, UTF_8, *nothing)
        library.espeak_Synchronize()
        wave = b"".join(heard)
        heard.clear()
        numbers = np.array([rate, len(wave) // SAMPLES.itemsize], LENGTH)
        answers.write(numbers.tobytes() + wave)
    answers.close()


if __name__ == "__main__":
    main()
