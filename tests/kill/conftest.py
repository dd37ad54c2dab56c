"""The processes of `tests/python/running.py`, and the package."""

from __future__ import annotations

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "workers/python"), str(ROOT / "tests/python")]
