from multiprocessing import Process, Pipe, Lock, Value, Array, Event
def child(c, l, v, a, e):
    with l: v.value += 1
    a[0] = 42
    c.send(['data', {'k': 1}]); print(c.recv()); c.close(); e.set()
if __name__ == '__main__':
    a, b = Pipe(); l, v, arr, e = Lock(), Value('i', 5), Array('d', 3), Event()
    p = Process(target=child, args=(b, l, v, arr, e)); p.start()
    print(a.recv()); a.send('thanks'); e.wait(); p.join()
    print(v.value, arr[:], e.is_set())
