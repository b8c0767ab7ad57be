import os, signal, time
print('before', flush=True)
signal.signal(signal.SIGKILL, signal.SIG_DFL) if signal.SIGKILL != signal.SIGKILL else None
os.kill(os.getpid(), signal.SIGKILL)
time.sleep(5)
print('after')
