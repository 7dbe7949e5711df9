/**
 * Part of the guest: what OSError says of itself. CPython was compiled with WASI's numbers of errors and musl's words; the
 * programs of a Linux image expect its own.
 */
export const ERRORS = String.raw`
# errors ---------------------------------------------------------------------------------------------------------------

# Linux's numbers of errors, which CPython was compiled without.
_LINUX_ERRORS = dict(EPERM=1, ENOENT=2, ESRCH=3, EINTR=4, EIO=5, ENXIO=6, E2BIG=7, ENOEXEC=8, EBADF=9, ECHILD=10, EAGAIN=11,
    ENOMEM=12, EACCES=13, EFAULT=14, EBUSY=16, EEXIST=17, EXDEV=18, ENODEV=19, ENOTDIR=20, EISDIR=21, EINVAL=22, ENFILE=23,
    EMFILE=24, ENOTTY=25, ETXTBSY=26, EFBIG=27, ENOSPC=28, ESPIPE=29, EROFS=30, EMLINK=31, EPIPE=32, EDOM=33, ERANGE=34,
    EDEADLK=35, ENAMETOOLONG=36, ENOLCK=37, ENOSYS=38, ENOTEMPTY=39, ELOOP=40, EPROTO=71, EOVERFLOW=75, ENOTSOCK=88,
    EDESTADDRREQ=89, EMSGSIZE=90, EPROTOTYPE=91, ENOPROTOOPT=92, EPROTONOSUPPORT=93, EOPNOTSUPP=95, ENOTSUP=95,
    EAFNOSUPPORT=97, EADDRINUSE=98, EADDRNOTAVAIL=99, ENETDOWN=100, ENETUNREACH=101, ECONNABORTED=103, ECONNRESET=104,
    ENOBUFS=105, EISCONN=106, ENOTCONN=107, ETIMEDOUT=110, ECONNREFUSED=111, EHOSTUNREACH=113, EALREADY=114,
    EINPROGRESS=115, ECANCELED=125)
# Where glibc says it otherwise than musl. strerror(3)
_GLIBC_WORDS = {'EADDRINUSE': 'Address already in use', 'EADDRNOTAVAIL': 'Cannot assign requested address',
    'EAFNOSUPPORT': 'Address family not supported by protocol', 'EALREADY': 'Operation already in progress',
    'EBUSY': 'Device or resource busy', 'ECHILD': 'No child processes', 'EDEADLK': 'Resource deadlock avoided',
    'EDESTADDRREQ': 'Destination address required', 'EDOM': 'Numerical argument out of domain',
    'EHOSTUNREACH': 'No route to host', 'EINPROGRESS': 'Operation now in progress', 'EIO': 'Input/output error',
    'EISCONN': 'Transport endpoint is already connected', 'ELOOP': 'Too many levels of symbolic links',
    'EMFILE': 'Too many open files', 'EMSGSIZE': 'Message too long', 'ENAMETOOLONG': 'File name too long',
    'ENETDOWN': 'Network is down', 'ENETUNREACH': 'Network is unreachable', 'ENFILE': 'Too many open files in system',
    'ENOMEM': 'Cannot allocate memory', 'ENOTCONN': 'Transport endpoint is not connected',
    'ENOTSOCK': 'Socket operation on non-socket', 'ENOTSUP': 'Operation not supported',
    'ENOTTY': 'Inappropriate ioctl for device', 'EOPNOTSUPP': 'Operation not supported',
    'EPROTOTYPE': 'Protocol wrong type for socket', 'ERANGE': 'Numerical result out of range', 'ESPIPE': 'Illegal seek',
    'ETIMEDOUT': 'Connection timed out', 'EXDEV': 'Invalid cross-device link'}
_GLIBC_RESOLVER = {-2: 'Name or service not known', -3: 'Temporary failure in name resolution',
    -5: 'No address associated with hostname', -8: 'Servname not supported for ai_socktype'}
_TP_REPR, _TP_STR = 44, 68

def _errors():
    """C's functions stand in the types' slots: a class of Python has those that look a method up, and lends them."""
    import errno, gc
    glibc = not os.path.exists('/lib/ld-musl-x86_64.so.1')
    def told(error):
        """Number and words as Linux has them."""
        name = errno.errorcode.get(error.errno)
        number, words = _LINUX_ERRORS.get(name, error.errno), error.strerror
        if glibc and name in _GLIBC_WORDS and words == os.strerror(error.errno):
            words = _GLIBC_WORDS[name]
        elif glibc and number < 0:
            words = _GLIBC_RESOLVER.get(number, words)
        return number, words
    def text(self):
        if self.errno is None or self.strerror is None:
            return BaseException.__str__(self)
        number, words = told(self)
        files = [repr(each) for each in (self.filename, self.filename2) if each is not None]
        return f"[Errno {number}] {words}{': ' if files else ''}{' -> '.join(files)}"
    def representation(self):
        if self.errno is None or len(self.args) < 2 or self.args[0] != self.errno:
            return BaseException.__repr__(self)
        return f"{type(self).__name__}({', '.join(map(repr, (*told(self), *self.args[2:])))})"
    class Lender(Exception):
        __str__, __repr__ = text, representation
    gc.get_referents(OSError.__dict__)[0].update(__str__=text, __repr__=representation)
    types = [OSError]
    for each in types:
        types += each.__subclasses__()
        for slot, name in ((_TP_STR, '__str__'), (_TP_REPR, '__repr__')):
            if each is OSError or name not in vars(each):
                _memory.copy(id(Lender) + slot, id(each) + slot)
`
