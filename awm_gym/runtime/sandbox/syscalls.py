"""The system calls that the seccomp filter knows by number, and what it does with each.

Every call up to `KNOWN` was judged once; those not listed pass. Later ones answer ENOSYS until someone has
judged them, and programs then take the older call.
"""

from typing import Literal

Arch = Literal["x86_64", "aarch64"]

KNOWN = 463
"""The first number nobody has judged (after mseal, Linux 6.10); the same on both architectures."""

_REFUSED = """
# the network
socket 41 198 / connect 42 203 / accept 43 202 / accept4 288 242 / bind 49 200 / listen 50 201
# new processes and programs
fork 57 - / vfork 58 - / execve 59 221 / execveat 322 281 / unshare 272 97 / setns 308 268
setpgid 109 154 / setsid 112 157
# other processes
ptrace 101 117 / process_vm_readv 310 270 / process_vm_writev 311 271 / process_madvise 440 440
process_mrelease 448 448 / kcmp 312 272 / pidfd_open 434 434 / pidfd_getfd 438 438 / pidfd_send_signal 424 424
migrate_pages 256 238 / move_pages 279 239 / setpriority 141 140 / ioprio_set 251 30
sched_setparam 142 118 / sched_setscheduler 144 119 / sched_setattr 314 274 / sched_setaffinity 203 122
# who it is, and what it may use
setuid 105 146 / setgid 106 144 / setreuid 113 145 / setregid 114 143 / setresuid 117 147 / setresgid 119 149
setgroups 116 159 / setfsuid 122 151 / setfsgid 123 152 / capset 126 91 / setrlimit 160 164
personality 135 92 / seccomp 317 277 / lsm_set_self_attr 460 460
# files, where Landlock does not reach: owners, attributes, handles, devices, watches, truncation by path
chown 92 - / fchown 93 55 / lchown 94 - / fchownat 260 54 / truncate 76 45 / mknod 133 - / mknodat 259 33
setxattr 188 5 / lsetxattr 189 6 / fsetxattr 190 7 / removexattr 197 14 / lremovexattr 198 15
fremovexattr 199 16 / name_to_handle_at 303 264 / open_by_handle_at 304 265 / sync 162 81 / syncfs 306 267
inotify_init 253 - / inotify_init1 294 26 / inotify_add_watch 254 27 / fanotify_init 300 262
fanotify_mark 301 263 / quotactl 179 60 / quotactl_fd 443 443
# memory with a name, or shared with others
memfd_create 319 279 / memfd_secret 447 447 / shmget 29 194 / shmat 30 196 / shmctl 31 195 / semget 64 190
semop 65 193 / semctl 66 191 / semtimedop 220 192 / msgget 68 186 / msgsnd 69 189 / msgrcv 70 188
msgctl 71 187 / mq_open 240 180 / mq_unlink 241 181
# the kernel: mounts, modules, keys, tracing, rings, clocks, names
mount 165 40 / umount2 166 39 / pivot_root 155 41 / chroot 161 51 / open_tree 428 428 / move_mount 429 429
fsopen 430 430 / fsconfig 431 431 / fsmount 432 432 / fspick 433 433 / mount_setattr 442 442
statmount 457 457 / listmount 458 458 / init_module 175 105 / finit_module 313 273 / delete_module 176 106
kexec_load 246 104 / kexec_file_load 320 294 / reboot 169 142 / swapon 167 224 / swapoff 168 225
bpf 321 280 / userfaultfd 323 282 / perf_event_open 298 241 / lookup_dcookie 212 18 / syslog 103 116
io_uring_setup 425 425 / io_uring_enter 426 426 / io_uring_register 427 427 / io_setup 206 0
add_key 248 217 / request_key 249 218 / keyctl 250 219 / acct 163 89 / vhangup 153 58 / nfsservctl 180 42
settimeofday 164 170 / clock_settime 227 112 / adjtimex 159 171 / clock_adjtime 305 266
sethostname 170 161 / setdomainname 171 162 / iopl 172 - / ioperm 173 - / modify_ldt 154 - / uselib 134 -
_sysctl 156 - / sysfs 139 - / ustat 136 - / create_module 174 - / get_kernel_syms 177 - / query_module 178 -
"""

_PRETENDED = """
# modes and times: nothing changes, and shutil.copy still works
chmod 90 - / fchmod 91 52 / fchmodat 268 53 / fchmodat2 452 452 / utime 132 - / utimes 235 - / futimesat 261 -
utimensat 280 88
"""

_ABSENT = """
# their arguments lie in memory, where a filter cannot look; programs fall back to clone and openat
clone3 435 435 / openat2 437 437
"""

_CONDITIONAL = """
clone 56 220 / kill 62 129 / tkill 200 130 / tgkill 234 131 / rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240 / prctl 157 167 / prlimit64 302 261 / socketpair 53 199 / sendto 44 206
ioctl 16 29 / fcntl 72 25 / open 2 - / openat 257 56
"""


def refused(arch: Arch) -> dict[str, int]:
    """Return the calls that fail with EPERM, by name."""
    return _read(_REFUSED, arch)


def pretended(arch: Arch) -> dict[str, int]:
    """Return the calls that say success and do nothing, by name."""
    return _read(_PRETENDED, arch)


def absent(arch: Arch) -> dict[str, int]:
    """Return the calls that fail with ENOSYS, by name."""
    return _read(_ABSENT, arch)


def conditional(arch: Arch) -> dict[str, int]:
    """Return the calls on which the filter decides by their arguments, by name."""
    return _read(_CONDITIONAL, arch)


def _read(table: str, arch: Arch) -> dict[str, int]:
    column = 1 if arch == "x86_64" else 2
    lines = (line for line in table.splitlines() if line and not line.startswith("#"))
    cells = (cell.split() for line in lines for cell in line.split("/"))
    return {cell[0]: int(cell[column]) for cell in cells if cell[column] != "-"}
