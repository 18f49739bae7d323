"""Load by wrk: so many connections that ask again as soon as they are answered, each answer looked at."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

# Counted where the answers arrive: a wrong one is as bad as none.
SCRIPT = """\
wrong = 0
function response(status, headers, body)
   if status ~= 200 or body ~= EXPECTED then wrong = wrong + 1 end
end
function setup(thread) only = thread end
function done(summary)
   local e = summary.errors
   local failed = e.connect + e.read + e.write + e.timeout
   io.write(string.format('{"answers": %d, "wrong": %d}\\n', summary.requests, failed + only:get("wrong")))
end
"""


class WrongAnswers(Exception):
    """Something else came than was asked for."""


@dataclass(frozen=True)
class Load:
    """Asks with `token`; every answer must be 200 and exactly `expected`."""

    folder: Path
    token: str
    expected: str

    async def on(self, url: str, seconds: float, connections: int) -> int:
        """How many were answered."""
        script = self.folder / "load.lua"
        script.write_text(f"EXPECTED = {json.dumps(self.expected)}\n{SCRIPT}", encoding="utf-8")
        bounds = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
        running = await asyncio.create_subprocess_exec(
            *("wrk", *bounds, "-s", str(script), "-H", f"Authorization: Bearer {self.token}", url),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await running.communicate()
        counted = json.loads(output.decode().splitlines()[-1])
        if counted["wrong"]:
            raise WrongAnswers(f"{counted['wrong']} of {counted['answers']} from {url}")
        return int(counted["answers"])
