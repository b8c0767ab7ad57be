import subprocess
print(subprocess.run([b'printf', b'%s', b'\xff\xfe'], capture_output=True).stdout)
