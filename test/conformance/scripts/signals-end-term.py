import os, signal, time
print('before', flush=True)
signal.signal(signal.SIGTERM, signal.SIG_DFL) if signal.SIGTERM != signal.SIGKILL else None
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(5)
print('after')
