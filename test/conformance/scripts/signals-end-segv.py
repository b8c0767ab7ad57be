import os, signal, time
print('before', flush=True)
signal.signal(signal.SIGSEGV, signal.SIG_DFL) if signal.SIGSEGV != signal.SIGKILL else None
os.kill(os.getpid(), signal.SIGSEGV)
time.sleep(5)
print('after')
