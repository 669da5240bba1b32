"""Loads in the parent what a confined child could no longer load: libraries of the system, tables, caches.

Everything else that generated code imports lazily stays readable (`paths.py`), so this is short: the
modules of the standard library that are linked with system libraries, libgcc (which the C library opens
when a thread ends), the MIME table from /etc, and the listings of the folders on `sys.path`, which the
child may not list.
"""

import contextlib
import ctypes
import importlib
import importlib.metadata
import importlib.util
import mimetypes

from awm_gym.runtime.sandbox import libc

_LINKED = ("bz2", "ctypes", "decimal", "hashlib", "lzma", "sqlite3", "ssl", "uuid", "zlib")
_NO_SUCH = "awm_gym_looks_everywhere"


def preload() -> None:
    """Load it all; a second call costs nothing."""
    for name in _LINKED:
        with contextlib.suppress(ImportError):  # a Python built without it
            importlib.import_module(name)
    if libc.LINUX:
        with contextlib.suppress(OSError):
            ctypes.CDLL("libgcc_s.so.1")
    if not mimetypes.inited:
        mimetypes.init()
    importlib.util.find_spec(_NO_SUCH)  # a search that fails has listed every folder
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        importlib.metadata.distribution(_NO_SUCH)
