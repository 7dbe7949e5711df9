from multiprocessing import Pool, cpu_count
def f(x): return x * x
if __name__ == '__main__':
    print(cpu_count() > 0)
    with Pool(2) as p:
        print(p.map(f, range(10)))
        print(p.apply(f, (5,)))
        r = p.apply_async(f, (7,)); print(r.get(timeout=20))
        print(list(p.imap(f, [1,2,3])), sorted(p.imap_unordered(f, [3,2,1])))
        print(p.starmap(pow, [(2,3),(3,2)]))
