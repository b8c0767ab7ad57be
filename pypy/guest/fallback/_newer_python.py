"""Which Python a script is written for, told by the error with which it ended under an older one."""
import re

# What a line of code that does not compile may be a sign of: (needs at least, regular expression, words).
_SIGNS = (
    ((3, 12), r'^\s*type\s+\w+(\[.*\])?\s*=', 'a type statement'),
    ((3, 12), r'^\s*(async\s+def|def|class)\s+\w+\[', 'type parameters'),
    ((3, 12), r'''\b[rR]?[fF][rR]?"[^"]*\{[^}"]*"[^"]*"[^}"]*\}|\b[rR]?[fF][rR]?'[^']*\{[^}']*'[^']*'[^}']*\}''', 'quotes inside of an f-string'),
    ((3, 11), r'^\s*except\s*\*', 'except*'),
    ((3, 10), r'^\s*(match\s+.+|case\s+.+):\s*(#.*)?$', 'match'),
    ((3, 10), r'^\s*(async\s+)?with\s*\((\s*$|.*\bas\b.*\)\s*:)', 'with in parentheses'),
    ((3, 9), r'^\s*@(?![\w.]+(\(.*\))?\s*$)', 'any expression as a decorator'),
    ((3, 8), r':=', 'an assignment expression (:=)'),
    ((3, 8), r'def\s+\w+\(.*(,\s*|\()/\s*[,)]', 'positional-only parameters'),
    ((3, 8), r'''\b[rR]?[fF][rR]?(['"]).*\{[^{}]*=[!:]?\w*\}''', "an f-string with '='"),
    ((3, 7), r'^\s*from\s+__future__\s+import\s+.*annotations', 'postponed annotations'),
)


def needed(line, version):
    for needs, pattern, what in _SIGNS:
        if needs > version and re.search(pattern, line):
            return needs, what
    return None


# The same for what compiles and does not run.
_RUNTIME_SIGNS = (
    ((3, 10), r"^unsupported operand type\(s\) for \|: '(type|NoneType|_GenericAlias|\w*Meta)'", 'types joined by |'),
    ((3, 9), r"^'?type'? object is not subscriptable", 'a type with [] such as list[int]'),
    ((3, 9), r"^unsupported operand type\(s\) for \|=?: 'dict' and 'dict'", 'dictionaries joined by |'),
    ((3, 9), r"^'(str|bytes)' object has no attribute 'remove(prefix|suffix)'", 'removeprefix and removesuffix'),
    ((3, 10), r"^zip\(\) (does not take|takes no|got an unexpected) keyword argument", 'zip with strict'),
    ((3, 8), r"unexpected keyword argument '(missing_ok|dirs_exist_ok)'$", 'missing_ok and dirs_exist_ok'),
    ((3, 7), r"unexpected keyword argument '(capture_output|text)'$", 'capture_output and text'),
    ((3, 7), r"^name 'breakpoint' is not defined", 'breakpoint'),
)

# The first Python whose module has the name.
_NAMES = {
    (3, 12): 'itertools.batched typing.override',
    (3, 11): 'datetime.UTC enum.StrEnum typing.Self typing.Never typing.NotRequired typing.Required typing.LiteralString typing.assert_never '
    'asyncio.TaskGroup asyncio.timeout asyncio.Runner contextlib.chdir hashlib.file_digest operator.call math.cbrt math.exp2',
    (3, 10): 'itertools.pairwise typing.TypeAlias typing.ParamSpec typing.TypeGuard typing.Concatenate contextlib.aclosing '
    'statistics.correlation statistics.covariance statistics.linear_regression types.NoneType types.UnionType',
    (3, 9): 'functools.cache math.lcm math.nextafter math.ulp random.randbytes typing.Annotated asyncio.to_thread ast.unparse',
    (3, 8): 'functools.cached_property functools.singledispatchmethod math.prod math.dist math.isqrt math.perm math.comb shlex.join '
    'statistics.fmean statistics.geometric_mean statistics.multimode statistics.quantiles statistics.NormalDist typing.Literal typing.Protocol '
    'typing.TypedDict typing.Final typing.final typing.runtime_checkable typing.get_args typing.get_origin unittest.IsolatedAsyncioTestCase '
    'threading.excepthook',
    (3, 7): 'asyncio.run asyncio.create_task asyncio.get_running_loop asyncio.current_task asyncio.all_tasks time.time_ns time.monotonic_ns '
    'time.perf_counter_ns time.process_time_ns typing.ForwardRef typing.OrderedDict contextlib.nullcontext contextlib.AsyncExitStack '
    'contextlib.asynccontextmanager datetime.date.fromisoformat datetime.datetime.fromisoformat datetime.time.fromisoformat '
    'queue.SimpleQueue math.remainder',
}


def _named(error, version):
    """The same for a name that a module does not have: in 3.6 an import does not say whose it is."""
    found = re.search(r"^(?:module|type object) '([\w.]+)' has no attribute '(\w+)'|^cannot import name '(\w+)'(?: from '([\w.]+)')?", str(error))
    if found is None:
        return None
    name, owner = found.group(2) or found.group(3), found.group(1) or found.group(4)
    for needs, names in _NAMES.items():
        for known in names.split():
            whose, _, last = known.rpartition('.')
            # A type is told without its module by some.
            if needs > version and last == name and (owner is None or (whose + '.').endswith('.' + owner + '.') or whose == owner):
                return needs, known
    return None


def _line(trace):
    """The script's own, of the call that failed; the innermost where there is none."""
    line = 0
    while trace is not None:
        if line == 0 or trace.tb_frame.f_globals.get('__name__') == '__main__':
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def sign(kind, error, trace, version):
    """(needs, line, what) where a newer Python would have taken the script further."""
    if issubclass(kind, SyntaxError):
        found = needed(error.text or '', version) if error.lineno else None
        return found and (found[0], error.lineno, found[1])
    found = None
    if issubclass(kind, (AttributeError, ImportError)):
        found = _named(error, version)
    if found is None and issubclass(kind, (TypeError, AttributeError, NameError)):
        found = next(((needs, what) for needs, pattern, what in _RUNTIME_SIGNS if needs > version and re.search(pattern, str(error))), None)
    return found and (found[0], _line(trace), found[1])
