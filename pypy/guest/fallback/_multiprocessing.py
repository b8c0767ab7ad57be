"""_multiprocessing where the interpreter has none: asyncio and concurrent.futures import it, and need nothing of it."""

_NONE = 'this interpreter has one process, and none to share a lock with; run the script without --runtime translated'
flags = {}


class SemLock(object):
    SEM_VALUE_MAX = 0x7FFFFFFF

    def __init__(self, *args):
        raise OSError(38, _NONE)


def sem_unlink(name):
    raise OSError(38, _NONE)
