"""Runs before the script in a translated PyPy: puts our modules before the interpreter's own, and says which Python a script needs.

A translated PyPy has no processes, threads, signals, select or csv of its own. What stands in for them is in this folder.
Nothing here is trusted: whatever the script changes, each effect is still judged by the controller.
"""
import os
import sys

_folder = os.path.dirname(os.path.abspath(__file__))


class _Ours:
    """Finds the modules of this folder, also where a built-in one has the same name."""

    names = frozenset(
        name[:-3] for name in os.listdir(_folder) if name.endswith('.py') and name != 'sitecustomize.py'
    )

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in cls.names:
            return None
        from importlib.util import spec_from_file_location

        return spec_from_file_location(name, os.path.join(_folder, name + '.py'))


def _tidy():
    sys.meta_path.insert(0, _Ours)
    sys.path[:] = [entry for entry in sys.path if entry != _folder]
    # The script and what it starts see the environment that the policy gives them.
    rest = [entry for entry in os.environ.get('PYTHONPATH', '').split(':') if entry and entry != _folder]
    if rest:
        os.environ['PYTHONPATH'] = ':'.join(rest)
    else:
        os.environ.pop('PYTHONPATH', None)


# What a line of code that does not compile may be a sign of: (needs at least, regular expression, words).
_SIGNS = (
    ((3, 12), r'^\s*type\s+\w+(\[.*\])?\s*=', 'a type statement'),
    ((3, 11), r'^\s*except\s*\*', 'except*'),
    ((3, 10), r'^\s*(match\s+.+|case\s+.+):\s*(#.*)?$', 'match'),
    ((3, 10), r'^\s*(async\s+)?with\s*\($', 'with in parentheses'),
    ((3, 9), r'^\s*@(?![\w.]+(\(.*\))?\s*$)', 'any expression as a decorator'),
    ((3, 8), r':=', 'an assignment expression (:=)'),
    ((3, 8), r'def\s+\w+\(.*(,\s*|\()/\s*[,)]', 'positional-only parameters'),
    ((3, 8), r'''\b[rR]?[fF][rR]?(['"]).*\{[^{}]*=[!:]?\w*\}''', "an f-string with '='"),
    ((3, 7), r'^\s*from\s+__future__\s+import\s+.*annotations', 'postponed annotations'),
)


def _needed(line, version):
    import re

    for needs, pattern, what in _SIGNS:
        if needs > version and re.search(pattern, line):
            return needs, what
    return None


def _hook(kind, error, trace, usual=sys.excepthook):
    usual(kind, error, trace)
    if not issubclass(kind, SyntaxError) or not error.lineno:
        return
    line = error.text or ''
    found = _needed(line, sys.version_info[:2])
    if found is not None:
        (major, minor), what = found
        sys.stderr.write(
            'approve-run: this script needs Python %d.%d (line %d: %s); this interpreter is %d.%d: '
            'run it without --runtime translated\n' % ((major, minor, error.lineno, what) + sys.version_info[:2])
        )


_tidy()
sys.excepthook = _hook
