# allows: grep -E '^Sig(Blk|Ign)' /proc/self/status
# What a real command finds blocked and ignored.
import os, signal, subprocess

look = ['grep', '-E', '^Sig(Blk|Ign)', '/proc/self/status']


def found(**options):
    return subprocess.run(look, stdout=subprocess.PIPE, **options).stdout


print('restored', found())
print('kept', found(restore_signals=False))
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.signal(signal.SIGUSR2, lambda number, frame: None)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, 40])
print('more', found(), found(restore_signals=False))
print('spawned', os.waitpid(os.posix_spawnp('grep', look, os.environ), 0)[1])
print('reset', os.waitpid(os.posix_spawnp('grep', look, os.environ, setsigmask=[signal.SIGHUP], setsigdef=[signal.SIGUSR1]), 0)[1])
print('shell', subprocess.run("grep -E '^Sig(Blk|Ign)' /proc/self/status", shell=True, stdout=subprocess.PIPE, restore_signals=False).stdout)
