/**
 * Part of the guest: threads. Where WebAssembly can be suspended each runs while the others wait, and Python's locks are
 * made here, since those of C would wait for a thread that never runs. Elsewhere a thread runs to its end when it starts.
 */
export const THREADS = String.raw`
# threads --------------------------------------------------------------------------------------------------------------

_FOREVER = 4294967.0

def _ignored(where, error):
    import traceback
    error.__traceback__ = _own_frames(error.__traceback__)
    print(f'Exception ignored {where}:', file=sys.stderr)
    traceback.print_exception(error)

def _threads():
    if _maker is None:
        return _threads_one_after_another()
    import _thread, _threading_local, array, asyncio.events, collections, itertools, threading, time
    monotonic = time.monotonic
    tickets = itertools.count(1)
    number = array.array('i', [0])
    main = _thread.get_ident()
    _maker.allow(number.buffer_info()[0])
    def get_ident():
        return main + number[0] * 4096

    class lock:
        __module__, __qualname__ = '_thread', 'lock'
        __slots__ = '_held', '_waiters', '__weakref__'
        def __init__(self):
            self._held = False
            self._waiters = collections.deque()
        def acquire(self, blocking=True, timeout=-1):
            if not blocking and timeout != -1:
                raise ValueError("can't specify a timeout for a non-blocking call")
            if timeout < 0 and timeout != -1:
                raise ValueError('timeout value must be a non-negative number')
            if timeout > _FOREVER:
                raise OverflowError('timeout value is too large')
            # Nothing is called between the two lines, so no other thread runs there.
            if not self._held:
                self._held = True
                return True
            if not blocking or timeout == 0:
                return False
            ticket = next(tickets)
            self._waiters.append(ticket)
            try:
                if _ask('park', ticket, None if timeout < 0 else timeout * 1000):
                    return True
            except BaseException:
                if not self._withdrawn(ticket):
                    self.release()
                raise
            return not self._withdrawn(ticket)
        def _withdrawn(self, ticket):
            """False when the lock has been handed over meanwhile."""
            try:
                self._waiters.remove(ticket)
                return True
            except ValueError:
                return False
        def release(self):
            if not self._held:
                raise RuntimeError('release unlocked lock')
            if self._waiters:
                _ask('unpark', self._waiters.popleft())
            else:
                self._held = False
        def locked(self):
            return self._held
        def __enter__(self):
            return self.acquire()
        def __exit__(self, *_):
            self.release()
        def _at_fork_reinit(self):
            self.__init__()
        def __repr__(self):
            return f"<{'locked' if self._held else 'unlocked'} _thread.lock object at {id(self):#x}>"
        acquire_lock, release_lock, locked_lock = acquire, release, locked

    class handle:
        __module__, __qualname__ = '_thread', '_ThreadHandle'
        def __init__(self, ident=0):
            self.ident = ident
            self._done = False
            self._end = lock()
        def is_done(self):
            return self._done
        def _set_done(self):
            self._done = True
            if self._end.locked():
                self._end.release()
        def join(self, timeout=None):
            if self._end.acquire(timeout=-1 if timeout is None or timeout < 0 else timeout):
                self._end.release()

    foreground = {}
    def begin(function, args, kwargs, own, daemon):
        own._end.acquire()
        def run():
            try:
                _maker.begun()
                asyncio.events._set_running_loop(None)
                function(*args, **kwargs)
            except SystemExit:
                pass
            except BaseException as error:
                _ignored(f'in thread started by {function!r}', error)
            finally:
                foreground.pop(own, None)
                own._set_done()
        if not daemon:
            foreground[own] = True
        own.ident = main + _maker.start(run) * 4096
        return own
    def start_joinable_thread(function, handle=None, daemon=True):
        return begin(function, (), {}, handle or _thread._ThreadHandle(), daemon)
    def start_new_thread(function, args, kwargs={}, /):
        return begin(function, args, kwargs, handle(), True).ident
    def shutdown():
        while foreground:
            next(iter(foreground)).join()

    rlock = threading._PyRLock
    changes = {'lock': lock, 'LockType': lock, 'allocate_lock': lock, 'allocate': lock, 'RLock': rlock, '_ThreadHandle': handle,
        '_make_thread_handle': handle, 'start_joinable_thread': start_joinable_thread, 'start_new_thread': start_new_thread,
        'start_new': start_new_thread, '_shutdown': shutdown, 'get_ident': get_ident,
        'get_native_id': lambda: os.getpid() + number[0], 'interrupt_main': lambda signum=2, /: os.kill(os.getpid(), signum), '_count': lambda: len(foreground),
        '_local': _threading_local.local, 'TIMEOUT_MAX': _FOREVER}
    # Whoever was imported before has C's by their names.
    replaced = {id(vars(_thread).get(name)): value for name, value in changes.items() if name in vars(_thread) and callable(value)}
    for module in [each for each in sys.modules.values() if isinstance(each, types.ModuleType)]:
        scope = vars(module)
        for name in [name for name, value in scope.items() if id(value) in replaced and module is not _thread]:
            scope[name] = replaced[id(scope[name])]
    for name, value in changes.items():
        setattr(_thread, name, value)
    threading.TIMEOUT_MAX = _FOREVER
    # CPython was built where threads have no numbers of the kernel's.
    threading._HAVE_THREAD_NATIVE_ID = True
    threading.get_native_id = _thread.get_native_id
    threading.Thread._set_native_id = lambda self: setattr(self, '_native_id', _thread.get_native_id())
    threading.Thread.native_id = property(lambda self: self._native_id)
    threading._CRLock = None
    threading._active_limbo_lock = rlock()
    threading._DeleteDummyThreadOnDel.__del__.__defaults__ = (threading._active_limbo_lock, threading._active)
    threading._main_thread._os_thread_handle = handle(main)
    threading._main_thread._native_id = os.getpid()
    import _queue
    del _queue.SimpleQueue

def _threads_one_after_another():
    import threading
    def start(self):
        if self._started.is_set():
            raise RuntimeError('threads can only be started once')
        self._started.set()
        try:
            self.run()
        except SystemExit:
            pass
        except BaseException:
            self._invoke_excepthook(self)
    def join(self, timeout=None):
        if not self._started.is_set():
            raise RuntimeError('cannot join thread before it is started')
    threading.Thread.start = start
    threading.Thread.join = join
    threading.Thread.is_alive = lambda self: False
    plain = threading.Condition.wait
    def wait(self, timeout=None):
        if timeout is None:
            raise RuntimeError('nobody can wake this thread: threads run one after another here')
        return plain(self, timeout)
    threading.Condition.wait = wait

def _work_at_once(module):
    """A pool's threads would wait for work that comes later, and nobody would bring it: work is done when it is given."""
    if _maker is not None:
        return
    from concurrent.futures import Future
    def submit(self, fn, /, *args, **kwargs):
        if self._shutdown:
            raise RuntimeError('cannot schedule new futures after shutdown')
        future = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future
    module.ThreadPoolExecutor.submit = submit

def _end_threads():
    """What stands at the end of every program: threads that are no daemons are waited for."""
    import threading
    try:
        threading._shutdown()
    except BaseException as error:
        _ignored(f'on threading shutdown {threading!r}', error)
`
