from multiprocessing import Process, Manager
def f(d, l):
    d[1] = '1'; d['2'] = 2; l.reverse()
if __name__ == '__main__':
    with Manager() as m:
        d, l = m.dict(), m.list(range(5))
        p = Process(target=f, args=(d, l)); p.start(); p.join()
        print(d, l)
