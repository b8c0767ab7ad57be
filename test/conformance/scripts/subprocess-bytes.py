# differs: words of a command that are not UTF-8 are changed on their way
import subprocess
print(subprocess.run([b'printf', b'%s', b'\xff\xfe'], capture_output=True).stdout)
