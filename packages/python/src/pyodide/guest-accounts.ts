/** Part of the guest: numbers of errors, and the modules pwd and grp, which Emscripten's CPython is built without. */
export const ACCOUNTS = String.raw`
# errors ---------------------------------------------------------------------------------------------------------------

# Linux's numbers of errors, which CPython was compiled without.
_LINUX_ERRORS = dict(EPERM=1, ENOENT=2, ESRCH=3, EINTR=4, EIO=5, ENXIO=6, E2BIG=7, ENOEXEC=8, EBADF=9, ECHILD=10, EAGAIN=11,
    ENOMEM=12, EACCES=13, EFAULT=14, EBUSY=16, EEXIST=17, EXDEV=18, ENODEV=19, ENOTDIR=20, EISDIR=21, EINVAL=22, ENFILE=23,
    EMFILE=24, ENOTTY=25, ETXTBSY=26, EFBIG=27, ENOSPC=28, ESPIPE=29, EROFS=30, EMLINK=31, EPIPE=32, EDOM=33, ERANGE=34,
    EDEADLK=35, ENAMETOOLONG=36, ENOLCK=37, ENOSYS=38, ENOTEMPTY=39, ELOOP=40, EPROTO=71, EOVERFLOW=75, ENOTSOCK=88,
    EDESTADDRREQ=89, EMSGSIZE=90, EPROTOTYPE=91, ENOPROTOOPT=92, EPROTONOSUPPORT=93, EOPNOTSUPP=95, EAFNOSUPPORT=97,
    EADDRINUSE=98, EADDRNOTAVAIL=99, ENETDOWN=100, ENETUNREACH=101, ECONNABORTED=103, ECONNRESET=104, ENOBUFS=105,
    EISCONN=106, ENOTCONN=107, ETIMEDOUT=110, ECONNREFUSED=111, EHOSTUNREACH=113, EALREADY=114, EINPROGRESS=115, ECANCELED=125)

def _linux_text(error, text):
    """What is told of an error has Linux's number; what programs compare with errno's names stays as it is."""
    import errno
    name = errno.errorcode.get(error.errno)
    number = _LINUX_ERRORS.get(name, error.errno)
    return text.replace(f'[Errno {error.errno}]', f'[Errno {number}]', 1)

# accounts -------------------------------------------------------------------------------------------------------------

def _accounts():
    import collections
    def rows(path):
        try:
            with open(path) as file:
                return [line.rstrip('\n').split(':') for line in file if ':' in line]
        except OSError:
            return []
    def found(kind, all, test, wanted):
        for each in all:
            if test(each):
                return each
        raise KeyError(f'{kind} not found: {wanted!r}')
    pwd, grp = types.ModuleType('pwd'), types.ModuleType('grp')
    pwd.struct_passwd = collections.namedtuple('struct_passwd',
        'pw_name pw_passwd pw_uid pw_gid pw_gecos pw_dir pw_shell', module='pwd')
    grp.struct_group = collections.namedtuple('struct_group', 'gr_name gr_passwd gr_gid gr_mem', module='grp')
    pwd.getpwall = lambda: [pwd.struct_passwd(name, word, int(uid), int(gid), *rest[:3])
        for name, word, uid, gid, *rest in rows('/etc/passwd')]
    grp.getgrall = lambda: [grp.struct_group(name, word, int(gid), [each for each in members.split(',') if each])
        for name, word, gid, members in rows('/etc/group')]
    pwd.getpwnam = lambda name: found('getpwnam(): name', pwd.getpwall(), lambda each: each.pw_name == name, name)
    pwd.getpwuid = lambda uid: found('getpwuid(): uid', pwd.getpwall(), lambda each: each.pw_uid == uid, uid)
    grp.getgrnam = lambda name: found('getgrnam(): name', grp.getgrall(), lambda each: each.gr_name == name, name)
    grp.getgrgid = lambda gid: found('getgrgid(): gid', grp.getgrall(), lambda each: each.gr_gid == gid, gid)
    sys.modules['pwd'], sys.modules['grp'] = pwd, grp
`
