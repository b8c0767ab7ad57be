import os, threading, time
r, w = os.pipe()
got = []
def reader():
    while True:
        data = os.read(r, 65536)
        if not data:
            break
        got.append(len(data))
t = threading.Thread(target=reader)
t.start()
time.sleep(0.05)
print(os.write(w, b'z' * 1000000))
os.close(w)
t.join()
print(sum(got))
pairs = [os.pipe() for _ in range(6)]
def relay(i):
    n = int(os.read(pairs[i][0], 20))
    os.write(pairs[(i + 1) % 6][1], b'%d' % (n + 1))
threads = [threading.Thread(target=relay, args=(i,)) for i in range(1, 6)]
[t.start() for t in threads]
os.write(pairs[1][1], b'1')
print(os.read(pairs[0][0], 20))
[t.join() for t in threads]
import queue
q = queue.Queue()
def produce():
    for i in range(50):
        q.put(i)
        if i % 10 == 0:
            time.sleep(0.001)
    q.put(None)
threading.Thread(target=produce).start()
print(sum(iter(q.get, None)))
e = threading.Event()
threading.Timer(0.05, e.set).start()
print(e.wait(5), e.is_set())
lock = threading.Lock()
count = 0
def add():
    global count
    for _ in range(1000):
        with lock:
            count += 1
ts = [threading.Thread(target=add) for _ in range(8)]
[t.start() for t in ts]
[t.join() for t in ts]
print(count, threading.active_count())
c = threading.Condition()
print(c.acquire(), c.wait(0.01), c.release())
b = threading.Barrier(3)
ts = [threading.Thread(target=b.wait) for _ in range(2)]
[t.start() for t in ts]
print(b.wait() in (0, 1, 2))
local = threading.local()
local.x = 1
print(threading.current_thread().name, threading.get_native_id() == os.getpid())
