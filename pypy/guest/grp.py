"""The group database from /etc/group. See pwd.py."""
from collections import namedtuple

struct_group = namedtuple('struct_group', 'gr_name gr_passwd gr_gid gr_mem')


def getgrall():
    found = []
    with open('/etc/group', encoding='utf-8', errors='surrogateescape') as lines:
        for line in lines:
            parts = line.rstrip('\n').split(':')
            if len(parts) == 4:
                found.append(struct_group(parts[0], parts[1], int(parts[2]), [name for name in parts[3].split(',') if name]))
    return found


def getgrnam(name):
    for entry in getgrall():
        if entry.gr_name == name:
            return entry
    raise KeyError('getgrnam(): name not found: %r' % name)


def getgrgid(gid):
    for entry in getgrall():
        if entry.gr_gid == gid:
            return entry
    raise KeyError('getgrgid(): gid not found: %s' % gid)
