/**
 * Part of the guest: what an OSError tells of itself, and the module errno. CPython was compiled with WASI's numbers of
 * errors and musl's words; the programs of a Linux image expect its own.
 */
export const ERRORS = String.raw`
# errors ---------------------------------------------------------------------------------------------------------------

# Linux's errors from 1 on, with glibc's words. errno(3), strerror(3)
_LINUX_ERRORS = """
EPERM Operation not permitted|ENOENT No such file or directory|ESRCH No such process|EINTR Interrupted system call|EIO
Input/output error|ENXIO No such device or address|E2BIG Argument list too long|ENOEXEC Exec format error|EBADF Bad
file descriptor|ECHILD No child processes|EAGAIN Resource temporarily unavailable|ENOMEM Cannot allocate memory|EACCES
Permission denied|EFAULT Bad address|ENOTBLK Block device required|EBUSY Device or resource busy|EEXIST File
exists|EXDEV Invalid cross-device link|ENODEV No such device|ENOTDIR Not a directory|EISDIR Is a directory|EINVAL
Invalid argument|ENFILE Too many open files in system|EMFILE Too many open files|ENOTTY Inappropriate ioctl for
device|ETXTBSY Text file busy|EFBIG File too large|ENOSPC No space left on device|ESPIPE Illegal seek|EROFS Read-only
file system|EMLINK Too many links|EPIPE Broken pipe|EDOM Numerical argument out of domain|ERANGE Numerical result out
of range|EDEADLK Resource deadlock avoided|ENAMETOOLONG File name too long|ENOLCK No locks available|ENOSYS Function
not implemented|ENOTEMPTY Directory not empty|ELOOP Too many levels of symbolic links||ENOMSG No message of desired
type|EIDRM Identifier removed|ECHRNG Channel number out of range|EL2NSYNC Level 2 not synchronized|EL3HLT Level 3
halted|EL3RST Level 3 reset|ELNRNG Link number out of range|EUNATCH Protocol driver not attached|ENOCSI No CSI
structure available|EL2HLT Level 2 halted|EBADE Invalid exchange|EBADR Invalid request descriptor|EXFULL Exchange
full|ENOANO No anode|EBADRQC Invalid request code|EBADSLT Invalid slot||EBFONT Bad font file format|ENOSTR Device not
a stream|ENODATA No data available|ETIME Timer expired|ENOSR Out of streams resources|ENONET Machine is not on the
network|ENOPKG Package not installed|EREMOTE Object is remote|ENOLINK Link has been severed|EADV Advertise
error|ESRMNT Srmount error|ECOMM Communication error on send|EPROTO Protocol error|EMULTIHOP Multihop
attempted|EDOTDOT RFS specific error|EBADMSG Bad message|EOVERFLOW Value too large for defined data type|ENOTUNIQ Name
not unique on network|EBADFD File descriptor in bad state|EREMCHG Remote address changed|ELIBACC Can not access a
needed shared library|ELIBBAD Accessing a corrupted shared library|ELIBSCN .lib section in a.out corrupted|ELIBMAX
Attempting to link in too many shared libraries|ELIBEXEC Cannot exec a shared library directly|EILSEQ Invalid or
incomplete multibyte or wide character|ERESTART Interrupted system call should be restarted|ESTRPIPE Streams pipe
error|EUSERS Too many users|ENOTSOCK Socket operation on non-socket|EDESTADDRREQ Destination address required|EMSGSIZE
Message too long|EPROTOTYPE Protocol wrong type for socket|ENOPROTOOPT Protocol not available|EPROTONOSUPPORT Protocol
not supported|ESOCKTNOSUPPORT Socket type not supported|EOPNOTSUPP Operation not supported|EPFNOSUPPORT Protocol
family not supported|EAFNOSUPPORT Address family not supported by protocol|EADDRINUSE Address already in
use|EADDRNOTAVAIL Cannot assign requested address|ENETDOWN Network is down|ENETUNREACH Network is
unreachable|ENETRESET Network dropped connection on reset|ECONNABORTED Software caused connection abort|ECONNRESET
Connection reset by peer|ENOBUFS No buffer space available|EISCONN Transport endpoint is already connected|ENOTCONN
Transport endpoint is not connected|ESHUTDOWN Cannot send after transport endpoint shutdown|ETOOMANYREFS Too many
references: cannot splice|ETIMEDOUT Connection timed out|ECONNREFUSED Connection refused|EHOSTDOWN Host is
down|EHOSTUNREACH No route to host|EALREADY Operation already in progress|EINPROGRESS Operation now in progress|ESTALE
Stale file handle|EUCLEAN Structure needs cleaning|ENOTNAM Not a XENIX named type file|ENAVAIL No XENIX semaphores
available|EISNAM Is a named type file|EREMOTEIO Remote I/O error|EDQUOT Disk quota exceeded|ENOMEDIUM No medium
found|EMEDIUMTYPE Wrong medium type|ECANCELED Operation canceled|ENOKEY Required key not available|EKEYEXPIRED Key has
expired|EKEYREVOKED Key has been revoked|EKEYREJECTED Key was rejected by service|EOWNERDEAD Owner
died|ENOTRECOVERABLE State not recoverable|ERFKILL Operation not possible due to RF-kill|EHWPOISON Memory page has
hardware error
"""
_ERROR_ALIASES = {'EWOULDBLOCK': 'EAGAIN', 'EDEADLOCK': 'EDEADLK', 'ENOTSUP': 'EOPNOTSUPP'}
_GLIBC_RESOLVER = {-2: 'Name or service not known', -3: 'Temporary failure in name resolution',
    -5: 'No address associated with hostname', -8: 'Servname not supported for ai_socktype'}
_TYPE_OF, _TP_INIT = 4, 148
# What Linux calls the errors of C.
_errno_of = {}

def _error_table(plain, wasi, glibc):
    """Names by Linux's number, words by it, and Linux's number by WASI's."""
    rows = ' '.join(_LINUX_ERRORS.split()).split('|')
    names, words = {}, {}
    for number, row in enumerate(rows, 1):
        if row:
            names[number], words[number] = row.split(' ', 1)
    numbers = {name: number for number, name in names.items()}
    numbers.update((alias, numbers[name]) for alias, name in _ERROR_ALIASES.items())
    translated = {old: numbers[name] for old, name in wasi.items() if name in numbers}
    if not glibc:
        words.update((new, plain(old)) for old, new in translated.items())
    return names, numbers, words, translated

def _errors():
    """
    C's functions stand in the types' slots: a class of Python has one that looks __init__ up, and lends it. What C
    raises is known by its words, which are those of the number that C knows.
    """
    import errno, gc, posix
    glibc = not os.path.exists('/lib/ld-musl-x86_64.so.1')
    plain = os.strerror
    names, numbers, words, translated = _error_table(plain, dict(errno.errorcode), glibc)
    def strerror(code, /):
        return words.get(code) or ('Success' if code == 0 and glibc else f'Unknown error {code}' if glibc else 'No error information')
    os.strerror = posix.strerror = strerror
    for name in [each for each in vars(errno) if each.startswith('E')]:
        delattr(errno, name)
    vars(errno).update(numbers)
    errno.errorcode.clear()
    errno.errorcode.update(names)
    for module in [each for each in sys.modules.values() if isinstance(each, types.ModuleType) and each is not errno]:
        for name in [name for name, value in vars(module).items() if name in numbers and type(value) is int]:
            setattr(module, name, numbers[name])
    classes = {}
    for kind, codes in ((BlockingIOError, 'EAGAIN EALREADY EINPROGRESS'), (BrokenPipeError, 'EPIPE ESHUTDOWN'),
            (ChildProcessError, 'ECHILD'), (ConnectionAbortedError, 'ECONNABORTED'),
            (ConnectionRefusedError, 'ECONNREFUSED'), (ConnectionResetError, 'ECONNRESET'),
            (FileExistsError, 'EEXIST'), (FileNotFoundError, 'ENOENT'), (InterruptedError, 'EINTR'),
            (IsADirectoryError, 'EISDIR'), (NotADirectoryError, 'ENOTDIR'),
            (PermissionError, 'EACCES EPERM'), (ProcessLookupError, 'ESRCH'), (TimeoutError, 'ETIMEDOUT')):
        classes.update((numbers[each], kind()) for each in codes.split())
    begin = OSError.__init__
    def told(code, text, *rest):
        if not isinstance(code, int):
            return code, text, *rest
        if code in translated and text == plain(code):
            code = translated[code]
            text = words[code]
        elif code < 0 and glibc:
            text = _GLIBC_RESOLVER.get(code, text)
        return code, text, *rest
    def __init__(self, *args, **options):
        if 2 <= len(args) <= 5:
            args = told(*args)
            sample = classes.get(args[0]) if type(self) is OSError and isinstance(args[0], int) else None
            if sample is not None:
                _memory.copy(id(sample) + _TYPE_OF, id(self) + _TYPE_OF)
        begin(self, *args, **options)
    class Lender(Exception):
        pass
    Lender.__init__ = __init__
    gc.get_referents(OSError.__dict__)[0].update(__init__=__init__)
    kinds = [OSError]
    for each in kinds:
        kinds += each.__subclasses__()
        if each is OSError or '__init__' not in vars(each):
            _memory.copy(id(Lender) + _TP_INIT, id(each) + _TP_INIT)
    sys._clear_internal_caches()
    global _errno_of
    _errno_of = translated
`
