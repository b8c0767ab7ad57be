import os, random, secrets, uuid, hashlib
from check import show
random.seed(5)
print(random.random(), random.randint(1, 100), random.choice('abc'))
print(len(os.urandom(100)), os.urandom(8) != os.urandom(8), len(os.urandom(200000)))
print(len(secrets.token_hex(8)), len(str(uuid.uuid4())), uuid.uuid4() != uuid.uuid4(), uuid.uuid5(uuid.NAMESPACE_DNS, 'x'))
show('uuid1', lambda: uuid.uuid1().version)
show('getrandom', lambda: len(os.getrandom(10)))
show('getrandom bad', lambda: os.getrandom(10, 99))
print(hashlib.sha256(b'x').hexdigest(), hashlib.blake2b(b'x').hexdigest()[:10], len(hashlib.pbkdf2_hmac('sha256', b'p', b's', 1000)))
print(random.SystemRandom().randint(5, 5))
for path in ('/dev/urandom', '/dev/random', '/dev/zero', '/dev/null'):
    show(path, lambda: len(open(path, 'rb').read(10)))
show('write null', lambda: open('/dev/null', 'w').write('x'))
show('full', lambda: os.write(os.open('/dev/full', os.O_WRONLY), b'x'))
