"""What every script here uses: prints what a call gives, or the error by its name. Nothing that differs from run to run."""
import errno
import sys


def name(error):
    if isinstance(error, OSError) and error.errno is not None:
        return '%s %s' % (type(error).__name__, errno.errorcode.get(error.errno, error.errno))
    return '%s: %s' % (type(error).__name__, error)


def show(label, call, *args, **more):
    """Prints and returns the result of the call; None when it failed."""
    try:
        result = call(*args, **more)
    except Exception as error:
        print(label, '->', name(error))
        sys.stdout.flush()
        return None
    print(label, '->', repr(result))
    sys.stdout.flush()
    return result


def quiet(label, call, *args, **more):
    """As show, for results that differ from run to run: tells only whether it worked."""
    try:
        result = call(*args, **more)
    except Exception as error:
        print(label, '->', name(error))
        sys.stdout.flush()
        return None
    print(label, '-> ok')
    sys.stdout.flush()
    return result


def put(path, data=b'', mode='wb'):
    if isinstance(data, str):
        data = data.encode()
    with open(path, mode) as file:
        file.write(data)


def get(path):
    with open(path, 'rb') as file:
        return file.read()
