"""fork and exec in one, for the standard library's subprocess, where the interpreter itself cannot fork.

The controller makes the child: it is asked over a made-up device, and waitpid(2) waits for what it made.
"""
import json
import os

_DEVICE = '/dev/approve-run/spawn'


def _text(word):
    """Bytes as one character each: a name need not be UTF-8."""
    return os.fsencode(word).decode('latin-1')


def _spawn(request):
    """The child's pid; raises OSError where the command could not be started."""
    device = os.open(_DEVICE, os.O_RDWR)
    try:
        data = json.dumps(request).encode('ascii') + b'\n'
        while data:
            data = data[os.write(device, data) :]
        answer = json.loads(os.read(device, 256).decode('ascii'))
    finally:
        os.close(device)
    if 'errno' in answer:
        raise OSError(answer['errno'], os.strerror(answer['errno']))
    return answer['pid']


def fork_exec(args, executable_list, close_fds, fds_to_keep, cwd, env_list, p2cread, p2cwrite, c2pread, c2pwrite,
              errread, errwrite, errpipe_read, errpipe_write, *rest):
    """As in CPython's Modules/_posixsubprocess.c; descriptors beyond 0, 1 and 2 are not passed on."""
    preexec_fn = rest[-1] if rest else None
    if preexec_fn is not None:
        raise RuntimeError('preexec_fn needs fork, which this interpreter does not have')
    if set(fds_to_keep) - {errpipe_write}:
        raise RuntimeError('pass_fds: a command gets no descriptors but 0, 1 and 2')
    if any(b'\0' in os.fsencode(word) for word in args):
        raise ValueError('embedded null byte')
    if env_list is None:
        env_list = [os.fsencode(name) + b'=' + os.fsencode(value) for name, value in os.environ.items()]
    fds = [p2cread if p2cread != -1 else 0, c2pwrite if c2pwrite != -1 else 1, errwrite if errwrite != -1 else 2]
    request = {
        'argv': [_text(word) for word in args],
        'env': [_text(entry) for entry in env_list],
        'fds': fds,
    }
    if cwd is not None:
        request['cwd'] = _text(cwd)
    programs = [_text(program) for program in executable_list]
    request['programs'] = [program if '/' in program else './' + program for program in programs]
    try:
        return _spawn(request)
    except OSError as error:
        # What the child of a real fork writes there: subprocess makes the exception of it.
        noexec = 'noexec' if cwd is not None and not os.path.isdir(cwd) else ''
        os.write(errpipe_write, ('OSError:%x:%s' % (error.errno, noexec)).encode('ascii'))
        return _NOBODY


# A number that no process has: waitpid of it is ECHILD, which subprocess expects after a failure.
_NOBODY = 0x7FFFFFFF


def cloexec_pipe():
    return os.pipe()
