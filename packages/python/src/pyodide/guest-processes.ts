/** Part of the guest: other programs, by subprocess, asyncio and os. */
export const PROCESSES = String.raw`
# processes ------------------------------------------------------------------------------------------------------------

def _processes():
    module = types.ModuleType('_posixsubprocess')
    def fork_exec(args, files, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,
            errpipe_read, errpipe_write, restore_signals, start_new_session, *_):
        text = os.fsdecode
        variables = dict(os.environ) if env is None else dict(text(each).split('=', 1) for each in env)
        ends = {0: p2cread, 1: c2pwrite, 2: errwrite}
        fds = [[child, child if own < 0 else own] for child, own in ends.items()]
        # The pipe by which a child tells why it could not begin ends with exec.
        fds += [[int(fd), int(fd)] for fd in pass_fds if fd != errpipe_write]
        if not close_fds:
            fds += [[fd, fd] for fd in _ask('inheritable') if fd > 2 and fd != errpipe_write]
        try:
            return _ask('spawn', {
                'files': [text(each) for each in files][-1:] if '/' in text(files[0]) else [text(files[0]).rsplit('/', 1)[-1]],
                'argv': [text(each) for each in args], 'env': variables,
                'cwd': None if cwd is None else text(cwd), 'fds': fds, 'newSession': bool(start_new_session)})
        except OSError as error:
            os.write(errpipe_write, f'OSError:{error.errno:x}:'.encode())
            return 0
    module.fork_exec = fork_exec
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
    def waitpid(pid, options=0):
        if pid == 0:
            return (0, 1 << 8)
        told = _ask('wait', pid, int(options))
        if told is None:
            return (0, 0)
        return (told['pid'], told['signal'] or told['code'] << 8)
    os.waitpid = waitpid
    os.WNOHANG = 1
    os.WIFSTOPPED = lambda status: False
    os.WIFEXITED = lambda status: status & 127 == 0
    os.WEXITSTATUS = lambda status: status >> 8
    os.WIFSIGNALED = lambda status: status & 127 != 0
    os.WTERMSIG = lambda status: status & 127
    os.WSTOPSIG = lambda status: 0
    os.waitstatus_to_exitcode = lambda status: -(status & 127) if status & 127 else status >> 8
    def system(command):
        import subprocess
        status = subprocess.call(command, shell=True)
        return -status if status < 0 else status << 8
    os.system = system
    def execve(path, args, env):
        # The program takes the place of this process for all but its number.
        import subprocess
        _flush()
        child = subprocess.Popen([os.fspath(each) for each in args], executable=os.fspath(path), env=env, close_fds=False)
        code = child.wait()
        if code < 0:
            import signal
            signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        os._exit(code)
    def spawn(mode, file, args, env, run):
        import subprocess
        child = subprocess.Popen(list(map(os.fspath, args)), executable=os.fspath(file), env=env, close_fds=False)
        return child.pid if mode == os.P_NOWAIT else child.wait()
    os._spawnvef = spawn
    os.execve = execve
    os.execv = lambda path, args: execve(path, args, os.environ)
`
