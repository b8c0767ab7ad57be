import os, sys, errno, signal
from check import show
show('sched_yield', os.sched_yield)
show('sched_getscheduler', os.sched_getscheduler, 0)
show('prio max', os.sched_get_priority_max, os.SCHED_OTHER)
show('prio max fifo', os.sched_get_priority_max, os.SCHED_FIFO)
show('getsid none', os.getsid, 999999)
show('getpgid none', os.getpgid, 999999)
show('strerror', os.strerror, 2)
show('device_encoding', os.device_encoding, 0)
show('urandom', lambda: len(os.urandom(0)))
show('sync', os.sync)
show('initgroups', lambda: os.setgroups(os.getgroups()))
import faulthandler, traceback, inspect, warnings
try:
    1 / 0
except ZeroDivisionError:
    print(traceback.format_exc().splitlines()[-1])
import sysconfig, site, importlib
print(sysconfig.get_platform(), importlib.import_module('json').__name__)
import timeit, cProfile
print(timeit.timeit('1+1', number=1000) >= 0)
