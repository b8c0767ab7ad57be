import os, resource, time
from check import show
x = 0
while time.process_time() < 0.3:
    x += 1
u = resource.getrusage(resource.RUSAGE_SELF)
print(u.ru_utime + u.ru_stime > 0.1, u.ru_maxrss > 10000, u.ru_minflt > 0)
pid = os.fork()
if pid == 0:
    while time.process_time() < 0.3:
        x += 1
    os._exit(0)
_, status, usage = os.wait4(pid, 0)
print(status, usage.ru_utime + usage.ru_stime > 0.1, usage.ru_maxrss > 10000)
c = resource.getrusage(resource.RUSAGE_CHILDREN)
print(c.ru_utime + c.ru_stime > 0.1)
t = os.times()
print(t.user > 0, t.children_user + t.children_system > 0.1, t.elapsed > 1)
show('bad', resource.getrusage, 77)
show('thread', lambda: resource.getrusage(resource.RUSAGE_THREAD).ru_utime > 0.05)
for name in ('RLIMIT_CORE', 'RLIMIT_STACK'):
    show(name, lambda: len(resource.getrlimit(getattr(resource, name))))
show('bad limit', resource.getrlimit, 99)
show('page', resource.getpagesize)
show('soft nofile', lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
def fill():
    return [os.open('/dev/null', 0) for _ in range(200)]
show('fill', fill)
show('soft core', lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1])))
show('above hard', lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 100)))
show('nice', os.nice, 0)
show('getpriority', os.getpriority, os.PRIO_PROCESS, 0)
show('loadavg', lambda: len(os.getloadavg()))
