import concurrent.futures as cf, time
def f(x):
    return x + 1
def main():
    with cf.ThreadPoolExecutor(4) as ex:
        print(list(ex.map(f, range(10))))
        fs = [ex.submit(time.sleep, 0.05) for _ in range(4)]
        print(len(cf.wait(fs)[0]))
        try:
            ex.submit(lambda: 1 / 0).result()
        except ZeroDivisionError:
            print('zero')
    with cf.ProcessPoolExecutor(2) as ex:
        print(list(ex.map(f, range(5))))
        print(ex.submit(f, 41).result(timeout=20))
if __name__ == '__main__':
    main()
