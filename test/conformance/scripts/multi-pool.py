import multiprocessing as mp, os
def square(x):
    return x * x
def boom(x):
    raise ValueError('bad %d' % x)
def main():
    with mp.Pool(3) as pool:
        print(pool.map(square, range(20)))
        print(pool.apply(square, (7,)), sum(pool.imap_unordered(square, range(10), chunksize=3)))
        try:
            pool.map(boom, [1])
        except ValueError as e:
            print('raised', e)
        r = pool.apply_async(square, (5,))
        print(r.get(10))
if __name__ == '__main__':
    main()
