import os, time
from check import show
for f in (time.time, time.monotonic, time.perf_counter, time.process_time, time.thread_time, lambda: time.clock_gettime(time.CLOCK_BOOTTIME), lambda: time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID)):
    a = f()
    b = f()
    print(0 <= b - a < 1, b > 0)
began = time.monotonic()
time.sleep(0.12)
took = time.monotonic() - began
print(0.12 <= took < 1)
time.sleep(0)
show('negative', time.sleep, -1)
began = time.process_time()
x = 0
while time.process_time() < began + 0.2:
    x += 1
print(time.time() > 0)
t = os.times()
print(t.user + t.system > 0.02, t.elapsed > 0)
show('getres', lambda: time.clock_getres(time.CLOCK_MONOTONIC) > 0)
show('settime', time.clock_settime, time.CLOCK_MONOTONIC, 0)
show('bad clock', time.clock_gettime, 99)
print(time.strftime('%Y', time.gmtime(0)), time.tzname, time.timezone)
print(time.localtime(1700000000)[:6], time.mktime((2023, 7, 1, 12, 0, 0, 0, 0, -1)))
import datetime
print(datetime.datetime.fromtimestamp(1700000000).isoformat(), datetime.datetime(2024, 1, 31, tzinfo=datetime.timezone.utc).timestamp())
import zoneinfo
show('zoneinfo', lambda: datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo('America/New_York')).utcoffset())
os.environ['TZ'] = 'Asia/Tokyo'
time.tzset()
print(time.localtime(0)[3], time.tzname)
