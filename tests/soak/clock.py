"""A wall clock that can be set, for the programs that are started with it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock of Sohoa's programs; the servers keep the true one, as machines of their own would."""

    file: Path
    library: Path

    @classmethod
    def make(cls, folder: Path) -> Clock:
        """Make a clock that shows the true time. Raises RuntimeError, which says what to do, without a C compiler."""
        clock = cls(folder / "clock", folder / "clock.so")
        clock.put(0)
        command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(clock.library), str(_SOURCE), "-ldl"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        except OSError as error:
            raise RuntimeError("There is no C compiler: install gcc and libc6-dev (scripts/bootstrap dev does).") from error
        if done.returncode:
            raise RuntimeError(f"{_SOURCE} was not built: {done.stderr[-2000:]}")
        return clock

    def environment(self) -> dict[str, str]:
        """Return the variables that put a program, and those it starts, under this clock."""
        return {"LD_PRELOAD": str(self.library), "SOAK_CLOCK": str(self.file)}

    def put(self, ahead_s: int) -> None:
        """Let the clock be so far ahead of the true one (behind, when negative), at once for all that run."""
        with self.file.open("r+b" if self.file.exists() else "wb", buffering=0) as file:
            file.write(ahead_s.to_bytes(8, "little", signed=True))
