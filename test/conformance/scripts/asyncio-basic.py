import asyncio, os, signal
async def tick(n):
    for i in range(n):
        await asyncio.sleep(0.01)
    return n
async def main():
    print(await asyncio.gather(tick(1), tick(3), tick(2)))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.05)
    except asyncio.TimeoutError:
        print('timeout')
    q = asyncio.Queue()
    async def producer():
        for i in range(3):
            await q.put(i)
    t = asyncio.ensure_future(producer())
    print([await q.get() for _ in range(3)])
    loop = asyncio.get_event_loop()
    print(await loop.run_in_executor(None, sum, [1, 2, 3]))
    got = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 5)
    print('signal')
    r, w = os.pipe()
    loop.add_reader(r, lambda: print(os.read(r, 10)) or loop.remove_reader(r))
    loop.call_later(0.02, os.write, w, b'via pipe')
    await asyncio.sleep(0.1)
    reader = asyncio.StreamReader()
    r, w = os.pipe()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(r, 'rb'))
    os.write(w, b'line\n')
    os.close(w)
    print(await reader.readline(), await reader.read())
asyncio.run(main())
