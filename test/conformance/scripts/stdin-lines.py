import sys
print(list(sys.stdin), sys.stdin.closed)
sys.stdout.write('no newline')
sys.stdout.flush()
sys.stderr.write('to stderr\n')
print('', end='\n', file=sys.stdout)
print('unicode ü 文 🐍')
sys.stdout.buffer.write(b'\xff\x00binary\n')
