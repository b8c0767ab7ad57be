import os
from check import show, put, get
os.O_PATH = 0o10000000
F = {n: getattr(os, n) for n in ('O_RDONLY', 'O_WRONLY', 'O_RDWR')}
X = ('O_CREAT', 'O_EXCL', 'O_TRUNC', 'O_APPEND', 'O_DIRECTORY', 'O_NOFOLLOW', 'O_NONBLOCK', 'O_PATH', 'O_CLOEXEC')
combos = [()] + [(a,) for a in X] + [(a, b) for i, a in enumerate(X) for b in X[i + 1:]]
targets = ['base/text.txt', 'base/link', 'base/dangling', 'base/loop', 'base/deep', 'base/dirlink', 'missing', 'missing/x', 'base/text.txt/x', 'base/deep/', 'base/text.txt/', 'missing/', '', '.', '..', '/']
for mode, value in F.items():
    for combo in combos:
        if mode == 'O_WRONLY' and len(combo) == 2:
            continue
        if 'O_CREAT' in combo and 'O_DIRECTORY' in combo:
            continue  # Linux 6.4 changed its mind
        for target in targets:
            put('base/text.txt', b'first line\nsecond\n')
            for gone in ('missing', 'base/nowhere'):
                if os.path.lexists(gone):
                    os.unlink(gone)
            flags = value
            for one in combo:
                flags |= getattr(os, one)
            def go():
                fd = os.open(target, flags, 0o640)
                try:
                    out = [os.fstat(fd).st_size if 'bytes' in target or 'text' in target else None]
                    for act in (lambda: os.read(fd, 4), lambda: os.write(fd, b'W'), lambda: os.lseek(fd, 0, 1)):
                        try:
                            out.append(act())
                        except OSError as e:
                            out.append(e.errno)
                    return out
                finally:
                    os.close(fd)
            show('%s %s %s' % (mode, '|'.join(combo), target), go)
put('base/text.txt', b'end')
