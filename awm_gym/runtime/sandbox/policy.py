"""What a process may do (`Policy`), and which walls really stand around it (`Report`): frozen models."""

from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

LayerName = Literal["inheritance", "privileges", "limits", "landlock", "seccomp", "audit"]

LAYERS: tuple[LayerName, ...] = get_args(LayerName)
"""Every layer, in the order in which `confine` puts them up."""

_MIB = 2**20


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Policy(_Frozen):
    """What a confined process may still do.

    Attributes:
        read: files and folders it may read, beside Python itself and the installed packages that are
            imported when the policy is prepared.
        write: folders it may read and write. The first becomes its working and its temporary folder.
        hidden: files and folders it may not read even where they lie below a readable one. The package
            `awm_gym` with the bundled entries is always among them.
        environ: names of the environment variables that it keeps.
        memory: bytes of address space it may map beyond what it holds when it is confined. Every thread
            takes its stack (8 MiB, as a rule) from that.
        cpu: seconds of CPU time in its whole life, or None for a process that lives long.
        file_size: bytes of the largest file it may write.
        open_files: the number of descriptors it may hold.
        threads: whether it may start threads.
        die_with_parent: kill it when the thread that forked it ends.
        strict: refuse to go on where one of the layers is missing.
        layers: the layers to put up.
    """

    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    environ: tuple[str, ...] = ()
    memory: int | None = 512 * _MIB
    cpu: int | None = None
    file_size: int = 64 * _MIB
    open_files: int = 256
    threads: bool = True
    die_with_parent: bool = True
    strict: bool = False
    layers: frozenset[LayerName] = frozenset(LAYERS)


class Layer(_Frozen):
    """One layer: whether it stands in full, and what it covers or why it does not."""

    name: LayerName
    active: bool
    detail: str


class Report(_Frozen):
    """Which layers stand, or could stand on this machine."""

    layers: tuple[Layer, ...]

    @property
    def missing(self) -> tuple[Layer, ...]:
        """The layers that do not stand, or not in full."""
        return tuple(layer for layer in self.layers if not layer.active)

    def __str__(self) -> str:
        return "\n".join(
            f"{layer.name:<12} {'active ' if layer.active else 'missing'}  {layer.detail}" for layer in self.layers
        )
