import sys
print(input('prompt> '))
print(sys.stdin.readline())
print(repr(sys.stdin.read()))
print(repr(sys.stdin.read()))
try:
    input()
except EOFError:
    print('EOF')
