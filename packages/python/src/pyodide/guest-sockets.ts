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
    _socket_options(socket)
    socket.socket.shutdown = lambda self, how: _ask('shutdown', self.fileno(), int(how))
    _unix_sockets(socket, _socket)
    _unix_streams()
    def socketpair(family=None, type=socket.SOCK_STREAM, proto=0):
        return tuple(socket.socket(family or socket.AF_UNIX, type, proto, fileno=fd) for fd in _ask('socketpair'))
    socket.socketpair = socketpair
    socket.has_ipv6 = False
    socket.gethostname = lambda: os.uname().nodename
    import asyncio.events
    asyncio.events._event_loop_policy = None
    asyncio.events._set_running_loop(None)

def _socket_options(socket):
    """C has no setsockopt here; what the kernel does not know is kept, as whoever asks expects."""
    def setsockopt(self, level, option, value, length=None):
        number = value if isinstance(value, int) else int.from_bytes(bytes(value or b'')[:4], 'little')
        _ask('setOption', self.fileno(), int(level), int(option), int(number))
    plain = socket.socket.getsockopt
    def getsockopt(self, level, option, size=0):
        if size:
            return (_ask('getOption', self.fileno(), int(level), int(option)) & 0xffffffff).to_bytes(4, 'little').ljust(size, b'\0')[:size]
        if (level, option) == (socket.SOL_SOCKET, socket.SO_ERROR):
            number = plain(self, level, option)
            return _errno_of.get(number, number)
        return _ask('getOption', self.fileno(), int(level), int(option))
    connect_ex = socket.socket.connect_ex
    def connect_ex_(self, address):
        number = connect_ex(self, address)
        return _errno_of.get(number, number)
    socket.socket.setsockopt, socket.socket.getsockopt, socket.socket.connect_ex = setsockopt, getsockopt, connect_ex_
    _services(socket)

def _services(socket):
    """services(5): ports by their names."""
    import functools
    @functools.cache
    def rows():
        found = []
        try:
            with open('/etc/services') as file:
                for line in file:
                    name, _, rest = line.split('#')[0].strip().partition(' ' if '\t' not in line else '\t')
                    port, _, protocol = (rest.split() or [''])[0].partition('/')
                    if port.isdigit():
                        found += [(each, int(port), protocol) for each in (name.strip(), *rest.split()[1:])]
        except OSError:
            pass
        return found
    def getservbyname(name, protocol=None, /):
        for each, port, kind in rows():
            if each == name and protocol in (None, kind):
                return port
        raise OSError('service/proto not found')
    def getservbyport(port, protocol=None, /):
        for name, each, kind in rows():
            if each == port and protocol in (None, kind):
                return name
        raise OSError('port/proto not found')
    plain = socket._socket.getaddrinfo
    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        if isinstance(port, str) and port and not port.isdigit():
            try:
                port = getservbyname(port, {socket.SOCK_DGRAM: 'udp', socket.SOCK_STREAM: 'tcp'}.get(type))
            except OSError:
                raise socket.gaierror(-8, 'Servname not supported for ai_socktype') from None
        return plain(host, port, family, type, proto, flags)
    socket._socket.getaddrinfo = getaddrinfo
    _give(socket, socket._socket, getservbyname=getservbyname, getservbyport=getservbyport)
    pton, ntop = socket.inet_pton, socket.inet_ntop
    def inet_pton(family, address, /):
        if family != socket.AF_INET6:
            return pton(family, address)
        import ipaddress
        try:
            return ipaddress.IPv6Address(address).packed
        except ValueError:
            raise OSError('illegal IP address string passed to inet_pton') from None
    def inet_ntop(family, packed, /):
        if family != socket.AF_INET6:
            return ntop(family, packed)
        import ipaddress
        if len(packed) != 16:
            raise ValueError('invalid length of packed IP address string')
        return str(ipaddress.IPv6Address(bytes(packed)))
    _give(socket, socket._socket, inet_pton=inet_pton, inet_ntop=inet_ntop)
    byaddr = socket.gethostbyaddr
    def gethostbyaddr(address, /):
        try:
            with open('/etc/hosts') as file:
                for words in (line.split('#')[0].split() for line in file):
                    if words and (words[0] == address or address in words[1:]):
                        return words[1], words[2:], [words[0]]
        except OSError:
            pass
        return byaddr(address)
    _give(socket, socket._socket, gethostbyaddr=gethostbyaddr)

def _unix_streams():
    """asyncio looked for sockets of the file system while there were none."""
    import asyncio
    def late(name):
        def first(*args, **options):
            import asyncio.streams, importlib
            importlib.reload(asyncio.streams)
            for each in ('open_unix_connection', 'start_unix_server'):
                setattr(asyncio, each, getattr(asyncio.streams, each))
            return getattr(asyncio, name)(*args, **options)
        return first
    for name in ('open_unix_connection', 'start_unix_server'):
        if not hasattr(asyncio, name):
            _give(asyncio, **{name: late(name)})

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
    def sendto(self, data, *rest):
        _ask('connect', self.fileno(), path(rest[-1]))
        return self.send(data)
    by_path('sendto', sendto)
    by_path('recvfrom', lambda self, size, flags=0: (self.recv(size, flags), None))
`
