"""The user database from /etc/passwd: the interpreter's own needs a C library's functions that a translated PyPy does not have."""
from collections import namedtuple

struct_passwd = namedtuple('struct_passwd', 'pw_name pw_passwd pw_uid pw_gid pw_gecos pw_dir pw_shell')


def getpwall():
    found = []
    with open('/etc/passwd', encoding='utf-8', errors='surrogateescape') as lines:
        for line in lines:
            parts = line.rstrip('\n').split(':')
            if len(parts) == 7:
                name, word, uid, gid, gecos, home, shell = parts
                found.append(struct_passwd(name, word, int(uid), int(gid), gecos, home, shell))
    return found


def getpwnam(name):
    for entry in getpwall():
        if entry.pw_name == name:
            return entry
    raise KeyError('getpwnam(): name not found: %r' % name)


def getpwuid(uid):
    for entry in getpwall():
        if entry.pw_uid == uid:
            return entry
    raise KeyError('getpwuid(): uid not found: %s' % uid)
