"""select(2) and poll(2) of a translated PyPy, which has neither: the controller is asked over a made-up device."""
import json
import os
import time

error = OSError

POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL = 1, 2, 4, 8, 16, 32
PIPE_BUF = 4096

_DEVICE = '/dev/approve-run/poll'
_LONGEST_NAP = 0.01


def _ask(wanted):
    """[(fd, events)] that hold now, of [(fd, events)]."""
    device = os.open(_DEVICE, os.O_RDWR)
    try:
        os.write(device, json.dumps(wanted).encode('ascii') + b'\n')
        answer = b''
        while not answer.endswith(b'\n'):
            answer += os.read(device, 65536)
    finally:
        os.close(device)
    return [(fd, events) for fd, events in json.loads(answer.decode('ascii'))]


def _wait(wanted, seconds):
    """Asks again until something holds or the time (None: none) is over."""
    until = None if seconds is None else time.monotonic() + seconds
    nap = 0.0005
    while True:
        ready = _ask(wanted)
        if ready:
            return ready
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                return []
            nap = min(nap, left)
        time.sleep(nap)
        nap = min(nap * 2, _LONGEST_NAP)


def _number(file):
    fd = file if isinstance(file, int) else file.fileno()
    if fd < 0:
        raise ValueError('file descriptor cannot be a negative integer (%i)' % fd)
    return fd


def select(rlist, wlist, xlist, timeout=None):
    if timeout is not None and timeout < 0:
        raise ValueError('timeout must be non-negative')
    wanted = {}
    for files, events in ((rlist, POLLIN), (wlist, POLLOUT), (xlist, POLLPRI)):
        for file in files:
            wanted[_number(file)] = wanted.get(_number(file), 0) | events
    ready = dict(_wait(sorted(wanted.items()), timeout))
    if any(events & POLLNVAL for events in ready.values()):
        raise OSError(9, os.strerror(9))

    def those(files, events):
        return [file for file in files if ready.get(_number(file), 0) & events]

    return those(rlist, POLLIN | POLLHUP | POLLERR), those(wlist, POLLOUT | POLLERR), those(xlist, POLLPRI)


class poll:
    def __init__(self):
        self._wanted = {}

    def register(self, fd, eventmask=POLLIN | POLLPRI | POLLOUT):
        self._wanted[_number(fd)] = eventmask

    def modify(self, fd, eventmask):
        if _number(fd) not in self._wanted:
            raise OSError(2, os.strerror(2))
        self._wanted[_number(fd)] = eventmask

    def unregister(self, fd):
        del self._wanted[_number(fd)]

    def poll(self, timeout=None):
        """`timeout` in milliseconds; None or negative: none."""
        seconds = None if timeout is None or timeout < 0 else timeout / 1000
        return _wait(sorted(self._wanted.items()), seconds)
