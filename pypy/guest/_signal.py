"""signal of a translated PyPy: no handler of the script can ever run, for its interpreter does nothing but ask and compute.

A signal that is sent to it has its default action. Handlers are kept and told of again, and are not called.
"""
import sys

SIG_DFL, SIG_IGN = 0, 1
(SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM,
 SIGTERM, SIGSTKFLT, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF,
 SIGWINCH, SIGIO, SIGPWR, SIGSYS) = range(1, 32)
SIGIOT, SIGCLD, SIGPOLL = SIGABRT, SIGCHLD, SIGIO
NSIG = 65
if sys.platform == 'darwin':
    # xnu, bsd/sys/signal.h
    SIGEMT, SIGBUS, SIGSYS, SIGURG, SIGSTOP, SIGTSTP, SIGCONT, SIGCHLD, SIGIO, SIGINFO, SIGUSR1, SIGUSR2 = (
        7, 10, 12, 16, 17, 18, 19, 20, 23, 29, 30, 31)
    NSIG = 32
    del SIGSTKFLT, SIGCLD, SIGPOLL, SIGPWR

_handlers = {}


def default_int_handler(*args):
    raise KeyboardInterrupt


def signal(signalnum, handler):
    if not 1 <= signalnum < NSIG:
        raise ValueError('signal number out of range')
    if signalnum in (SIGKILL, SIGSTOP):
        raise OSError(22, 'Invalid argument')
    before = getsignal(signalnum)
    _handlers[signalnum] = handler
    return before


def getsignal(signalnum):
    return _handlers.get(signalnum, default_int_handler if signalnum == SIGINT else SIG_DFL)


def set_wakeup_fd(fd, warn_on_full_buffer=True):
    return -1


def siginterrupt(signalnum, flag):
    pass


def valid_signals():
    return set(range(1, NSIG))


ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF = 0, 1, 2
ItimerError = OSError
_NONE = 'this interpreter cannot be told of a signal; run the script without --runtime translated'


def alarm(seconds):
    if seconds:
        raise OSError(38, _NONE)
    return 0


def getitimer(which):
    return 0.0, 0.0


def setitimer(which, seconds, interval=0.0):
    if seconds or interval:
        raise OSError(38, _NONE)
    return 0.0, 0.0


def pause():
    raise OSError(38, _NONE)
