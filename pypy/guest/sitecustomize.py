"""Runs before the script in a translated PyPy: puts our modules before the interpreter's own, and says which Python a script needs.

A translated PyPy has no processes, threads, sockets, signals, select or csv of its own. What stands in for them is in this folder, and in
fallback/ what is only taken where the interpreter has none.
Nothing here is trusted: whatever the script changes, each effect is still judged by the controller.
"""
import codecs
import os
import sys

# Not of importlib.util: that imports modules that are looked for here.
from _frozen_importlib_external import spec_from_file_location

_folder = os.path.dirname(os.path.abspath(__file__))


class _Ours:
    """Finds the modules of this folder, also where a built-in one has the same name, and says of others that there is none."""

    names = frozenset(
        name[:-3] for name in os.listdir(_folder) if name.endswith('.py') and name != 'sitecustomize.py'
    )
    # Built in elsewhere, or made of C by cffi or ctypes: PyPy's library has a file of some, which fails with words of its own.
    absent = frozenset(
        '''_bz2 _cffi_backend _continuation _crypt _ctypes _curses _curses_panel _dbm _ffi _gdbm _lsprof _lzma _multibytecodec
        _posixshmem _rawffi _sqlite3 _ssl _tkinter audioop fcntl mmap readline resource syslog termios'''.split()
    ).difference(sys.builtin_module_names)
    if '_cffi_backend' in sys.builtin_module_names:
        absent &= frozenset(('_bz2', '_lsprof', 'fcntl', 'mmap', 'termios'))

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name in cls.names:
            return spec_from_file_location(name, os.path.join(_folder, name + '.py'))
        if name in cls.absent:
            why = 'a translated PyPy has no %r; run the script without --runtime translated'
            raise ModuleNotFoundError(why % name, name=name)
        return None


class _Fallback:
    """What no other finder has: a stand-in of fallback/, or word of which Python has it."""

    folder = os.path.join(_folder, 'fallback')
    # The first Python that has it.
    newer = {
        'dataclasses': (3, 7), 'contextvars': (3, 7), 'importlib.resources': (3, 7), 'importlib.metadata': (3, 8), 'zoneinfo': (3, 9),
        'graphlib': (3, 9), 'tomllib': (3, 11),
    }

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        place = os.path.join(cls.folder, name + '.py')
        if '.' not in name and os.path.exists(place):
            return spec_from_file_location(name, place)
        if cls.newer.get(name, (3, 0)) > sys.version_info[:2]:
            why = 'No module named %r: this script needs Python %d.%d; this interpreter is %d.%d: run it without --runtime translated'
            raise ModuleNotFoundError(why % ((name,) + cls.newer[name] + sys.version_info[:2]), name=name)
        return None


def _no_fork():
    raise OSError(38, 'this interpreter cannot fork; run the script without --runtime translated')


_EAST_ASIAN = ('big5', 'cp932', 'cp949', 'cp950', 'euc_', 'gb', 'hz', 'iso2022', 'johab', 'shift_jis')


def _no_codec(name):
    """Asked last, where `encodings` has none: those of Chinese, Japanese and Korean are made of C."""
    from encodings.aliases import aliases

    plain = name.lower().replace('-', '_').replace(' ', '_')
    if aliases.get(plain, plain).startswith(_EAST_ASIAN):
        raise LookupError('a translated PyPy has no codec %r; run the script without --runtime translated' % name)
    return None


def _tidy():
    sys.meta_path.insert(0, _Ours)
    sys.meta_path.append(_Fallback)
    os.fork = os.forkpty = _no_fork
    codecs.register(_no_codec)
    sys.path[:] = [entry for entry in sys.path if entry != _folder]
    # The script and what it starts see the environment that the policy gives them.
    rest = [entry for entry in os.environ.get('PYTHONPATH', '').split(':') if entry and entry != _folder]
    if rest:
        os.environ['PYTHONPATH'] = ':'.join(rest)
    else:
        os.environ.pop('PYTHONPATH', None)


def _hook(kind, error, trace, usual=sys.excepthook):
    usual(kind, error, trace)
    from _newer_python import sign

    found = sign(kind, error, trace, sys.version_info[:2])
    if found is not None:
        (major, minor), line, what = found
        sys.stderr.write(
            'approve-run: this script needs Python %d.%d (line %d: %s); this interpreter is %d.%d: '
            'run it without --runtime translated\n' % ((major, minor, line, what) + sys.version_info[:2])
        )


_tidy()
sys.excepthook = _hook
