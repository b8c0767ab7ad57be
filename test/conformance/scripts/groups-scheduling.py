import os
from check import show
print(os.getgroups())
if os.getuid() == 0:
    show('set', os.setgroups, [5, 3, 70])
    print(os.getgroups())
    pid = os.fork()
    if pid == 0:
        print(os.getgroups(), flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    show('none', os.setgroups, [])
    print(os.getgroups())
else:
    show('set', os.setgroups, [12345])
print(os.sched_getscheduler(0), os.sched_getparam(0).sched_priority, 0 <= os.sched_rr_get_interval(0) < 1)
show('same', os.sched_setscheduler, 0, os.SCHED_OTHER, os.sched_param(0))
show('param', os.sched_setparam, 0, os.sched_param(0))
show('priority', os.sched_setparam, 0, os.sched_param(3))
show('policy', os.sched_setscheduler, 0, 77, os.sched_param(0))
for call in (os.sched_getscheduler, os.sched_getparam, os.sched_rr_get_interval):
    show(call.__name__, call, -1)
    show(call.__name__, call, 999999)


# Where it may run: for itself
import ctypes, errno
c = ctypes.CDLL(None, use_errno=True)
processors = os.cpu_count()
def affinity(name, pid, mask=None, length=128):
    room = ctypes.create_string_buffer(mask if mask is not None else b'', 128)
    result = getattr(c, name)(pid, length, room)
    if result < 0:
        return errno.errorcode[ctypes.get_errno()]
    return int.from_bytes(room.raw[:length], 'little') == (1 << processors) - 1 if mask is None else result
def now():
    room = ctypes.create_string_buffer(128)
    c.sched_getaffinity(0, 128, room)
    return [n for n in range(processors) if room.raw[n >> 3] >> (n & 7) & 1] == [processors - 1]
print('all', affinity('sched_getaffinity', 0), affinity('sched_getaffinity', os.getpid()), affinity('sched_getaffinity', 99999999))
last = (1 << (processors - 1)).to_bytes(128, 'little')
print('one', affinity('sched_setaffinity', 0, last), now())
pid = os.fork()
if pid == 0:
    print('child', now(), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
print('more than there are', affinity('sched_setaffinity', os.getpid(), b'\xff' * 128), affinity('sched_getaffinity', 0))
print('refused', affinity('sched_setaffinity', 0, b'\0'), affinity('sched_setaffinity', 99999999, b'\1'), affinity('sched_getaffinity', 0, None, 1), affinity('sched_getaffinity', -1),
      c.sched_setaffinity(0, 8, 8))
