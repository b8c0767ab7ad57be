import multiprocessing as mp, os, time
def worker(q, out, lock):
    for item in iter(q.get, None):
        with lock:
            out.put(item * 2)
def adder(value, array, n):
    for _ in range(n):
        with value.get_lock():
            value.value += 1
    array[0] = 9
def ponger(conn):
    while True:
        m = conn.recv()
        if m is None:
            break
        conn.send(('pong', m))
def main():
    q, out, lock = mp.Queue(), mp.Queue(), mp.Lock()
    ps = [mp.Process(target=worker, args=(q, out, lock)) for _ in range(2)]
    [p.start() for p in ps]
    for i in range(10):
        q.put(i)
    for _ in ps:
        q.put(None)
    print(sorted(out.get(timeout=20) for _ in range(10)))
    [p.join() for p in ps]
    print([p.exitcode for p in ps])
    v, a = mp.Value('i', 0), mp.Array('i', [1, 2, 3])
    ps = [mp.Process(target=adder, args=(v, a, 50)) for _ in range(3)]
    [p.start() for p in ps]
    [p.join() for p in ps]
    print(v.value, list(a))
    here, there = mp.Pipe()
    p = mp.Process(target=ponger, args=(there,))
    p.start()
    here.send({'a': 1})
    print(here.recv())
    here.send('x' * 200000)
    print(len(here.recv()[1]), here.poll(0.01))
    here.send(None)
    p.join()
    p = mp.Process(target=time.sleep, args=(30,))
    p.start()
    p.terminate()
    p.join()
    print(p.exitcode)
    p = mp.Process(target=os._exit, args=(3,))
    p.start()
    p.join(10)
    print(p.exitcode, p.is_alive(), mp.active_children())
    e = mp.Event()
    p = mp.Process(target=e.set)
    p.start()
    print(e.wait(10))
    p.join()
    s = mp.Semaphore(2)
    print(s.acquire(), s.acquire(), s.acquire(False))
    j = mp.JoinableQueue()
    j.put(1)
    j.get()
    j.task_done()
    j.join()
    print('joined', mp.get_start_method(), mp.cpu_count() == os.cpu_count())
if __name__ == '__main__':
    main()
