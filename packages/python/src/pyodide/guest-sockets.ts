/** Part of the guest: sockets. CPython was compiled without those of the file system, so they are made here. */
export const SOCKETS = String.raw`
# sockets --------------------------------------------------------------------------------------------------------------

_SOCKET_NUMBERS = {'SO_DEBUG': 1, 'SO_REUSEADDR': 2, 'SO_TYPE': 3, 'SO_ERROR': 4, 'SO_BROADCAST': 6, 'SO_SNDBUF': 7,
    'SO_RCVBUF': 8, 'SO_KEEPALIVE': 9, 'SO_LINGER': 13, 'SO_REUSEPORT': 15, 'TCP_NODELAY': 1, 'TCP_KEEPIDLE': 4,
    'TCP_KEEPINTVL': 5, 'TCP_KEEPCNT': 6, 'TCP_USER_TIMEOUT': 18, 'SHUT_RD': 0, 'SHUT_WR': 1, 'SHUT_RDWR': 2,
    'SOMAXCONN': 4096}

def _sockets():
    import socket, _socket
    for name, number in _SOCKET_NUMBERS.items():
        for module in (socket, _socket):
            if not hasattr(module, name):
                setattr(module, name, number)
    socket.socket.setsockopt = lambda self, *_: None
    socket.socket.shutdown = lambda self, how: _ask('shutdown', self.fileno(), int(how))
    _unix_sockets(socket, _socket)
    def socketpair(family=None, type=socket.SOCK_STREAM, proto=0):
        return tuple(socket.socket(family or socket.AF_UNIX, type, proto, fileno=fd) for fd in _ask('socketpair'))
    socket.socketpair = socketpair
    socket.has_ipv6 = False
    socket.gethostname = lambda: os.uname().nodename
    import asyncio.events
    asyncio.events._event_loop_policy = None
    asyncio.events._set_running_loop(None)

def _unix_sockets(socket, _socket):
    """unix(7): addresses are paths. C knows none of their kind, so the calls that have addresses go by the hatch."""
    import enum, select
    members = {name: int(value) for name, value in socket.AddressFamily.__members__.items()}
    family = enum.IntEnum('AddressFamily', {**members, 'AF_UNIX': 1}, module='socket')
    family.__repr__, family.__str__ = socket.AddressFamily.__repr__, socket.AddressFamily.__str__
    socket.AddressFamily = family
    for module in (socket, _socket):
        module.AF_UNIX = 1
    vars(socket).update(family.__members__)
    path = lambda address: {'path': os.fsdecode(address)}
    def by_path(name, run):
        plain = getattr(socket.socket, name)
        def method(self, *args):
            return run(self, *args) if self.family == 1 else plain(self, *args)
        method.__name__ = name
        setattr(socket.socket, name, method)
    def ready(self):
        if self.gettimeout() and not select.select((self,), (), (), self.gettimeout())[0]:
            raise TimeoutError('timed out')
    def accept(self):
        ready(self)
        made = socket.socket(self.family, self.type, self.proto, fileno=_ask('accept', self.fileno())['fd'])
        if socket.getdefaulttimeout() is None and self.gettimeout():
            made.setblocking(True)
        return made, ''
    def connect_ex(self, address):
        try:
            _ask('connect', self.fileno(), path(address))
            return 0
        except OSError as error:
            return error.errno
    by_path('bind', lambda self, address: _ask('bind', self.fileno(), path(address)))
    by_path('connect', lambda self, address: _ask('connect', self.fileno(), path(address)))
    by_path('connect_ex', connect_ex)
    by_path('accept', accept)
    by_path('getsockname', lambda self: _ask('getsockname', self.fileno())['path'])
    by_path('getpeername', lambda self: _ask('getpeername', self.fileno())['path'])
    by_path('recvfrom', lambda self, size, flags=0: (self.recv(size, flags), None))
`
