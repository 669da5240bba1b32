"""Folders that generated code has written in: how much is there, and away with it.

Nothing about them is taken for granted: they may be deeper than a recursion or a path may be long, hold a million
empty files, or be closed to reading.
"""

import contextlib
import os

_MAX_DEPTH = 32


def exceeds(folder: str, max_bytes: int, max_files: int) -> bool:
    """Say whether a folder holds more than is allowed; looks at no more files than that.

    Args:
        folder: its path.
        max_bytes: what all files together may have.
        max_files: how many files and folders there may be.
    """
    files = size = 0
    folders = [(folder, 0)]
    while folders:
        path, depth = folders.pop()
        try:
            with os.scandir(path) as found:
                for item in found:
                    files += 1
                    size += item.stat(follow_symlinks=False).st_size
                    if item.is_dir(follow_symlinks=False):
                        folders.append((item.path, depth + 1))
                    if files > max_files or size > max_bytes or depth > _MAX_DEPTH:
                        return True
        except OSError:
            continue  # it is just being removed
    return False


def remove(folder: str) -> None:
    """Remove a folder and all that is in it, as far as the system lets it.

    A folder inside is first brought up beside the outermost one, so that no path ever grows.

    Args:
        folder: its path; names that begin with it are free to use.
    """
    moved = 0
    folders = [folder]
    while folders:
        path = folders.pop()
        with contextlib.suppress(OSError):
            os.chmod(path, 0o700)
            with os.scandir(path) as found:
                items = list(found)
            for item in items:
                if item.is_dir(follow_symlinks=False):
                    moved += 1
                    lifted = f"{folder}~{moved}"
                    with contextlib.suppress(OSError):
                        os.chmod(item.path, 0o700)
                        os.rename(item.path, lifted)
                        folders.append(lifted)
                else:
                    os.unlink(item.path)
            os.rmdir(path)
