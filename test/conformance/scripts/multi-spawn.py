"""multiprocessing with spawn: fresh interpreters that share semaphores, memory and files with their parent, not by fork."""
import mmap, multiprocessing as mp, os, struct
from multiprocessing import shared_memory


def add(lock, value, array, count):
    for _ in range(count):
        with lock:
            value.value += 1
    array[0] = os.getppid() != 0


def answer(questions, answers):
    for number in iter(questions.get, None):
        answers.put(number * number)


def change(name, path):
    memory = shared_memory.SharedMemory(name)
    memory.buf[5] = 77
    memory.close()
    with open(path, 'r+b') as f, mmap.mmap(f.fileno(), 8192) as view:
        view[4096] = 99
        view.flush()


def square(n):
    return n * n


if __name__ == '__main__':
    context = mp.get_context('spawn')
    lock, value, array = context.Lock(), context.Value('i', 0, lock=False), context.Array('b', 3)
    children = [context.Process(target=add, args=(lock, value, array, 300)) for _ in range(2)]
    for child in children: child.start()
    for child in children: child.join()
    print(value.value, array[:], [child.exitcode for child in children])

    questions, answers = context.Queue(), context.SimpleQueue()
    child = context.Process(target=answer, args=(questions, answers))
    child.start()
    for n in range(5): questions.put(n)
    print([answers.get() for _ in range(5)])
    questions.put(None)
    child.join()

    memory = shared_memory.SharedMemory(create=True, size=10000)
    with open('shared', 'wb') as f: f.write(bytes(8192))
    with open('shared', 'r+b') as f, mmap.mmap(f.fileno(), 0) as view:
        child = context.Process(target=change, args=(memory.name, 'shared'))
        child.start()
        child.join()
        print(memory.buf[5], view[4096], child.exitcode)
        view[1] = 7
        with open('shared', 'rb') as again: print(again.read(2), again.seek(4096), again.read(1))
    memory.close()
    memory.unlink()
    with context.Pool(2) as pool: print(pool.map(square, range(6)))
    event, barrier = context.Event(), context.Condition()
    print(event.wait(0.01), event.is_set())
