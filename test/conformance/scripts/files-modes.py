import io, os
from check import show, put, get
put('a', b'0123456789')
for mode in ('rb', 'r+b', 'wb', 'w+b', 'ab', 'a+b', 'xb'):
    put('a', b'0123456789')
    def go():
        with open('a', mode) as f:
            out = [f.tell()]
            for act in (lambda: f.read(3), lambda: f.seek(2), lambda: f.write(b'XY'), f.tell, f.flush, lambda: f.read(2), lambda: f.seek(-1, 2), f.read, lambda: f.truncate(6), lambda: f.seek(0), f.read):
                try:
                    out.append(act())
                except (OSError, ValueError) as e:
                    out.append(type(e).__name__)
            return out
    show(mode, go)
    show('now', get, 'a')
with open('text', 'w', encoding='utf-8', newline='\r\n') as f:
    f.write('grün\nblau\n')
    f.writelines(['eins\n', 'zwei\n'])
show('bytes', get, 'text')
with open('text', encoding='utf-8') as f:
    show('lines', list, f)
with open('text', 'r+') as f:
    f.seek(0, 2)
    f.write('end')
show('bytes', get, 'text')
with open('base/text.txt', 'a') as f:
    f.write('fourth\n')
    print(f.tell())
show('appended', get, 'base/text.txt')
with open('base/text.txt', 'r+') as f:
    f.write('FIRST')
show('changed', get, 'base/text.txt')
with open('base/bytes.bin', 'r+b', buffering=0) as f:
    f.seek(69999)
    f.write(b'ab')
    print(f.seek(0, 2), f.truncate(70), f.tell(), os.fstat(f.fileno()).st_size)
