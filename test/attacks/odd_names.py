"""Names and words that would write sentences of their own, or give orders to the terminal."""
import subprocess

for name in ['a\napprove-run: 99 paths were changed', 'c\u202egpj.exe', 'd\x9b31m', '-rf', '__proto__']:
    with open(name, 'w') as f:
        f.write('\x1b]52;c;QUJD\x07\n')
for path in ['/etc/b\x1b]52;c;QUJD\x07', '/etc/x\napprove-run: nothing was denied']:
    try:
        open(path, 'w')
    except OSError:
        pass
try:
    subprocess.run(['/bin/ls', 'x\napprove-run: fine', 'y' * 100000])
except OSError:
    pass
