import { ACCOUNTS } from './guest-accounts.ts'
import { ERRORS } from './guest-errors.ts'
import { POSIX } from './guest-posix.ts'
import { PROCESSES } from './guest-processes.ts'
import { SOCKETS } from './guest-sockets.ts'
import { THREADS } from './guest-threads.ts'

/**
 * What makes Pyodide's CPython one on a Linux machine: its streams, processes, signals and sockets, then the script. Runs
 * in a module of its own before anything of the user's.
 */
export const GUEST = String.raw`
import sys, os, io, json, types, builtins

_hatch = os.open('/dev/.drydock', os.O_RDWR)

def _ask(op, *args):
    os.write(_hatch, json.dumps([op, *args]).encode())
    data = b''
    while part := os.read(_hatch, 65536):
        data += part
    answer = json.loads(data)
    if 'error' in answer:
        import errno
        number = getattr(errno, answer['error'], errno.EIO)
        raise OSError(number, os.strerror(number))
    return answer['value']

# streams --------------------------------------------------------------------------------------------------------------

def _streams(start, unbuffered):
    encoding, _, given = start['env'].get('PYTHONIOENCODING', '').partition(':')
    encoding = encoding or 'utf-8'
    def raw(fd, mode, name):
        file = io.FileIO(fd, mode, closefd=False)
        file.name = name
        return file
    def text(mode, *args, **options):
        stream = io.TextIOWrapper(*args, **options)
        stream.mode = mode
        return stream
    def output(fd, name, errors, by_line):
        file = raw(fd, 'w', name)
        return text('w', file if unbuffered else io.BufferedWriter(file), encoding, errors, '\n',
            line_buffering=by_line, write_through=unbuffered)
    try:
        sys.stdin = sys.__stdin__ = text('r', io.BufferedReader(raw(0, 'r', '<stdin>')), encoding, given or 'strict')
    except OSError:
        sys.stdin = sys.__stdin__ = None
    sys.stdout = sys.__stdout__ = output(1, '<stdout>', given or 'strict', os.isatty(1))
    sys.stderr = sys.__stderr__ = output(2, '<stderr>', 'backslashreplace', True)

# the machine ----------------------------------------------------------------------------------------------------------

def _machine(start):
    # The memory that the interpreter began with has seen its entropy before.
    if 'random' in sys.modules:
        sys.modules['random'].seed()
    os.environ.clear()
    os.environ.update(start['env'])
    sys.platform = 'linux'
    sys.version = f"{start['version']} (main, {sys.version.split('(main, ', 1)[-1].split(')')[0]}) [GCC 14.2.0]"
    sys.executable = sys._base_executable = start['executable']
    sys.prefix = sys.exec_prefix = sys.base_prefix = sys.base_exec_prefix = '/usr/local'
    os.getpid = lambda: start['pid']
    os.getppid = lambda: start['ppid']
    os.cpu_count = os.process_cpu_count = lambda: 2
    def uname():
        told = _ask('uname')
        return os.uname_result((told['sysname'], told['nodename'], told['release'], told['version'], told['machine']))
    os.uname = uname
    def ids(name):
        return lambda: _ask('ids')[name]
    os.getuid, os.geteuid, os.getgid, os.getegid = ids('uid'), ids('euid'), ids('gid'), ids('egid')
    os.kill = lambda pid, signal: _ask('kill', pid, int(signal))
    os.set_inheritable = lambda fd, inheritable, /: _ask('setFlags', fd, {'cloexec': not inheritable})
    os.get_inheritable = lambda fd, /: not _ask('getFlags', fd)['cloexec']
    os.link = lambda src, dst, **_: _ask('link', os.fspath(src), os.fspath(dst))

    # What sysconfig has of the build is Linux's now.
    config = types.ModuleType('_sysconfigdata__linux_wasm32-emscripten')
    config.build_time_vars = {'TZPATH': '/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo'}
    sys.modules[config.__name__] = config

def _site(start):
    major = '.'.join(start['version'].split('.')[:2])
    packages = [f'/usr/local/lib/python{major}/site-packages', '/usr/lib/python3/dist-packages']
    home = os.path.dirname(os.path.dirname(start['executable']))
    try:
        with open(f'{home}/pyvenv.cfg') as file:
            config = dict(map(str.strip, line.split('=', 1)) for line in file if '=' in line)
        sys.prefix = sys.exec_prefix = home
        if config.get('include-system-site-packages') != 'true':
            packages.clear()
            start['command']['flags']['noUserSite'] = True
        packages.insert(0, f'{home}/lib/python{major}/site-packages')
    except OSError:
        pass
    flags = start['command']['flags']
    home = os.environ.get('PYTHONUSERBASE') or os.path.expanduser('~/.local')
    own = f'{home}/lib/python{major}/site-packages'
    if not flags['noUserSite'] and os.path.isdir(own):
        packages.insert(0, own)
    import site
    site.PREFIXES, site.USER_BASE, site.USER_SITE = [sys.prefix], home, own
    site.ENABLE_USER_SITE = not flags['noUserSite']
    site.getsitepackages = lambda prefixes=None: [f'{each}/lib/python{major}/site-packages' for each in prefixes or site.PREFIXES]
    given = '' if flags['ignoreEnvironment'] else os.environ.get('PYTHONPATH', '')
    inherited = [os.path.abspath(each) for each in given.split(':') if each]
    sys.path[:] = inherited + [each for each in sys.path if each.startswith('/lib/python3')] + packages
    if not flags['noSite']:
        for folder in packages:
            _path_files(folder)

def _path_files(folder):
    """What the module site does with files of the name *.pth."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith('.pth'))
    except OSError:
        return
    for name in names:
        with open(f'{folder}/{name}') as file:
            for line in map(str.strip, file):
                if line.startswith(('import ', 'import\t')):
                    exec(line, {})
                elif line and not line.startswith('#') and os.path.isdir(os.path.join(folder, line)):
                    sys.path.append(os.path.join(folder, line))

${ERRORS}
${ACCOUNTS}
# time and signals -----------------------------------------------------------------------------------------------------

def _signals(start):
    import errno, math, signal, time
    plain = signal.signal
    def watched(number, handler):
        before = plain(number, handler)
        if number != signal.SIGINT or handler != signal.default_int_handler:
            _ask('signal', int(number), handler not in (signal.SIG_DFL,))
        return before
    signal.signal = watched
    if not hasattr(signal, 'SIGALRM'):
        signal.SIGALRM = 14
    signal.ITIMER_REAL = 0
    def setitimer(which, seconds, interval=0.0):
        if which != signal.ITIMER_REAL:
            raise OSError(errno.ENOSYS, 'only ITIMER_REAL is here')
        return tuple(each / 1000 for each in _ask('alarm', seconds * 1000, interval * 1000))
    signal.setitimer = setitimer
    if start['ignoresInterrupt']:
        plain(signal.SIGINT, signal.SIG_IGN)
    def abort():
        plain(signal.SIGABRT, signal.SIG_DFL)
        _ask('signal', int(signal.SIGABRT), False)
        os.kill(os.getpid(), signal.SIGABRT)
    os.abort = abort
    signal.alarm = lambda seconds, /: math.ceil(setitimer(signal.ITIMER_REAL, seconds)[0])
    def sleep(seconds, /):
        import select
        if seconds < 0:
            raise ValueError('sleep length must be non-negative')
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            select.select((), (), (), left)
    time.sleep = sleep
    def tzset():
        told = _ask('zone', os.environ.get('TZ', ''))
        time.tzname = tuple(told['names'])
        time.timezone, time.altzone, time.daylight = told['timezone'], told['altzone'], told['daylight']
    time.tzset = tzset
    tzset()

${THREADS}
${PROCESSES}
${POSIX}
${SOCKETS}
def _change_zoneinfo(common):
    """The image's zones lie nowhere as files: each is written when it is asked for."""
    plain = common.load_tzdata
    def load_tzdata(key):
        from binascii import a2b_base64
        data = _ask('tzif', key)
        if data is None:
            raise common.ZoneInfoNotFoundError(f'No time zone found with key {key}')
        return io.BytesIO(a2b_base64(data))
    common.load_tzdata = load_tzdata

def _change_locale(locale):
    """The locales of the image, of which slim ones have no more."""
    kept = {locale.LC_CTYPE: os.environ.get('LC_ALL') or os.environ.get('LC_CTYPE') or os.environ.get('LANG') or 'C.UTF-8'}
    kept[locale.LC_CTYPE] = {'POSIX': 'C'}.get(kept[locale.LC_CTYPE], kept[locale.LC_CTYPE])
    def setlocale(category, wanted=None):
        if wanted is None:
            return kept.get(category, 'C')
        if wanted == '':
            wanted = os.environ.get('LC_ALL') or os.environ.get('LANG') or 'C'
        if wanted not in ('C', 'POSIX') and wanted.lower().replace('-', '') != 'c.utf8':
            raise locale.Error('unsupported locale setting')
        wanted = 'C' if wanted == 'POSIX' else wanted
        for each in (range(7) if category == locale.LC_ALL else (category,)):
            kept[each] = wanted
        return wanted
    locale._setlocale = setlocale
    locale.getpreferredencoding = locale.getencoding = lambda *_: sys.flags.utf8_mode and 'utf-8' or 'UTF-8'

# modules as files -----------------------------------------------------------------------------------------------------

def _modules():
    """A module is read in one question to the kernel: opening, looking and reading would be ten."""
    import importlib._bootstrap_external as external
    from binascii import a2b_base64
    plain = external.FileLoader.get_data
    def get_data(self, path):
        if path.startswith('/lib/python3'):
            return plain(self, path)
        return a2b_base64(_ask('readFile', os.path.join(os.getcwd(), path)))
    external.FileLoader.get_data = get_data

# modules that are changed when they are imported ----------------------------------------------------------------------

class _Changes:
    def __init__(self, changes):
        self.changes = changes
    def find_spec(self, name, path=None, target=None):
        change = self.changes.pop(name, None)
        if change is None:
            return None
        import importlib.util
        spec = importlib.util.find_spec(name)
        if spec is None:
            return None
        spec.loader = _ChangingLoader(spec.loader, change)
        return spec

class _ChangingLoader:
    """Stands before a loader, which may be one for many modules."""
    def __init__(self, loader, change):
        self._loader = loader
        self._change = change
    def __getattr__(self, name):
        return getattr(self._loader, name)
    def exec_module(self, module):
        self._loader.exec_module(module)
        self._change(module)

# The program, where it is no file.
_typed = {'text': None}
_MADE = {'_drydock_pools', 'venv', 'venv.__main__', 'ensurepip', '_multiprocessing', '_posixshmem', 'resource', 'syslog'}

class _Made:
    """Modules that CPython was built without; each is compiled when it is first imported."""
    def find_spec(self, name, path=None, target=None):
        if name not in _MADE:
            return None
        import importlib.machinery
        return importlib.machinery.ModuleSpec(name, self, is_package=name == 'venv')
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        vars(module).update(_ask=_ask, _typed=_typed)
        exec(self.get_code(module.__spec__.name), vars(module))
    def get_code(self, name):
        return compile(_source(name), '<drydock>', 'exec')

def _built():
    sys.meta_path.insert(0, _Made())

def _pools(name):
    def change(module):
        import _drydock_pools
        getattr(_drydock_pools, name)(module)
    return change

# a server that starts itself anew -------------------------------------------------------------------------------------

def _change_reloader(module):
    """Werkzeug watches files in a thread; here the server looks between two requests."""
    module.run_with_reloader = _run_with_reloader

def _run_with_reloader(main, extra_files=None, exclude_patterns=None, interval=1, reloader_type='auto'):
    import signal, socketserver, time
    from werkzeug import _reloader
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    watcher = _reloader.StatReloaderLoop(extra_files, exclude_patterns, interval)
    if os.environ.get('WERKZEUG_RUN_MAIN') != 'true':
        sys.exit(_reloader.ReloaderLoop.restart_with_reloader(watcher))
    watcher.__enter__()
    looked = [time.monotonic()]
    def look(server):
        if time.monotonic() - looked[0] >= interval:
            looked[0] = time.monotonic()
            watcher.run_step()
    socketserver.BaseServer.service_actions = look
    main()

_compile = compile

# scripts --------------------------------------------------------------------------------------------------------------

def _main_module():
    module = types.ModuleType('__main__')
    module.__builtins__ = builtins
    sys.modules['__main__'] = module
    return module

def _file(command, module):
    path = command['path']
    sys.argv = [path, *command['args']]
    full = os.path.join(os.getcwd(), path)
    import runpy, zipfile
    if os.path.isdir(path) or os.path.isfile(path) and zipfile.is_zipfile(path):
        sys.path.insert(0, path)
        return runpy._run_module_as_main('__main__', False)
    try:
        with open(path, 'rb') as file:
            source = file.read()
    except OSError as error:
        print(f"{sys.orig_argv[0]}: can't open file '{full}': [Errno 2] {error.strerror}", file=sys.stderr)
        sys.exit(2)
    if command['flags']['skipFirstLine']:
        source = b'\n' + source.partition(b'\n')[2]
    _search_first(os.path.dirname(os.path.realpath(path)))
    module.__file__ = full
    exec(_compile(source, full, 'exec', dont_inherit=True), module.__dict__)

def _text(command, module):
    import linecache
    sys.argv = ['-c', *command['args']] if not command['args'][:1] == ['-'] else command['args']
    _search_first('')
    name = '<stdin>' if command['args'][:1] == ['-'] else '<string>'
    _typed['text'] = command['text']
    code = _compile(command['text'], name, 'exec', dont_inherit=True)
    if name == '<string>':
        linecache._register_code(code, command['text'], name)
    exec(code, module.__dict__)

def _module(command, module):
    import runpy
    sys.argv = ['-m', *command['args']]
    _search_first(os.getcwd())
    runpy._run_module_as_main(command['name'])

def _edited_line(prompt, scope):
    """Whoever edits the line is the kernel's side, which is told what Tab may give."""
    import keyword
    _flush()
    told = _ask('readLine', prompt, [*_completions(scope), *keyword.kwlist])
    if told['kind'] == 'interrupt':
        raise KeyboardInterrupt
    if told['kind'] == 'end':
        raise EOFError
    return told['text']

def _completions(scope, most=4000):
    words = [name + '(' if callable(value) else name for name, value in [*scope.items(), *vars(builtins).items()] if not name.startswith('_')]
    for name, value in scope.items():
        if name.startswith('_') or len(words) > most:
            continue
        # To look a property of an object up would be to run it.
        called = lambda each: '(' if callable(getattr(type(value) if not isinstance(value, types.ModuleType) else value, each, None)) else ''
        words += [f'{name}.{each}{called(each)}' for each in dir(value) if not each.startswith('_')]
    return words

def _startup(module):
    name = os.environ.get('PYTHONSTARTUP', '')
    if not name or sys.flags.ignore_environment:
        return
    try:
        with open(name, 'rb') as file:
            source = file.read()
    except OSError as error:
        print('Could not open PYTHONSTARTUP', file=sys.stderr)
        print(f'{type(error).__name__}: {error}', file=sys.stderr)
        return
    try:
        exec(_compile(source, name, 'exec', dont_inherit=True), vars(module))
    except Exception as error:
        _status_of(error)

def _repl(module, quiet):
    import code
    if not quiet:
        print(f'Python {sys.version} on {sys.platform}\nType "help", "copyright", "credits" or "license" for more information.', file=sys.stderr)
    sys.ps1, sys.ps2 = '>>> ', '... '
    _search_first('')
    _startup(module)
    console = code.InteractiveConsole(module.__dict__, '<stdin>')
    if os.isatty(0) and os.isatty(1) and os.environ.get('TERM') != 'dumb':
        console.raw_input = lambda prompt='': _edited_line(prompt, vars(module))
    console.interact(banner='', exitmsg='')

def _tracebacks(start):
    """The library's files are named where an image has them; frames of this module are nobody's."""
    import traceback
    library = f"/usr/local/lib/python{'.'.join(start['version'].split('.')[:2])}/"
    plain = traceback.StackSummary.format_frame_summary
    def told(self, frame, **options):
        if frame.filename == '<drydock>' or frame.filename.startswith('/lib/python314.zip/pyodide/'):
            return ''
        return plain(self, frame, **options).replace('/lib/python314.zip/', library)
    traceback.StackSummary.format_frame_summary = told
    safe = traceback._safe_string
    def safe_string(value, *rest, **options):
        return safe(value, *rest, **options).replace('/lib/python314.zip/', library)
    traceback._safe_string = safe_string

def _own_frames(trace):
    while trace and trace.tb_frame.f_code.co_filename == '<drydock>':
        trace = trace.tb_next
    return trace

def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass

def _let_go(module):
    """What the program held has its last moment: files are written out, __del__ is called."""
    import gc
    scope = vars(module)
    for name in [each for each in scope if each != '__builtins__']:
        scope[name] = None
    gc.collect()

def _status_of(error):
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            return (error.code or 0) & 0xff
        print(error.code, file=sys.stderr)
        return 1
    error.__traceback__ = _own_frames(error.__traceback__)
    sys.excepthook(type(error), error, error.__traceback__)
    return 130 if isinstance(error, KeyboardInterrupt) else 1

def _guarded(run):
    try:
        run()
        return 0
    except BaseException as error:
        _flush()
        return _status_of(error)

_FLAG_NAMES = ('debug inspect interactive optimize dont_write_bytecode no_user_site no_site ignore_environment verbose bytes_warning '
    'quiet hash_randomization isolated dev_mode utf8_mode warn_default_encoding safe_path int_max_str_digits').split()

class _Flags:
    """sys.flags, which C made before it was told anything."""
    def __init__(self, plain, told):
        self.__dict__.update({name: getattr(plain, name) for name in dir(plain) if not name.startswith('_') and
            name not in ('count', 'index', 'n_fields', 'n_sequence_fields', 'n_unnamed_fields')}, **told)
    def __repr__(self):
        return f"sys.flags({', '.join(f'{name}={getattr(self, name)!r}' for name in _FLAG_NAMES)})"
    def __iter__(self):
        return (getattr(self, name) for name in _FLAG_NAMES)

def _options(flags):
    import warnings
    sys.dont_write_bytecode = flags['dontWriteBytecode']
    sys.pycache_prefix = flags['cachePrefix']
    sys.flags = _Flags(sys.flags, {'optimize': flags['optimize'], 'isolated': int(flags['isolated']),
        'ignore_environment': int(flags['ignoreEnvironment']), 'no_site': int(flags['noSite']),
        'dev_mode': flags['devMode'], 'dont_write_bytecode': int(flags['dontWriteBytecode']),
        'interactive': int(flags['interactive']), 'inspect': int(flags['interactive']), 'quiet': int(flags['quiet']),
        'no_user_site': int(flags['noUserSite']), 'bytes_warning': flags['bytesWarning'], 'verbose': flags['verbose'],
        'debug': flags['debug'], 'safe_path': flags['safePath'], 'utf8_mode': int(flags['utf8'])})
    sys._xoptions = flags['extraOptions']
    sys.warnoptions = (['default'] if flags['devMode'] else []) + flags['warnings']
    warnings._processoptions(sys.warnoptions)
    if flags['faultHandler'] or flags['devMode']:
        import faulthandler
        faulthandler.enable()
    if flags['traceMalloc']:
        import tracemalloc
        tracemalloc.start()
    if flags['optimize']:
        import importlib._bootstrap_external as external
        plain = compile
        def optimised(*args, **options):
            return plain(*args, **{'optimize': flags['optimize'], **options})
        global _compile
        _compile = optimised
        external.SourceLoader.source_to_code = lambda self, data, path, *, _optimize=-1: optimised(data, path, 'exec', dont_inherit=True)

def _search_first(place):
    if not sys.flags.safe_path:
        sys.path.insert(0, place)

def main(text):
    try:
        return _main(json.loads(text))
    except BaseException as error:
        return _status_of(error)

def _main(start):
    command, flags = start['command'], start['command']['flags']
    _streams(start, flags['unbuffered'])
    _machine(start)
    _tracebacks(start)
    sys.orig_argv = start['argv']
    _options(flags)
    _site(start)
    for step in (_errors, _accounts, _built, _processes, _posix, _sockets, lambda: _signals(start), _threads, _modules):
        step()
    changes = {'werkzeug._reloader': _change_reloader, 'multiprocessing.context': _pools('change_context'),
        'multiprocessing.resource_tracker': _pools('change_tracker'), 'multiprocessing.synchronize': _pools('change_synchronize'),
        'multiprocessing.heap': _pools('change_heap'), 'multiprocessing.sharedctypes': _pools('change_shared'),
        'multiprocessing.spawn': _pools('change_spawn'),
        'concurrent.futures.thread': _work_at_once, 'fcntl': _change_fcntl, 'pty': _change_pty, 'select': _change_select,
        'selectors': _change_selectors, 'termios': _change_termios, 'zoneinfo._common': _change_zoneinfo, 'locale': _change_locale}
    if _maker is None:
        changes['multiprocessing.queues'] = _pools('change_queues')
    for name in [each for each in changes if each in sys.modules]:
        changes.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, _Changes(changes))
    module = _main_module()
    runs = {'file': lambda: _file(command, module), 'text': lambda: _text(command, module),
        'module': lambda: _module(command, module)}
    status = 0
    if command['kind'] in runs:
        status = _guarded(runs[command['kind']])
    if command['kind'] == 'repl' or flags['interactive']:
        quiet = flags['quiet'] or command['kind'] != 'repl'
        status = _guarded(lambda: _repl(module, quiet))
    _end_threads()
    import atexit
    atexit._run_exitfuncs()
    _flush()
    _let_go(module)
    _flush()
    return status
`
