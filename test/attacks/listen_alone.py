# Listens in every way there is; prints the ports, waits for a line, and ends. Nobody else may reach any of them.
import asyncio, ctypes, os, socket, socketserver, struct, sys, threading

kept, ports = [], set()


def keep(make):
    try:
        s = make()
        kept.append(s)
        ports.add(s.getsockname()[1])
        return s
    except OSError as error:
        print('refused', error, file=sys.stderr)


def made(family, address, *options, type=socket.SOCK_STREAM, listen=True):
    s = socket.socket(family, type)
    for level, name in options:
        s.setsockopt(level, name, 1)
    s.bind(address)
    if listen and type == socket.SOCK_STREAM:
        s.listen()
    return s


SOL = socket.SOL_SOCKET
for address in ('127.0.0.1', '0.0.0.0', '', '127.0.0.2'):
    keep(lambda: made(socket.AF_INET, (address, 0)))
    keep(lambda: made(socket.AF_INET, (address, 0), (SOL, socket.SO_REUSEADDR), (SOL, socket.SO_REUSEPORT)))
    keep(lambda: made(socket.AF_INET, (address, 0), (socket.IPPROTO_IP, 15)))
    keep(lambda: made(socket.AF_INET, (address, 0), type=socket.SOCK_DGRAM))
for address in ('::1', '::', '::ffff:127.0.0.1', '::ffff:0.0.0.0'):
    keep(lambda: made(socket.AF_INET6, (address, 0)))
    keep(lambda: made(socket.AF_INET6, (address, 0), (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)))
    keep(lambda: made(socket.AF_INET6, (address, 0), type=socket.SOCK_DGRAM))


def unbound():
    s = socket.socket()
    s.listen()
    return s


keep(unbound)
# The policy lets it connect to one port of this machine: a socket that went out may not come back as a server.
out = int(sys.argv[1])


def went_out():
    s = made(socket.AF_INET, ('0.0.0.0', 0), (SOL, socket.SO_REUSEADDR), (SOL, socket.SO_REUSEPORT), listen=False)
    s.connect(('127.0.0.1', out))
    port = s.getsockname()[1]
    ports.add(port)
    for act in (
        lambda: s.listen(),
        lambda: ctypes.CDLL(None).connect(s.fileno(), struct.pack('16x'), 16),
        lambda: s.listen(),
        lambda: s.bind(('0.0.0.0', port)),
        lambda: s.listen(),
    ):
        try:
            act()
        except OSError:
            pass
    return s


keep(went_out)


def failed():
    s = made(socket.AF_INET, ('0.0.0.0', 0), listen=False)
    try:
        s.connect(('127.0.0.1', out + 1))
    except OSError:
        pass
    s.listen()
    return s


keep(failed)
server = socketserver.ThreadingTCPServer(('', 0), socketserver.BaseRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
ports.add(server.server_address[1])


async def main():
    many = await asyncio.start_server(lambda r, w: w.close(), None, 0)
    for one in many.sockets:
        ports.add(one.getsockname()[1])
    read, write = os.pipe()
    alive, end = os.pipe()
    if os.fork() == 0:
        os.close(end)
        child = made(socket.AF_INET, ('0.0.0.0', 0))
        os.write(write, struct.pack('i', child.getsockname()[1]))
        os.read(alive, 1)
        os._exit(0)
    ports.add(struct.unpack('i', os.read(read, 4))[0])
    ports.discard(0)
    print(*sorted(ports), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    os._exit(0)


asyncio.run(main())
