"""_thread where the interpreter has none: there is one thread, so its locks are true, and a second thread cannot be started."""
import sys
import time

error = RuntimeError
TIMEOUT_MAX = 4294967.0

_PRESENT = 1
_sentinels = []


class LockType(object):
    """A lock of the one thread there is. What would wait for ever says so in place of standing still."""

    def __init__(self):
        self._locked = False

    def acquire(self, blocking=True, timeout=-1):
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError('timeout value must be positive')
        if not self._locked:
            self._locked = True
            return True
        if blocking and timeout == -1:
            raise RuntimeError('this lock would wait for ever: the interpreter has one thread, which holds it')
        if blocking:
            time.sleep(timeout)
        return False

    def release(self):
        if not self._locked:
            raise RuntimeError('release unlocked lock')
        self._locked = False

    def locked(self):
        return self._locked

    def __enter__(self):
        self.acquire()
        return True

    def __exit__(self, *exc):
        self.release()

    def _at_fork_reinit(self):
        self._locked = False

    acquire_lock, release_lock, locked_lock = acquire, release, locked


class RLock(object):
    def __init__(self):
        self._count = 0

    def acquire(self, blocking=True, timeout=-1):
        self._count += 1
        return True

    def release(self):
        if self._count == 0:
            raise RuntimeError('cannot release un-acquired lock')
        self._count -= 1

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc):
        self.release()

    def _is_owned(self):
        return self._count > 0

    def _release_save(self):
        count, self._count = self._count, 0
        return count, _PRESENT

    def _acquire_restore(self, state):
        self._count = state[0]


def allocate_lock():
    return LockType()


allocate = allocate_lock


def _set_sentinel():
    """The lock that says that the thread lives. It is released at the end: threading joins the main thread so."""
    lock = LockType()
    _sentinels.append(lock)
    return lock


def start_new_thread(function, args, kwargs={}):
    raise RuntimeError("can't start new thread: this interpreter has one; run the script without --runtime translated")


start_new = start_new_thread


def get_ident():
    return _PRESENT


def exit():
    raise SystemExit


exit_thread = exit


def interrupt_main(signum=2):
    raise KeyboardInterrupt


def stack_size(size=0):
    return 0


def _count():
    return 0
