import errno, os
for n in 'EPERM ENOENT EINTR EAGAIN EWOULDBLOCK EACCES EEXIST ENOTDIR EISDIR EINVAL EPIPE ENOTEMPTY ECONNREFUSED ETIMEDOUT EADDRINUSE EINPROGRESS ENOSYS ESTALE EDQUOT ENODATA ETIME ENOTUNIQ EBADRQC EOWNERDEAD'.split():
    print(n, getattr(errno, n, None), errno.errorcode.get(getattr(errno, n, None)), os.strerror(getattr(errno, n, 0)))
print(os.strerror(9999))
try: open('/nosuch')
except OSError as e: print(e.errno == errno.ENOENT, e.errno, e.strerror, e.filename, e.args, repr(e))
try: os.mkdir('/etc')
except OSError as e: print(e.errno == errno.EEXIST, type(e))
try: os.listdir('/etc/passwd')
except OSError as e: print(e.errno == errno.ENOTDIR, e.errno, type(e), e)
print(repr(OSError(errno.EACCES, 'x')), repr(OSError(errno.ECONNRESET, 'y', 'f')), OSError(2, 'a', 'f', None, 'g'), OSError('just'), OSError(1,2,3,4,5,6).args)
print(type(OSError(errno.EPIPE, '')), type(OSError(errno.EAGAIN, '')), type(OSError(errno.ETIMEDOUT, '')), type(OSError(errno.ESRCH, '')))
class My(OSError): pass
print(repr(My(2, 'x')), My(2, 'x').errno, My('z').errno)
import pickle
e = pickle.loads(pickle.dumps(FileNotFoundError(2, 'No such file or directory', 'q')))
print(repr(e), e.filename, e)
