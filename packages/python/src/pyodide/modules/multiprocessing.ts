/** The module _multiprocessing, which Emscripten's CPython is built without: semaphores of named pipes. sem_overview(7) */
export const SEMAPHORES = String.raw`
import errno, os, select, threading, time
flags = {'HAVE_SEM_OPEN': 1, 'HAVE_SEM_TIMEDWAIT': 1, 'HAVE_FD_TRANSFER': 1}
_FOLDER = '/dev/shm' if os.path.isdir('/dev/shm') else '/tmp'
_RECURSIVE = 0

def _path(name):
    return f"{_FOLDER}/sem.{name.lstrip('/')}"

def sem_unlink(name, /):
    os.unlink(_path(name))

class SemLock:
    """A pipe has as many bytes as the semaphore's value: whoever takes one away has it."""
    SEM_VALUE_MAX = 2147483647
    def __init__(self, kind, value, maxvalue, name, unlink):
        os.mkfifo(_path(name), 0o600)
        self._open(kind, maxvalue, name)
        if value:
            os.write(self.handle, b'.' * min(value, 60000))
        if unlink:
            sem_unlink(name)
    @classmethod
    def _rebuild(cls, handle, kind, maxvalue, name, /):
        self = cls.__new__(cls)
        self._open(kind, maxvalue, name)
        return self
    def _open(self, kind, maxvalue, name):
        self.kind, self.maxvalue, self.name = kind, maxvalue, name
        self.handle = os.open(_path(name), os.O_RDWR | os.O_NONBLOCK)
        self._held, self._owner = 0, None
    def __del__(self):
        try:
            os.close(self.handle)
        except (OSError, AttributeError):
            pass
    def _is_mine(self):
        return self._held > 0 and self._owner == threading.get_ident()
    def _count(self):
        return self._held
    def acquire(self, block=True, timeout=None):
        if self.kind == _RECURSIVE and self._is_mine():
            self._held += 1
            return True
        end = None if timeout is None else time.monotonic() + max(0, timeout)
        while not self._took():
            if not block:
                return False
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return False
            select.select([self.handle], [], [], left)
        self._held += 1
        self._owner = threading.get_ident()
        return True
    def _took(self):
        try:
            return bool(os.read(self.handle, 1))
        except BlockingIOError:
            return False
    def release(self):
        if self.kind == _RECURSIVE:
            if not self._is_mine():
                raise AssertionError('attempt to release recursive lock not owned by thread')
            if self._held > 1:
                self._held -= 1
                return
        elif self.maxvalue < 60000 and self._get_value() >= self.maxvalue:
            raise ValueError('semaphore or lock released too many times')
        self._held -= 1
        os.write(self.handle, b'.')
    def _get_value(self):
        try:
            taken = os.read(self.handle, 60000)
        except BlockingIOError:
            return 0
        os.write(self.handle, taken)
        return len(taken)
    def _is_zero(self):
        return self._get_value() == 0
    def _after_fork(self):
        self._held = 0
    def __enter__(self):
        return self.acquire()
    def __exit__(self, *_):
        self.release()
`

/** The module _posixshmem: mappings are copies here, so two processes would not see each other's changes. */
export const SHARED_MEMORY = String.raw`
import errno
def shm_open(path, flags, mode=0o777):
    raise OSError(errno.ENOSYS, 'no memory is shared between WebAssembly interpreters: use multiprocessing.Value, Array or a Manager')
def shm_unlink(path):
    raise FileNotFoundError(errno.ENOENT, 'No such file or directory', path)
`

/** What is changed in the package multiprocessing, when it is first imported. */
export const PROCESS_POOLS = String.raw`
"""Processes that begin with a new interpreter, whatever start method is asked for, and values that lie in files."""
import ast, io, os, pickle, struct, sys, types

def change_context(context):
    def start(process_obj):
        from multiprocessing.popen_spawn_posix import Popen
        return Popen(process_obj)
    for kind in (context.ForkProcess, context.ForkServerProcess):
        kind._Popen = staticmethod(start)
    version = tuple(map(int, sys.version.split()[0].split('.')[:2]))
    if version < (3, 14):
        context._default_context._default_context = context._concrete_contexts['fork']

def change_tracker(tracker):
    """What it tracks is unlinked by its owner."""
    kept = []
    def getfd():
        if not kept:
            kept.append(os.open('/dev/null', os.O_WRONLY))
        return kept[0]
    tracker.getfd = getfd
    tracker.ensure_running = lambda: None
    tracker.register = tracker.unregister = lambda name, rtype: None

def change_synchronize(synchronize):
    from multiprocessing import context
    plain = synchronize.SemLock.__init__
    def __init__(self, kind, value, maxvalue, *, ctx):
        plain(self, kind, value, maxvalue, ctx=context._concrete_contexts['spawn'])
    synchronize.SemLock.__init__ = __init__

def change_heap(heap):
    heap.BufferWrapper = SharedBytes

def change_shared(shared):
    from multiprocessing import context
    def RawValue(typecode_or_type, *args):
        return SharedValue(codes(typecode_or_type), *args)
    def RawArray(typecode_or_type, size_or_initializer):
        return SharedArray(codes(typecode_or_type), size_or_initializer)
    def codes(kind):
        if isinstance(kind, str):
            return kind
        code = getattr(kind, '_type_', None)
        if not isinstance(code, str):
            raise TypeError('structures are not shared between processes here, but single values and arrays of them are')
        return code
    def wrapped(made, lock, ctx):
        if lock is False:
            return made
        if lock in (True, None):
            lock = (ctx or context._default_context.get_context()).RLock()
        if not hasattr(lock, 'acquire'):
            raise AttributeError(f'{lock!r} has no method acquire')
        return made.synchronized(lock)
    shared.RawValue, shared.RawArray = RawValue, RawArray
    shared.Value = lambda kind, *args, lock=True, ctx=None: wrapped(RawValue(kind, *args), lock, ctx)
    shared.Array = lambda kind, size, *, lock=True, ctx=None: wrapped(RawArray(kind, size), lock, ctx)

class SharedBytes:
    """Memory that processes share is a file, which each of them reads and writes at once."""
    def __init__(self, size):
        import tempfile
        folder = '/dev/shm' if os.path.isdir('/dev/shm') else None
        self._fd, self._path = tempfile.mkstemp(prefix='pym-', dir=folder)
        self._owner = os.getpid()
        os.ftruncate(self._fd, size)
        from multiprocessing import util
        util.Finalize(self, SharedBytes._remove, (self._path, self._owner), exitpriority=0)
    @staticmethod
    def _remove(path, owner):
        if os.getpid() == owner:
            try:
                os.unlink(path)
            except OSError:
                pass
    def __getstate__(self):
        return self._path
    def __setstate__(self, path):
        self._path, self._owner = path, None
        self._fd = os.open(path, os.O_RDWR)
    def __del__(self):
        try:
            os.close(self._fd)
        except (OSError, AttributeError):
            pass
    def create_memoryview(self):
        return self
    def cast(self, code):
        return SharedArray.of(self, code, os.fstat(self._fd).st_size // struct.calcsize(code))
    def read(self, code, at):
        return struct.unpack(code, os.pread(self._fd, struct.calcsize(code), at))[0]
    def write(self, code, at, value):
        os.pwrite(self._fd, struct.pack(code, value), at)

# A long has eight bytes on the machine that is expected.
_CODES = {'l': 'q', 'L': 'Q', 'u': 'I'}
def _coded(code):
    return '=' + _CODES.get(code, code)
def _value_in(code, value):
    return value.encode('latin-1') if code == 'c' and isinstance(value, str) else ord(value) if code == 'u' else value
def _value_out(code, value):
    return chr(value) if code == 'u' else value

class SharedValue:
    def __init__(self, code, value=0):
        self._code, self._bytes = code, SharedBytes(8)
        self._lock = None
        if code not in 'cu' or value:
            self.value = value
    def synchronized(self, lock):
        self._lock = lock
        return self
    @property
    def value(self):
        return _value_out(self._code, self._bytes.read(_coded(self._code), 0))
    @value.setter
    def value(self, value):
        self._bytes.write(_coded(self._code), 0, _value_in(self._code, value))
    def get_lock(self):
        return self._lock
    def get_obj(self):
        return self
    def acquire(self, *args, **options):
        return self._lock.acquire(*args, **options)
    def release(self):
        return self._lock.release()
    def __enter__(self):
        return self._lock.__enter__()
    def __exit__(self, *args):
        return self._lock.__exit__(*args)
    def __repr__(self):
        return f'<Synchronized wrapper for {self.value!r}>'

class SharedArray(SharedValue):
    def __init__(self, code, given):
        values = None if isinstance(given, int) else list(given)
        self._length = given if values is None else len(values)
        self._code, self._lock = code, None
        self._bytes = SharedBytes(max(1, self._length * struct.calcsize(_coded(code))))
        for at, value in enumerate(values or ()):
            self[at] = value
    @classmethod
    def of(cls, memory, code, length):
        self = cls.__new__(cls)
        self._code, self._length, self._bytes, self._lock = code, length, memory, None
        return self
    def _at(self, index):
        index = range(self._length)[index]
        return index * struct.calcsize(_coded(self._code))
    def __len__(self):
        return self._length
    def __getitem__(self, index):
        if isinstance(index, slice):
            found = [self[each] for each in range(self._length)[index]]
            return b''.join(found) if self._code == 'c' else ''.join(found) if self._code == 'u' else found
        return _value_out(self._code, self._bytes.read(_coded(self._code), self._at(index)))
    def __setitem__(self, index, value):
        if isinstance(index, slice):
            places = range(self._length)[index]
            if len(places) != len(value):
                raise ValueError('Can only assign sequence of same size')
            for at, each in zip(places, value):
                self[at] = bytes([each]) if self._code == 'c' and isinstance(each, int) else each
        else:
            self._bytes.write(_coded(self._code), self._at(index), _value_in(self._code, value))
    def __iter__(self):
        return (self[at] for at in range(self._length))
    value = property(lambda self: self[:].partition(b'\0')[0], lambda self, text: self.__setitem__(slice(0, len(text) + 1), text + b'\0'))
    raw = property(lambda self: self[:])
    def __repr__(self):
        return f'<SynchronizedArray wrapper for {self[:]!r}>'

def change_spawn(spawn):
    """Where a child should have been a fork it gets the main module's definitions, and its values as they are now."""
    plain_data, plain_prepare = spawn.get_preparation_data, spawn.prepare
    def get_preparation_data(name):
        data = plain_data(name)
        main = sys.modules['__main__']
        path = getattr(main, '__file__', None)
        text = _typed['text']
        if data['start_method'] == 'fork' and path is not None and main.__spec__ is None:
            with open(path, 'rb') as file:
                text = file.read()
        if text is not None:
            data.pop('init_main_from_path', None)
            data['drydock_main'] = (text, path or '<string>', _globals_of(main))
        return data
    def prepare(data):
        plain_prepare(data)
        if 'drydock_main' in data:
            _rebuild_main(*data['drydock_main'])
    spawn.get_preparation_data, spawn.prepare = get_preparation_data, prepare

_DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom

class _Later:
    """A value that is unpickled when main's definitions are there."""
    def __init__(self, value):
        self.value = value
    def __reduce__(self):
        from multiprocessing import reduction
        return (bytes, (bytes(reduction.ForkingPickler.dumps(self.value)),))

def _globals_of(main):
    from multiprocessing import reduction
    found = {}
    for name, value in vars(main).items():
        if name.startswith('__') or isinstance(value, (types.ModuleType, type, types.FunctionType)):
            continue
        try:
            reduction.ForkingPickler.dumps(value)
        except Exception:
            continue
        found[name] = _Later(value)
    return found

def _rebuild_main(text, path, values):
    from multiprocessing import spawn
    tree = ast.parse(text, path)
    tree.body = [each for each in tree.body if isinstance(each, _DEFINITIONS)]
    main = types.ModuleType('__mp_main__')
    main.__file__ = path
    spawn.old_main_modules.append(sys.modules['__main__'])
    sys.modules['__main__'] = sys.modules['__mp_main__'] = main
    # A definition that leans on a value that is made later is made again when that is there.
    for body in (tree.body, None):
        for each in tree.body:
            try:
                exec(compile(ast.Module([each], []), path, 'exec'), vars(main))
            except NameError:
                if body is None:
                    raise
        if body is not None:
            for name, value in values.items():
                setattr(main, name, pickle.loads(value))

def change_queues(queues):
    """Without threads of its own a queue sends what is put into it at once."""
    def put(self, obj, block=True, timeout=None):
        if self._closed:
            raise ValueError(f'Queue {self!r} is closed')
        if not self._sem.acquire(block, timeout):
            raise queues.Full
        with self._wlock or _nothing:
            self._writer.send_bytes(queues._ForkingPickler.dumps(obj))
    queues.Queue.put = put
    queues.Queue._start_thread = lambda self: None
    queues.Queue.join_thread = queues.Queue.cancel_join_thread = lambda self: None

class _Nothing:
    def __enter__(self): pass
    def __exit__(self, *_): pass
_nothing = _Nothing()
`
