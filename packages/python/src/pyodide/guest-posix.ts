/** Part of the guest: what Linux's os, fcntl and pty have and Emscripten's CPython was built without. */
export const POSIX = String.raw`
# posix ----------------------------------------------------------------------------------------------------------------

def _posix():
    import errno, posix, signal
    path = lambda each: os.fsdecode(os.fspath(each))
    def told(name, *, of=None):
        return lambda: _ask(name) if of is None else _ask(name)[of]
    def getpriority(which, who, /):
        return _ask('niceOf', who)
    def setpriority(which, who, priority, /):
        _ask('setpriority', who, priority)
    def nice(increment, /):
        now = max(-20, min(19, _ask('niceOf', 0) + increment))
        _ask('setpriority', 0, now)
        return now
    def times():
        used = _ask('times')
        import time
        names = 'userMs', 'systemMs', 'childrenUserMs', 'childrenSystemMs'
        return os.times_result((*(round(used[each] / 1000, 2) for each in names), time.monotonic()))
    def openpty():
        made = _ask('openpty')
        for fd in (made['master'], made['slave']):
            os.set_inheritable(fd, False)
        return made['master'], made['slave']
    def pipe2(flags, /):
        ends = os.pipe()
        for fd in ends:
            if flags & os.O_NONBLOCK:
                os.set_blocking(fd, False)
            if not flags & os.O_CLOEXEC:
                os.set_inheritable(fd, True)
        return ends
    def mknod(path_, mode=0o600, device=0, *, dir_fd=None):
        _ask('mknod', path(path_), mode, device)
    def killpg(group, number, /):
        _ask('kill', -group, int(number))
    def sendfile(out_fd, in_fd, offset, count):
        data = os.read(in_fd, count) if offset is None else os.pread(in_fd, count, offset)
        return os.write(out_fd, data)
    def mkfifo(path_, mode=0o666, *, dir_fd=None):
        _ask('mknod', path(path_), 0o010000 | mode & 0o777, 0)
    def getlogin():
        raise OSError(errno.ENOTTY if not os.isatty(0) else errno.ENXIO, os.strerror(errno.ENOTTY if not os.isatty(0) else errno.ENXIO))
    def getgrouplist(user, group, /):
        import grp
        return [group, *(each.gr_gid for each in grp.getgrall() if user in each.gr_mem and each.gr_gid != group)]
    class sched_param(tuple):
        sched_priority = property(lambda self: self[0])
        def __new__(cls, priority):
            return tuple.__new__(cls, (priority,))
    _give(os, posix,
        getpriority=getpriority, setpriority=setpriority, nice=nice, times=times, openpty=openpty, pipe2=pipe2,
        mknod=mknod, mkfifo=mkfifo, killpg=killpg, sendfile=sendfile, getlogin=getlogin, getgrouplist=getgrouplist,
        getgroups=told('groups'), getpgid=lambda pid, /: _ask('getpgid', pid), getpgrp=lambda: _ask('getpgid', 0),
        setpgid=lambda pid, pgrp, /: _ask('setpgid', pid, pgrp), setpgrp=lambda: _ask('setpgid', 0, 0),
        getsid=lambda pid, /: _ask('getsid', pid), setsid=lambda: _ask('setsid') and None,
        setuid=lambda uid, /: _ask('setuid', uid), setgid=lambda gid, /: _ask('setgid', gid),
        seteuid=lambda uid, /: _ask('seteuid', uid), setegid=lambda gid, /: _ask('setgid', gid),
        setreuid=lambda ruid, euid, /: _ask('setuid', euid), setregid=lambda rgid, egid, /: _ask('setgid', egid),
        setresuid=lambda ruid, euid, suid, /: _ask('setuid', euid), setresgid=lambda rgid, egid, sgid, /: _ask('setgid', egid),
        getresuid=lambda: (os.getuid(), os.geteuid(), os.getuid()), getresgid=lambda: (os.getgid(), os.getegid(), os.getgid()),
        setgroups=lambda groups, /: _ask('setgroups', list(groups)), initgroups=lambda user, gid, /: _ask('setgroups', getgrouplist(user, gid)),
        getloadavg=lambda: tuple(_ask('sysinfo')['loads']), sched_getaffinity=lambda pid, /: set(range(os.cpu_count())),
        sched_setaffinity=lambda pid, mask, /: None, sched_param=sched_param,
        sched_get_priority_min=lambda policy, /: 0, sched_get_priority_max=lambda policy, /: 0,
        ttyname=lambda fd, /: _ask('ttyname', fd), tcgetpgrp=lambda fd, /: _ask('tcgetpgrp', fd),
        tcsetpgrp=lambda fd, pgid, /: _ask('tcsetpgrp', fd, pgid), ctermid=lambda: '/dev/tty',
        lchown=lambda path_, uid, gid: os.chown(path_, uid, gid, follow_symlinks=False),
        getrandom=lambda size, flags=0: os.urandom(size), posix_fallocate=lambda fd, offset, length, /: os.ftruncate(fd, max(os.fstat(fd).st_size, offset + length)),
        GRND_NONBLOCK=1, GRND_RANDOM=2, SEEK_DATA=3, SEEK_HOLE=4, NGROUPS_MAX=65536)
    for name, functions in (('supports_dir_fd', ()), ('supports_effective_ids', ())):
        getattr(os, name).update(functions)
    # What is built for a machine of 64 bits says so. sysconf(3)
    os.sysconf_names.setdefault('SC_CLK_TCK', 2)
    plain = os.sysconf
    known = {'SC_PAGE_SIZE': 4096, 'SC_PAGESIZE': 4096, 'SC_NPROCESSORS_ONLN': os.cpu_count(), 'SC_NPROCESSORS_CONF': os.cpu_count(),
        'SC_CLK_TCK': 100, 'SC_OPEN_MAX': 1048576, 'SC_ARG_MAX': 2097152}
    def sysconf(name, /):
        if name in ('SC_PHYS_PAGES', 'SC_AVPHYS_PAGES'):
            told = _ask('sysinfo')
            return int(told.get('totalBytes' if name == 'SC_PHYS_PAGES' else 'freeBytes', 0) // 4096)
        return known[name] if name in known else plain(name)
    _give(os, posix, sysconf=sysconf)
    if not hasattr(signal, 'SIGCLD'):
        signal.SIGCLD = signal.SIGCHLD

def _change_fcntl(fcntl):
    """fcntl(2)'s and flock(2)'s locks are the kernel's."""
    import struct
    number = lambda fd: fd if isinstance(fd, int) else fd.fileno()
    def flock(fd, operation, /):
        _ask('flock', number(fd), operation)
    def lockf(fd, cmd, len=0, start=0, whence=0, /):
        fd = number(fd)
        base = 0 if whence == 0 else os.lseek(fd, 0, 1) if whence == 1 else os.fstat(fd).st_size
        lock = {'start': base + start, 'length': len}
        if not cmd & fcntl.LOCK_UN:
            lock['type'] = 'write' if cmd & fcntl.LOCK_EX else 'read'
        _ask('lockRecord', fd, lock, not cmd & fcntl.LOCK_NB)
    _give(fcntl, flock=flock, lockf=lockf, F_GETLK=5, F_SETLK=6, F_SETLKW=7, F_GETLK64=5, F_SETLK64=6, F_SETLKW64=7)

def _change_termios(termios):
    """Its error is no OSError, so it has C's number."""
    def linux(plain):
        def called(*args):
            try:
                return plain(*args)
            except termios.error as error:
                number = _errno_of.get(error.args[0], error.args[0])
                raise termios.error(number, os.strerror(number)) from None
        return called
    _give(termios, **{name: linux(value) for name, value in vars(termios).items() if name.startswith('tc') and callable(value)})

def _change_pty(pty):
    """There is no fork, so the terminal's program is started with it from the beginning."""
    def spawn(argv, master_read=pty._read, stdin_read=pty._read):
        import tty
        argv = [argv] if isinstance(argv, str) else list(argv)
        sys.audit('pty.spawn', argv)
        master, slave = os.openpty()
        pid = _ask('spawn', {'files': [argv[0]], 'argv': argv, 'env': dict(os.environ), 'cwd': None,
            'fds': [[0, slave], [1, slave], [2, slave]], 'newSession': True, 'ctty': 0})
        os.close(slave)
        try:
            mode = tty.tcgetattr(pty.STDIN_FILENO)
            tty.setraw(pty.STDIN_FILENO)
            restore = True
        except tty.error:
            restore = False
        try:
            pty._copy(master, master_read, stdin_read)
        except OSError:
            pass
        finally:
            if restore:
                tty.tcsetattr(pty.STDIN_FILENO, tty.TCSAFLUSH, mode)
        os.close(master)
        return os.waitpid(pid, 0)[1]
    pty.spawn = spawn

def _change_select(select):
    """epoll(7), made of poll(2)."""
    names = 'IN PRI OUT ERR HUP RDNORM RDBAND WRNORM WRBAND MSG'.split()
    numbers = {f'EPOLL{name}': 1 << at for at, name in enumerate([*names[:5], None, *names[5:]]) if name}
    vars(select).update(numbers, EPOLLRDHUP=0x2000, EPOLLEXCLUSIVE=1 << 28, EPOLLWAKEUP=1 << 29, EPOLLONESHOT=1 << 30,
        EPOLLET=1 << 31, EPOLL_CLOEXEC=0o2000000)
    class epoll:
        __module__ = 'select'
        def __init__(self, sizehint=-1, flags=0):
            self._poll, self._once, self.closed = select.poll(), {}, False
        def register(self, fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT):
            import errno
            number = fd if isinstance(fd, int) else fd.fileno()
            if number in self._once:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            self._poll.register(number, eventmask & 0xffff)
            self._once[number] = bool(eventmask & select.EPOLLONESHOT)
        def modify(self, fd, eventmask):
            number = fd if isinstance(fd, int) else fd.fileno()
            self._poll.modify(number, eventmask & 0xffff)
            self._once[number] = bool(eventmask & select.EPOLLONESHOT)
        def unregister(self, fd):
            import errno
            number = fd if isinstance(fd, int) else fd.fileno()
            if number not in self._once:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            del self._once[number]
            self._poll.unregister(number)
        def poll(self, timeout=None, maxevents=-1):
            if self.closed:
                raise ValueError('I/O operation on closed epoll object')
            # Descriptors that were closed are in no set any more. epoll(7)
            found = [(fd, events) for fd, events in self._poll.poll(None if timeout is None or timeout < 0 else timeout * 1000) if not events & 0x20]
            for fd, _ in found:
                if self._once[fd]:
                    self._poll.modify(fd, 0)
            return found[:maxevents] if maxevents > 0 else found
        def fileno(self):
            raise OSError('an epoll of poll(2) has no descriptor')
        def close(self):
            self.closed = True
        def __enter__(self):
            return self
        def __exit__(self, *_):
            self.close()
    select.epoll = epoll
    if 'selectors' in sys.modules:
        _change_selectors(sys.modules['selectors'])

def _change_selectors(selectors):
    import math, select as polls
    if hasattr(selectors, 'EpollSelector'):
        return
    class EpollSelector(selectors._PollLikeSelector):
        """Epoll-based selector."""
        _selector_cls = polls.epoll
        _EVENT_READ, _EVENT_WRITE = polls.EPOLLIN, polls.EPOLLOUT
        def fileno(self):
            return self._selector.fileno()
        def select(self, timeout=None):
            if timeout is not None:
                timeout = 0 if timeout <= 0 else math.ceil(timeout * 1e3) * 1e-3
            try:
                found = self._selector.poll(timeout, max(len(self._fd_to_key), 1))
            except InterruptedError:
                return []
            ready = []
            for fd, event in found:
                key = self._fd_to_key.get(fd)
                if key:
                    events = (event & ~polls.EPOLLIN and selectors.EVENT_WRITE) | (event & ~polls.EPOLLOUT and selectors.EVENT_READ)
                    ready.append((key, events & key.events))
            return ready
        def close(self):
            self._selector.close()
            super().close()
    EpollSelector.__module__, EpollSelector.__qualname__ = 'selectors', 'EpollSelector'
    selectors.EpollSelector = selectors.DefaultSelector = EpollSelector
`
