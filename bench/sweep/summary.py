"""The end of a sweep: how many jobs came to what, in numbers, in words and as an exit status."""

import signal
from dataclasses import dataclass, field
from pathlib import Path

TIME = "time"


@dataclass(frozen=True)
class Summary:
    """The end of a sweep, in numbers.

    Attributes:
        ran: jobs that were run now, to whatever end.
        failed: of those, the ones that did not succeed.
        finished: jobs that needed nothing.
        elsewhere: jobs that another run on the same store has done meanwhile.
        left: jobs that failed in an earlier run and were left alone, by way of failing.
        undone: jobs that were not run, or not to their end, because the sweep was stopped.
        stopped: what stopped it: "time" for its time limit, or the name of a signal such as "SIGTERM"; None where it
            came to its end.
    """

    ran: int = 0
    failed: int = 0
    finished: int = 0
    elsewhere: int = 0
    left: dict[str, int] = field(default_factory=dict)
    undone: int = 0
    stopped: str | None = None

    @property
    def exit_status(self) -> int:
        """0, or 1 where jobs failed, 3 at the time limit, 128 + the number of a signal that stopped the sweep."""
        if self.stopped == TIME:
            return 3
        if self.stopped is not None:
            return 128 + signal.Signals[self.stopped]
        return 1 if self.failed or self.left else 0

    def sentences(self, out: str | Path) -> list[str]:
        """Return what there is to say of a sweep on the store `out`, a line each."""
        lines = []
        if self.ran:
            lines.append(
                f"{self.ran - self.failed} jobs ok, {self.failed} failed, {self.finished} were finished before"
            )
        elif not self.undone and not self.left and not self.elsewhere:
            lines.append(f"nothing to do: all {self.finished} jobs are finished in {out}")
        if self.elsewhere:
            lines.append(f"{self.elsewhere} jobs were done by another run on {out}")
        if self.left:
            kinds = ", ".join(f"{count} {status}" for status, count in self.left.items())
            lines.append(f"left alone: {kinds}; --retry {','.join(self.left)} runs them again")
        if self.stopped is not None:
            why = "the time limit" if self.stopped == TIME else self.stopped
            lines.append(f"stopped by {why} with {self.undone} jobs to do; the same command goes on from here")
        return lines
