import asyncio, os, socket, socketserver, stat, tempfile, threading
from multiprocessing.connection import Client, Listener
from check import show
top = tempfile.mkdtemp()
path = os.path.join(top, 'sock')
server = socket.socket(socket.AF_UNIX)
show('connect before', socket.socket(socket.AF_UNIX).connect, path)
show('listen unbound', server.listen)
show('bind', server.bind, path)
show('bind again', socket.socket(socket.AF_UNIX).bind, path)
print(stat.S_ISSOCK(os.stat(path).st_mode), os.listdir(top))
show('connect unlistened', socket.socket(socket.AF_UNIX).connect, path)
server.listen(2)
show('name', lambda: server.getsockname() == path)
show('accepting', lambda: server.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
server.setblocking(False)
show('nobody', server.accept)
server.setblocking(True)
client = socket.socket(socket.AF_UNIX)
client.connect(path)
end, address = server.accept()
print(repr(address), client.getpeername() == path, end.getsockname() == path)
client.sendall(b'question')
print(end.recv(100))
end.sendall(b'answer')
end.close()
print(client.recv(100), client.recv(100))
show('connect twice', end.connect, path) if False else None
show('open', open, path)
os.unlink(path)
show('unlinked', socket.socket(socket.AF_UNIX).connect, path)
class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().upper())
class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    pass
other = os.path.join(top, 'other')
with Server(other, Upper) as s:
    threading.Thread(target=s.serve_forever).start()
    with socket.socket(socket.AF_UNIX) as c:
        c.connect(other)
        c.sendall(b'shout\n')
        print(c.recv(100))
    s.shutdown()
abstract = '\0approve-conformance-%d' % os.getpid()
a = socket.socket(socket.AF_UNIX)
a.bind(abstract)
a.listen()
pid = os.fork()
if pid == 0:
    c = socket.socket(socket.AF_UNIX)
    c.connect(abstract)
    c.sendall(b'from the child')
    os._exit(0)
print(a.accept()[0].recv(100))
os.waitpid(pid, 0)
def answer(listener):
    with listener.accept() as conn:
        conn.send(conn.recv() + ['answered'])
with Listener(authkey=b'key') as listener:
    t = threading.Thread(target=answer, args=(listener,))
    t.start()
    with Client(listener.address, authkey=b'key') as conn:
        conn.send(['asked'])
        print(conn.recv())
    t.join()
async def main():
    async def serve(reader, writer):
        writer.write(b'you said ' + await reader.readline())
        await writer.drain()
        writer.close()
    third = os.path.join(top, 'third')
    running = await asyncio.start_unix_server(serve, third)
    reader, writer = await asyncio.open_unix_connection(third)
    writer.write(b'hello\n')
    print(await reader.read())
    writer.close()
    running.close()
    await running.wait_closed()
asyncio.run(main())
import shutil
shutil.rmtree(top)
