import os, errno
cases = {
 'rmdir nonempty': lambda: os.rmdir('/etc'),
 'unlink dir': lambda: os.unlink('/etc'),
 'open dir': lambda: open('/etc', 'w'),
 'read dir': lambda: open('/etc'),
 'rename': lambda: os.rename('/nosuch1', '/nosuch2'),
 'symlink': lambda: os.symlink('x', '/etc/passwd'),
 'chdir': lambda: os.chdir('/etc/passwd'),
 'close': lambda: os.close(77),
 'kill': lambda: os.kill(99999, 0),
 'readlink': lambda: os.readlink('/etc/passwd'),
 'toolong': lambda: open('x'*300),
 'excl': lambda: open('/etc/passwd', 'x'),
 'notdir': lambda: open('/etc/passwd/x'),
 'removedirs': lambda: os.removedirs('/nosuch'),
 'write ro': lambda: os.write(os.open('/etc/passwd', os.O_RDONLY), b'x'),
 'seek pipe': lambda: os.lseek(os.pipe()[0], 0, 0),
 'bad stat': lambda: os.stat('/nosuch'),
 'null': lambda: open('a\0b'),
 'dup2': lambda: os.dup2(99, 5),
}
for k, f in cases.items():
    try: f()
    except Exception as e: print(k, '->', type(e).__name__, getattr(e, 'errno', None), e)
