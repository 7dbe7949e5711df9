from concurrent.futures import ProcessPoolExecutor, as_completed
import math
def sq(x):
    if x == 3: raise ValueError('three')
    return x * x
if __name__ == '__main__':
    with ProcessPoolExecutor(max_workers=2) as ex:
        print(list(ex.map(sq, [1, 2])))
        f = ex.submit(sq, 3)
        print(repr(f.exception()))
        print(sorted(g.result() for g in as_completed([ex.submit(sq, i) for i in (4, 5)])))
