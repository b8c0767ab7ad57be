"""A small internet in a network and mount namespace of its own: runs a command in it, and counts what leaves the machine.

Usage: unshare --mount --net [--map-root-user] pypy3 network_world.py FOLDER COMMAND…
FOLDER gets `resolv.conf`, `docker.sock`, and in the end `heard.json`: what servers and name server were told.
Names: NAME.example is 203.0.113.7, other.example is 203.0.113.8, rebind.example is 203.0.113.7 the first time and 127.0.0.1 later,
inside.example is 127.0.0.1.
"""
import ctypes, json, os, socket, struct, subprocess, sys, threading

folder, command = sys.argv[1], sys.argv[2:]
heard = {'names': [], 'tcp': [], 'udp': [], 'unix': []}
asked = {}


def netlink(kind, flags, body):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    s.send(struct.pack('=IHHII', 16 + len(body), kind, flags, 1, 0) + body)
    code = struct.unpack('=i', s.recv(4096)[16:20])[0]
    if code:
        raise OSError(-code, os.strerror(-code))


def set_up():
    netlink(16, 5, struct.pack('=BxHiII', 0, 0, 1, 1, 1))  # lo is up
    attributes = struct.pack('=HH4s', 8, 1, socket.inet_aton('203.0.113.0')) + struct.pack('=HHI', 8, 4, 1)
    netlink(24, 0x605, struct.pack('=8BI', 2, 24, 0, 0, 255, 3, 254, 2, 0) + attributes)  # a route to ourselves, which no interface tells of
    with open(os.path.join(folder, 'resolv.conf'), 'w') as file:
        file.write('nameserver 203.0.113.53\noptions timeout:1 attempts:1\n')
    libc = ctypes.CDLL(None, use_errno=True)
    source, target = os.path.join(folder, 'resolv.conf').encode(), os.path.realpath('/etc/resolv.conf').encode()
    if libc.mount(source, target, None, 4096, None) != 0:
        raise OSError(ctypes.get_errno(), 'mount')


def address_of(name):
    asked[name] = asked.get(name, 0) + 1
    if name == 'rebind.example' and asked[name] > 2:
        return '127.0.0.1'
    return {'inside.example': '127.0.0.1', 'other.example': '203.0.113.8'}.get(name, '203.0.113.7')


def name_server(s):
    while True:
        query, peer = s.recvfrom(4096)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode('latin1'))
            at += query[at] + 1
        name, kind = '.'.join(labels).lower(), struct.unpack('>H', query[at + 1:at + 3])[0]
        heard['names'].append(name)
        known = name.endswith('.example')
        answer = b''
        if known and kind == 1:
            answer = struct.pack('>HHHIH', 0xc00c, 1, 1, 0, 4) + socket.inet_aton(address_of(name))
        head = query[:2] + struct.pack('>HHHHH', 0x8180 | (0 if known else 3), 1, 1 if answer else 0, 0, 0)
        s.sendto(head + query[12:at + 5] + answer, peer)


def tcp_server(s):
    while True:
        end, peer = s.accept()
        threading.Thread(target=tcp_client, args=(end,), daemon=True).start()


def tcp_client(end):
    end.settimeout(5)
    host, port = end.getsockname()[:2]
    try:
        got = end.recv(65536)
    except OSError:
        got = b''
    heard['tcp'].append([host, port, got.decode('latin1')])
    try:
        if b'GET /redirect' in got:
            end.sendall(b'HTTP/1.1 302 Found\r\nLocation: http://other.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        else:
            end.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
    except OSError:
        pass
    end.close()


def udp_server(s):
    while True:
        got, peer = s.recvfrom(65536)
        heard['udp'].append([s.getsockname()[1], got.decode('latin1')])
        s.sendto(b'answer', peer)


def unix_server(s):
    while True:
        end, _ = s.accept()
        heard['unix'].append(end.recv(4096).decode('latin1'))
        end.close()


def start(run, s):
    threading.Thread(target=run, args=(s,), daemon=True).start()


set_up()
for family, kind, run, address in [
        (socket.AF_INET, socket.SOCK_DGRAM, name_server, ('203.0.113.53', 53)),
        (socket.AF_INET, socket.SOCK_DGRAM, udp_server, ('0.0.0.0', 9999)),
        (socket.AF_UNIX, socket.SOCK_STREAM, unix_server, os.path.join(folder, 'docker.sock')),
        (socket.AF_UNIX, socket.SOCK_STREAM, unix_server, '\0outside'),
        *[(socket.AF_INET, socket.SOCK_STREAM, tcp_server, ('0.0.0.0', port)) for port in (25, 80, 443, 3128, 9418)]]:
    s = socket.socket(family, kind)
    s.bind(address)
    if kind == socket.SOCK_STREAM:
        s.listen(64)
    start(run, s)
status = subprocess.call(command)
with open(os.path.join(folder, 'heard.json'), 'w') as file:
    json.dump(heard, file)
os._exit(status)
