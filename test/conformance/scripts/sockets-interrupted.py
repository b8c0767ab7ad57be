# A send or receive that signals end in the middle tells how much it has done: no byte is lost, and none comes twice.
import hashlib, os, signal, socket, time

calls = []
signal.signal(signal.SIGALRM, lambda number, frame: calls.append(number))
SIZE = 6 << 20
data = os.urandom(1 << 16) * (SIZE >> 16)


def pairs():
    yield 'unix', socket.socketpair()
    with socket.create_server(('127.0.0.1', 0)) as server:
        client = socket.create_connection(server.getsockname())
        yield 'inet', (client, server.accept()[0])


for kind, (ours, theirs) in pairs():
    for restarts in (True, False):
        signal.siginterrupt(signal.SIGALRM, not restarts)
        reader = os.fork()
        if reader == 0:
            signal.setitimer(signal.ITIMER_REAL, 0)
            ours.close()
            time.sleep(0.5)
            found = hashlib.sha256()
            left = SIZE
            while left > 0:
                part = theirs.recv(min(left, 1 << 20))
                if not part:
                    os._exit(2)
                found.update(part)
                left -= len(part)
                time.sleep(0.02)
            os._exit(0 if found.digest() == hashlib.sha256(data).digest() else 1)
        signal.setitimer(signal.ITIMER_REAL, 0.1, 0.05)
        sent = count = 0
        while sent < SIZE:
            sent += ours.send(memoryview(data)[sent:])
            count += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        # TCP's buffers grow, and may take all of it at once.
        cut = count > 1 or kind == 'inet'
        print(kind, restarts, sent == SIZE, cut, os.waitpid(reader, 0)[1], len(calls) > 3, flush=True)
    ours.send(b'some')
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    print(kind, 'all of it', theirs.recv(10, socket.MSG_WAITALL))
    theirs.settimeout(None)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, (0).to_bytes(8, 'little') + (200_000).to_bytes(8, 'little'))
    # More than any buffers of both ends hold.
    print(kind, 'in time', 0 < ours.send(data * 8) < 8 * SIZE)
