import multiprocessing as mp
def work(d, l, i):
    d[i] = i * i
    l.append(i)
def main():
    with mp.Manager() as m:
        d, l = m.dict(), m.list()
        ps = [mp.Process(target=work, args=(d, l, i)) for i in range(3)]
        [p.start() for p in ps]
        [p.join() for p in ps]
        print(sorted(d.items()), sorted(l))
if __name__ == '__main__':
    main()
