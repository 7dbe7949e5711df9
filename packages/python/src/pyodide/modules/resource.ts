/** The module resource, which Emscripten's CPython is built without. getrlimit(2), getrusage(2) */
export const RESOURCE = String.raw`
"""Resource limits and usage of processes."""
RLIM_INFINITY = -1
(RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_MEMLOCK,
    RLIMIT_AS, _, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_RTPRIO, RLIMIT_RTTIME) = range(16)
RLIMIT_OFILE = RLIMIT_NOFILE
RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD = 0, -1, 1
error = OSError

class struct_rusage(tuple):
    __module__ = 'resource'
    _names = ('utime stime maxrss ixrss idrss isrss minflt majflt nswap inblock oublock msgsnd msgrcv nsignals nvcsw nivcsw').split()
    def __repr__(self):
        return f"resource.struct_rusage({', '.join(f'ru_{name}={value!r}' for name, value in zip(self._names, self))})"
for _at, _name in enumerate(struct_rusage._names):
    setattr(struct_rusage, 'ru_' + _name, property(lambda self, at=_at: self[at]))

def _known(resource):
    if not 0 <= resource < 16:
        raise ValueError('invalid resource specified')

def getrlimit(resource, /):
    _known(resource)
    return tuple(_ask('limit', resource, 0))

def setrlimit(resource, limits, /):
    _known(resource)
    soft, hard = limits
    if 0 <= hard < soft or soft < 0 <= hard:
        raise ValueError('current limit exceeds maximum limit')
    try:
        _ask('limit', resource, 0, soft, hard)
    except PermissionError:
        raise ValueError('not allowed to raise maximum limit') from None

def prlimit(pid, resource, limits=None, /):
    _known(resource)
    return tuple(_ask('limit', resource, pid, *(limits or ())))

def getrusage(who, /):
    if who not in (RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD):
        raise ValueError('invalid who parameter')
    used = _ask('times')
    prefix = 'children{}Ms' if who == RUSAGE_CHILDREN else '{}Ms'
    first = (lambda name: name) if who == RUSAGE_CHILDREN else str.lower
    user, system = (used[prefix.format(first(each))] / 1000 for each in ('User', 'System'))
    return struct_rusage((user, system, _peak_kilobytes() if who != RUSAGE_CHILDREN else 0, *[0] * 13))

def _peak_kilobytes():
    try:
        with open('/proc/self/status') as status:
            for line in status:
                if line.startswith(('VmHWM:', 'VmRSS:')):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0

def getpagesize():
    return 4096
del _at, _name, _
`
