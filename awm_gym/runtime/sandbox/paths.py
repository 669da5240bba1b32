"""Which files a confined process may read: Python, the packages in use, time zones, and two devices.

Landlock has no rule that denies, and the library's own entries, with verifiers and gold solutions, usually
lie below site-packages, which often lies below the standard library. So neither is granted as a whole: of
site-packages come the packages that are imported when the policy is prepared (so that what they import
lazily still loads) with their metadata; the standard library comes without the site-packages in it; and a
folder with something hidden in it is taken apart (`carve`). System libraries are not granted at all:
`preload.py` has loaded what could be needed of them.
"""

import os
import sys
import zoneinfo
from collections.abc import Iterable, Iterator

LIBRARY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
"""The folder of the package `awm_gym`, whose wheel carries the bundled entries."""

_SITE_NAMES = ("site-packages", "dist-packages")
DEVICES_READ = ("/dev/urandom",)
DEVICES_WRITE = ("/dev/null",)


def below(path: str, folders: Iterable[str]) -> bool:
    """Say whether a real path is one of these real paths, or lies below one."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def carve(path: str, hidden: tuple[str, ...]) -> Iterator[str]:
    """Yield the fewest paths that together cover everything below one but the hidden ones.

    Args:
        path: a file or folder that exists.
        hidden: real paths to leave out.

    Yields:
        Real paths.
    """
    real = os.path.realpath(path)
    if below(real, hidden):
        return
    if not any(below(secret, (real,)) for secret in hidden):
        yield real
        return
    for name in sorted(os.listdir(real)):
        child = os.path.join(real, name)
        if os.path.exists(child):
            yield from carve(child, hidden)


def site_folders() -> tuple[str, ...]:
    """Return the folders of `sys.path` that hold installed packages, as real paths."""
    folders = (path for path in sys.path if os.path.basename(path.rstrip("/")) in _SITE_NAMES)
    return tuple(dict.fromkeys(os.path.realpath(path) for path in folders if os.path.isdir(path)))


def stdlib_folder() -> str:
    """Return the folder of the standard library, as a real path."""
    return os.path.dirname(os.path.realpath(os.__file__))


def zone_folders() -> tuple[str, ...]:
    """Return the folders with the system's time zones, as real paths."""
    return tuple(dict.fromkeys(os.path.realpath(path) for path in zoneinfo.TZPATH if os.path.isdir(path)))


def python_folders() -> tuple[str, ...]:
    """Return the few folders in which all of `python_files` lie, and more beside them."""
    return (stdlib_folder(), *site_folders(), *zone_folders())


def python_files(hidden: tuple[str, ...]) -> tuple[str, ...]:
    """Return what Python and the packages imported so far may still need to read, in the fewest paths.

    Args:
        hidden: real paths to leave out.
    """
    stdlib = stdlib_folder()
    inner_sites = tuple(os.path.join(stdlib, name) for name in _SITE_NAMES)
    found = list(carve(stdlib, (*hidden, *inner_sites)))
    for path in (*_packages(site_folders()), *zone_folders()):
        found += carve(path, hidden)
    return tuple(dict.fromkeys(found))


def _packages(sites: tuple[str, ...]) -> Iterator[str]:
    imported = set()
    for name, module in list(sys.modules.items()):
        if "." in name:
            continue
        places = [*(getattr(module, "__path__", None) or ()), getattr(module, "__file__", None)]
        for place in places:
            if isinstance(place, str) and os.path.dirname(os.path.realpath(place)) in sites:
                imported.add(name.lower())
                yield place
    for site in sites:
        for entry in os.listdir(site):
            name, _, rest = entry.lower().partition("-")
            if name in imported and rest.endswith((".dist-info", ".egg-info")):
                yield os.path.join(site, entry)
