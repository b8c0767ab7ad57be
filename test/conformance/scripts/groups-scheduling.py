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
