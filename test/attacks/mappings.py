"""Tells the controller of thousands of shared mappings that are not there and lie over each other, and then ends."""
import os
import wire

PAGE, SHARED, WRITABLE, PAGES = 4096, 1, 3, 64
with open('mapped', 'wb') as f:
    f.write(b'x' * PAGE * PAGES)
fd = os.open('mapped', os.O_RDWR)
signature = b'mmap(piiiii)i'
head = bytes([len(signature)]) + signature
# No object may be collected in between: its close() would take our answers.
buffer = wire.ctypes.create_string_buffer(1 << 20)
for n in range(3000):
    arguments = wire.struct.pack('<QqqqqQ', 0x300000000000 + n * PAGE, PAGES * PAGE, WRITABLE, SHARED, fd, 0)
    wire.send_bytes(wire.frame(0, 1, head + arguments))
    while True:
        got = wire.raw(wire.READ, wire.REQUEST + 1, wire.ctypes.addressof(buffer), len(buffer))
        if got == 9 and buffer.raw[:1] == b'i' or n == 0 and buffer.raw[got - 9:got - 8] == b'i':
            break
os.write(1, b'mapped\n')
