import subprocess, sys
print(subprocess.run(['sort', '-r'], stdout=subprocess.PIPE).stdout)
print(sys.stdin.read())
