from multiprocessing import Process
import os
def greet(name):
    print('hello', name)
if __name__ == '__main__':
    p = Process(target=greet, args=('bob',))
    p.start(); p.join()
    print(p.exitcode, p.is_alive(), p.name)
    p = Process(target=os._exit, args=(3,)); p.start(); p.join(); print(p.exitcode)
