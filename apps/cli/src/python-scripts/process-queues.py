import multiprocessing as mp
def worker(q, out):
    while True:
        x = q.get()
        if x is None: break
        out.put(x * x)
if __name__ == '__main__':
    q, out = mp.Queue(), mp.Queue()
    ps = [mp.Process(target=worker, args=(q, out)) for _ in range(2)]
    for p in ps: p.start()
    for i in range(6): q.put(i)
    for _ in ps: q.put(None)
    print(sorted(out.get() for _ in range(6)))
    for p in ps: p.join()
    print([p.exitcode for p in ps])
