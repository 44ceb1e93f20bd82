#!/usr/bin/env python3
"""Halts a process right before a system call, so that a test can let it, or another, die exactly there.

usage: trap.py PID kill|hold|list REGEX [COUNT]

Follows all threads of the process PID by ptrace. What changes files is written as `CALL PATH` (a rename with its new name); right before the
COUNT-th (default 1st) that REGEX matches, the process is killed, or the calling thread is held until this program ends. Prints `attached`, then
`trapped CALL PATH`; with `list` every such call, and nothing is held. When this program ends, the process goes on as if nothing had been.
"""
import ctypes
import os
import platform
import re
import signal
import struct
import sys

SEIZE, SYSCALL, DETACH, LISTEN, GET_SYSCALL_INFO = 0x4206, 24, 17, 0x4208, 0x420E
TRACE_SYSGOOD, TRACE_CLONE = 1, 8
EVENT_STOP, WAIT_ALL = 128, 0x40000000
STOPS = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)

# number: (name, index of the argument that names the file, whether it is a descriptor)
CALLS = {
    'x86_64': {
        82: ('rename', 1, False), 264: ('rename', 3, False), 316: ('rename', 3, False), 74: ('sync', 0, True), 75: ('sync', 0, True),
        18: ('write', 0, True), 87: ('unlink', 0, False), 263: ('unlink', 1, False), 86: ('link', 1, False), 265: ('link', 3, False),
        83: ('mkdir', 0, False), 258: ('mkdir', 1, False),
    },
    'aarch64': {
        38: ('rename', 3, False), 276: ('rename', 3, False), 82: ('sync', 0, True), 83: ('sync', 0, True), 68: ('write', 0, True),
        35: ('unlink', 1, False), 37: ('link', 3, False), 34: ('mkdir', 1, False),
    },
}[platform.machine()]

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


def ptrace(request, thread, address=0, data=0):
    return libc.ptrace(request, thread, address, data)


def text_at(process, address):
    with open(f'/proc/{process}/mem', 'rb', buffering=0) as memory:
        memory.seek(address)
        # One page more may not be there.
        return memory.read(min(4096, 4096 - address % 4096 or 4096)).split(b'\0', 1)[0].decode(errors='replace')


info = ctypes.create_string_buffer(96)
info_address = ctypes.addressof(info)
entry = struct.Struct('<B23x7Q')


def called(process, thread):
    if ptrace(GET_SYSCALL_INFO, thread, 96, info_address) <= 0:
        return None
    kind, number, *arguments = entry.unpack_from(info)
    if kind != 1 or number not in CALLS:
        return None
    name, index, is_descriptor = CALLS[number]
    try:
        where = os.readlink(f'/proc/{process}/fd/{arguments[index]}') if is_descriptor else text_at(process, arguments[index])
    except OSError:
        return None
    return f'{name} {where}'


def attach(process):
    known = set()
    while True:
        new = {int(entry) for entry in os.listdir(f'/proc/{process}/task')} - known
        if not new:
            return known
        for thread in new:
            if ptrace(SEIZE, thread, 0, TRACE_SYSGOOD | TRACE_CLONE) == 0:
                ptrace(0x4207, thread)  # PTRACE_INTERRUPT: it stops once, and is followed from there
            known.add(thread)


def main():
    process, action, pattern = int(sys.argv[1]), sys.argv[2], re.compile(sys.argv[3])
    left = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    attach(process)
    print('attached', flush=True)
    go_on = SYSCALL
    while True:
        try:
            thread, status = os.waitpid(-1, WAIT_ALL)
        except ChildProcessError:
            print('gone', flush=True)
            return
        if not os.WIFSTOPPED(status):
            continue
        stopped_by, event = os.WSTOPSIG(status), status >> 16
        if stopped_by == signal.SIGTRAP | 0x80:
            call = called(process, thread)
            if call and pattern.search(call):
                if action == 'list':
                    print(call, flush=True)
                else:
                    left -= 1
                    if left == 0:
                        if action == 'kill':
                            os.kill(process, signal.SIGKILL)
                        print(f'trapped {call}', flush=True)
                        go_on = DETACH  # the others are of no interest any more
                        continue  # held: this thread is not told to go on
            ptrace(go_on, thread)
        elif event == EVENT_STOP and stopped_by in STOPS:
            ptrace(LISTEN, thread)
        elif event:
            ptrace(go_on, thread)
        else:
            ptrace(go_on, thread, 0, stopped_by)


main()
