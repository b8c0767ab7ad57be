import array, os, socket
from check import show
a, b = socket.socketpair()
r, w = os.pipe()
def send_fds(sock, data, fds):
    return sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))])
def recv_fds(sock):
    fds = array.array('i')
    msg, anc, flags, addr = sock.recvmsg(100, socket.CMSG_LEN(4 * fds.itemsize))
    for level, kind, data in anc:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[:len(data) - len(data) % fds.itemsize])
    return msg, list(fds)
show('send', send_fds, a, b'take', [w])
msg, fds = recv_fds(b)
print(msg, len(fds))
os.write(fds[0], b'through a passed descriptor')
print(os.read(r, 100))
pid = os.fork()
if pid == 0:
    msg, fds = recv_fds(b)
    os.write(fds[0], b'child wrote')
    os._exit(0)
f = open('passed', 'w')
send_fds(a, b'file', [f.fileno()])
os.waitpid(pid, 0)
print(open('passed').read())
from multiprocessing import reduction
