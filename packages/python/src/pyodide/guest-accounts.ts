/** Part of the guest: the modules pwd and grp, which Emscripten's CPython is built without. */
export const ACCOUNTS = String.raw`
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
    for module, struct in ((pwd, pwd.struct_passwd), (grp, grp.struct_group)):
        plain = struct.__repr__
        struct.__repr__ = lambda self, plain=plain, module=module: f'{module.__name__}.{plain(self)}'
        sys.modules[module.__name__] = module
        # Who has asked before goes on without.
        for user in [each for each in sys.modules.values() if isinstance(each, types.ModuleType)]:
            if vars(user).get(module.__name__, user) is None:
                setattr(user, module.__name__, module)
    def owner(self, *, follow_symlinks=True):
        return pwd.getpwuid(self.stat(follow_symlinks=follow_symlinks).st_uid).pw_name
    def group(self, *, follow_symlinks=True):
        return grp.getgrgid(self.stat(follow_symlinks=follow_symlinks).st_gid).gr_name
    if 'pathlib' in sys.modules:
        sys.modules['pathlib'].Path.owner, sys.modules['pathlib'].Path.group = owner, group
`
