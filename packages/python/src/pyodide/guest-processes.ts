/** Part of the guest: other programs, by subprocess, asyncio and os. */
export const PROCESSES = String.raw`
# processes ------------------------------------------------------------------------------------------------------------

_NO_FORK = 'fork copies a running interpreter, which WebAssembly cannot: use subprocess, or multiprocessing, which spawns'

def _processes():
    module = types.ModuleType('_posixsubprocess')
    module.fork_exec = _fork_exec
    sys.modules['_posixsubprocess'] = module
    # Pyodide has looked at it while it was no Linux yet.
    sys.modules.pop('subprocess', None)
    class Subprocess:
        def __getattr__(self, name):
            import subprocess
            return getattr(subprocess, name)
    import asyncio.base_events, asyncio.events, asyncio.subprocess, asyncio.unix_events as unix
    for user in (asyncio.base_events, asyncio.subprocess, unix):
        user.subprocess = Subprocess()
    def watch(self, pid, callback, *args):
        # A thread that waits for the child would keep the loop from what the child waits for.
        loop = asyncio.events.get_running_loop()
        def look():
            done, status = os.waitpid(pid, os.WNOHANG)
            if done == 0:
                loop.call_later(0.02, look)
            else:
                callback(pid, os.waitstatus_to_exitcode(status), *args)
        loop.call_soon(look)
    unix._ThreadedChildWatcher.add_child_handler = watch
    _waiting()
    _starting()

def _fork_exec(args, files, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,
        errpipe_read, errpipe_write, restore_signals, start_new_session, process_group, gid, groups, uid, umask, preexec_fn):
    text = os.fsdecode
    # Between fork and exec there is nobody here to run a function; those that the kernel can do itself are done.
    begin = {os.setsid: {'newSession': True}, os.setpgrp: {'pgid': 0}}.get(preexec_fn) if preexec_fn else {}
    if begin is None:
        raise RuntimeError('preexec_fn runs between fork and exec: ' + _NO_FORK)
    variables = dict(os.environ) if env is None else dict(text(each).split('=', 1) for each in env)
    ends = {0: p2cread, 1: c2pwrite, 2: errwrite}
    fds = [[child, child if own < 0 else own] for child, own in ends.items()]
    # The pipe by which a child tells why it could not begin ends with exec.
    fds += [[int(fd), int(fd)] for fd in pass_fds if fd != errpipe_write]
    if not close_fds:
        fds += [[fd, fd] for fd in _ask('inheritable') if fd > 2 and fd != errpipe_write]
    told = lambda error, where: (os.write(errpipe_write, f'OSError:{error.errno:x}:{where}'.encode()), 0)[1]
    try:
        if cwd is not None:
            os.listdir(cwd)
    except OSError as error:
        return told(error, 'noexec:chdir')
    numbers = {name: value for name, value in (('gid', gid), ('uid', uid)) if value is not None and value >= 0}
    if umask >= 0:
        numbers['umask'] = umask
    if process_group >= 0:
        numbers['pgid'] = process_group
    if start_new_session:
        begin = {'newSession': True}
    try:
        return _ask('spawn', {
            'files': [text(each) for each in files],
            'argv': [text(each) for each in args], 'env': variables,
            'cwd': None if cwd is None else text(cwd), 'fds': fds, **numbers, **begin})
    except OSError as error:
        return told(error, '')

def _waiting():
    import posix, resource
    def wait(pid, options):
        if pid == 0:
            return (0, 1 << 8)
        told = _ask('wait', pid, int(options))
        if told is None:
            return (0, 0)
        status = told['signal'] or told['code'] << 8
        return (told['pid'], told['signal'] << 8 | 0x7f if told['stopped'] else status)
    def wait4(pid, options):
        return (*wait(pid, options), resource.getrusage(resource.RUSAGE_CHILDREN))
    class waitid_result(tuple):
        si_pid, si_uid, si_signo, si_status, si_code = (property(lambda self, at=at: self[at]) for at in range(5))
    def waitid(idtype, id, options, /):
        pid, status = wait(id if idtype == os.P_PID else -1 if idtype == os.P_ALL else -id, options & os.WNOHANG)
        if pid == 0:
            return None
        ended = status & 127 == 0
        return waitid_result((pid, os.getuid(), 17, status >> 8 if ended else status & 127, 1 if ended else 2))
    def waitstatus_to_exitcode(status):
        if status & 255 == 127:
            raise ValueError(f'process stopped by delivery of signal {status >> 8}')
        return -(status & 127) if status & 127 else status >> 8
    _give(os, posix, wait=lambda: wait(-1, 0), waitpid=lambda pid, options, /: wait(pid, options),
        wait3=lambda options: wait4(-1, options), wait4=wait4, waitid=waitid, waitid_result=waitid_result,
        WNOHANG=1, WUNTRACED=2, WSTOPPED=2, WEXITED=4, WCONTINUED=8, WNOWAIT=0x1000000, P_ALL=0, P_PID=1, P_PGID=2,
        CLD_EXITED=1, CLD_KILLED=2, CLD_DUMPED=3, CLD_TRAPPED=4, CLD_STOPPED=5, CLD_CONTINUED=6,
        WIFSTOPPED=lambda status: status & 255 == 127, WSTOPSIG=lambda status: status >> 8, WIFCONTINUED=lambda status: status == 0xffff,
        WIFEXITED=lambda status: status & 127 == 0, WEXITSTATUS=lambda status: status >> 8,
        WIFSIGNALED=lambda status: 0 < status & 127 < 127, WTERMSIG=lambda status: status & 127,
        WCOREDUMP=lambda status: bool(status & 128), waitstatus_to_exitcode=waitstatus_to_exitcode)
    os.waitpid = lambda pid, options=0, /: wait(pid, options)

def _give(*modules, **names):
    """Functions and numbers that were not compiled into a module."""
    for module in modules:
        for name, value in names.items():
            if callable(value):
                value.__name__ = name
            setattr(module, name, value)

def _starting():
    import posix
    plain_path = os.fspath
    def start(file, args, env, actions=(), **options):
        """posix_spawn(3), and what spawn* and system are made of."""
        fds = {fd: fd for fd in _ask('inheritable')}
        opened = []
        for kind, *rest in actions or ():
            if kind == os.POSIX_SPAWN_OPEN:
                opened.append(os.open(*rest[1:]))
                fds[rest[0]] = opened[-1]
            elif kind == os.POSIX_SPAWN_CLOSE:
                fds.pop(rest[0], None)
            else:
                fds[rest[1]] = fds.get(rest[0], rest[0])
        text = lambda each: os.fsdecode(plain_path(each))
        begin = {'newSession': True} if options.get('setsid') else {}
        if options.get('setpgroup') is not None:
            begin['pgid'] = options['setpgroup']
        try:
            return _ask('spawn', {'files': [text(file)], 'argv': [text(each) for each in args],
                'env': {text(name): text(value) for name, value in env.items()}, 'cwd': None,
                'fds': [list(each) for each in fds.items()], **begin})
        except OSError as error:
            raise OSError(error.errno, error.strerror, file) from None
        finally:
            for fd in opened:
                os.close(fd)
    def named(path):
        return path if '/' in os.fsdecode(path) else './' + os.fsdecode(path)
    def posix_spawn(path, argv, env, /, *, file_actions=(), **options):
        return start(named(path), argv, env, file_actions, **options)
    def posix_spawnp(path, argv, env, /, *, file_actions=(), **options):
        return start(path, argv, env, file_actions, **options)
    def spawned(mode, file, args, env, run):
        _flush()
        pid = start(file if run in (os.execvp, os.execvpe) else named(file), args, os.environ if env is None else env)
        if mode == os.P_NOWAIT:
            return pid
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    def system(command):
        status = os.waitpid(start('/bin/sh', ['sh', '-c', command], os.environ), 0)[1]
        return status
    def execve(path, args, env):
        if not args:
            raise ValueError('execve() arg 2 must not be empty')
        text = lambda each: os.fsdecode(plain_path(each))
        try:
            _ask('exec', named(text(path)), [text(each) for each in args], {text(name): text(value) for name, value in env.items()})
        except OSError as error:
            raise OSError(error.errno, error.strerror) from None
    def fork():
        import errno
        raise OSError(errno.ENOSYS, _NO_FORK)
    os._spawnvef = spawned
    _give(os, posix, posix_spawn=posix_spawn, posix_spawnp=posix_spawnp, system=system, execve=execve,
        execv=lambda path, args, /: execve(path, args, os.environ), fork=fork, forkpty=lambda: fork(),
        POSIX_SPAWN_OPEN=0, POSIX_SPAWN_CLOSE=1, POSIX_SPAWN_DUP2=2)
    for name, run in (('spawnvp', os.execvp), ('spawnvpe', os.execvpe)):
        if not hasattr(os, name):
            vars(os)[name] = lambda mode, file, args, env=None, run=run: spawned(mode, file, args, env, run)
    if not hasattr(os, 'spawnlp'):
        os.spawnlp = lambda mode, file, *args: os.spawnvp(mode, file, args)
        os.spawnlpe = lambda mode, file, *args: os.spawnvpe(mode, file, args[:-1], args[-1])
`
