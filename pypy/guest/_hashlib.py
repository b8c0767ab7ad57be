"""In place of OpenSSL's hashes: there are none, so hashlib takes PyPy's own, and warns of nothing."""
from _operator import _compare_digest as compare_digest

openssl_md_meth_names = frozenset()


def new(name, string=b'', **rest):
    raise ValueError('unsupported hash type ' + name)
