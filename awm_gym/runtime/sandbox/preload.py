"""Loads in the parent what a confined child could no longer load: libraries of the system, tables, caches.

Everything else that generated code imports lazily stays readable (`paths.py`), so this is short: modules of the
standard library that are linked with system libraries, the package with time zones, the MIME table from /etc, and
the listings of the folders on `sys.path`, which the child may not list.
"""

import contextlib
import importlib
import importlib.util
import mimetypes

_WANTED = ("bz2", "ctypes", "decimal", "hashlib", "lzma", "sqlite3", "ssl", "tzdata", "uuid", "zlib")


def preload() -> None:
    """Load it all; a second call costs nothing."""
    for name in _WANTED:
        with contextlib.suppress(ImportError):  # not installed, or a Python built without it
            importlib.import_module(name)
    if not mimetypes.inited:
        mimetypes.init()
    importlib.util.find_spec("awm_gym_looks_everywhere")  # a search that fails has listed every folder
