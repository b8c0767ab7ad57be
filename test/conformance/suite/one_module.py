"""Runs the tests of one module, and tells of each in a line: what begins, and how it ended.

    one_module.py MODULE CHOICE PLACE

MODULE is a module of the package `test`. CHOICE is a JSON file: {"skip": [id…], "only": [id…] or null}.
PLACE is a folder that is made here: the tests' working directory lies in it, and their temporary files.
A line is a record separator and JSON, on a descriptor of its own, so that what tests print can stand between.
"""
import importlib.machinery
import importlib.util
import json
import os
import re
import sys
import traceback
import unittest
import warnings


class Teller:
    """Writes the lines. A forked child that goes on with the tests must tell nothing."""

    def __init__(self):
        import fcntl
        self.pid = os.getpid()
        # High, and not passed on: tests close and count the low ones.
        self.fd = fcntl.fcntl(1, fcntl.F_DUPFD, 230)
        os.set_inheritable(self.fd, False)

    def tell(self, **line):
        if os.getpid() != self.pid:
            return
        data = b'\n\x1e' + json.dumps(line).encode() + b'\n'
        for fd in (self.fd, 1):
            try:
                while data:
                    data = data[os.write(fd, data):]
                return
            except OSError:
                pass


def first_line(error):
    """The last line of a traceback is its message; of several lines the first."""
    text = ''.join(traceback.format_exception_only(error[0], error[1])).strip()
    return text.split('\n')[0][:200].encode('ascii', 'backslashreplace').decode()


# The worse outcome stands where a test has several.
ORDER = ['pass', 'xfail', 'skip', 'unexpected', 'fail', 'error']


class Result(unittest.TestResult):
    def __init__(self, teller):
        super().__init__()
        self.teller = teller
        self.current = None

    def startTest(self, test):
        super().startTest(test)
        self.current = ['pass', '']
        self.teller.tell(start=test.id())

    def stopTest(self, test):
        super().stopTest(test)
        outcome, why = self.current
        self.current = None
        self.teller.tell(id=test.id(), outcome=outcome, why=why)

    def note(self, test, outcome, why):
        if self.current is None:
            # A class or module could not be set up: there is no test yet.
            self.teller.tell(id=test.id(), outcome=outcome, why=why)
        elif ORDER.index(outcome) > ORDER.index(self.current[0]):
            self.current = [outcome, why]

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, 'error', first_line(err))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, 'fail', first_line(err))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, 'fail', first_line(err))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, 'skip', str(reason)[:200])

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note(test, 'xfail', '')

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, 'unexpected', '')


# Debian leaves out the files that would load these.
FOLDERS = {'test_ctypes': 'ctypes.test', 'test_unittest': 'unittest.test'}


class LiftedSkip(importlib.machinery.SourceFileLoader):
    """Debian skips the tests of multiprocessing, for what they leave running on its build machines. The runner ends that."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == 'test._test_multiprocessing':
            return importlib.util.spec_from_loader(name, cls(name, os.path.join(path[0], '_test_multiprocessing.py')))

    def get_code(self, name):
        source = self.get_source(name)
        lifted = re.sub(r"raise unittest\.SkipTest\('This test leaves stray processes[^)]*\)", '', source)
        return self.source_to_code(lifted, self.path)


# Here and not in main: a process that a test spawns imports this file too.
sys.meta_path.insert(0, LiftedSkip)


def folder_suite(package):
    import importlib
    import pkgutil
    loader = unittest.TestLoader()
    names = [found.name for found in pkgutil.iter_modules(importlib.import_module(package).__path__)]
    modules = ['%s.%s' % (package, name) for name in sorted(names) if name.startswith('test_')]
    suite = unittest.TestSuite()
    for name in modules:
        try:
            suite.addTest(loader.loadTestsFromModule(importlib.import_module(name)))
        except Exception:
            # It needs one of those files.
            pass
    return suite


def narrowed(suite, wanted):
    """The suite with the wanted tests alone; classes and modules keep their order, and so their fixtures."""
    suite._tests = [
        narrowed(test, wanted) if isinstance(test, unittest.TestSuite) else test
        for test in suite
        if isinstance(test, unittest.TestSuite) or wanted(test.id())
    ]
    return suite


def main(name, choice, place):
    with open(choice) as file:
        chosen = json.load(file)
    skip = frozenset(chosen['skip'])
    only = None if chosen['only'] is None else frozenset(chosen['only'])
    teller = Teller()
    result = Result(teller)

    from test import support
    support.use_resources = ['largefile', 'subprocess', 'decimal']
    support.verbose = 0
    sys.modules['_testcapi'] = None

    def wanted(test):
        return test not in skip and (only is None or test in only)

    def run_suite(suite):
        narrowed(suite, wanted)(result)

    def run_doctest(module, verbosity=None, optionflags=0):
        import doctest
        test = 'doctest.' + module.__name__
        if not wanted(test):
            return 0, 0
        teller.tell(start=test)
        failed, count = doctest.testmod(module, verbose=False, optionflags=optionflags)
        teller.tell(id=test, outcome='fail' if failed else 'pass', why='%d of %d examples' % (failed, count))
        return failed, count

    support._run_suite = run_suite
    support.run_doctest = run_doctest

    os.makedirs(os.path.join(place, 'work'))
    os.chdir(os.path.join(place, 'work'))
    try:
        with warnings.catch_warnings():
            if name in FOLDERS:
                run_suite(folder_suite(FOLDERS[name]))
                module = None
            else:
                __import__('test.' + name)
                module = sys.modules['test.' + name]
            if module is None:
                pass
            elif hasattr(module, 'test_main'):
                module.test_main()
            else:
                run_suite(unittest.TestLoader().loadTestsFromModule(module))
    except unittest.SkipTest as reason:
        teller.tell(absent=str(reason)[:200])
    except BaseException:
        error = sys.exc_info()
        teller.tell(id='(module)', outcome='error', why=first_line(error))
    teller.tell(done=True)
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads and processes that tests left behind are not waited for.
    os._exit(0)


if __name__ == '__main__':
    main(*sys.argv[1:])
