import pwd, grp, getpass, os
print(pwd.getpwuid(0), pwd.getpwnam('root').pw_dir, grp.getgrgid(0), grp.getgrnam('root').gr_gid)
for f in (lambda: pwd.getpwnam('nobodyhere'), lambda: pwd.getpwuid(98765), lambda: grp.getgrnam('nogrp'), lambda: grp.getgrgid(98765)):
    try: f()
    except KeyError as e: print(e)
print(getpass.getuser(), os.path.expanduser('~root'), len(pwd.getpwall()) > 5)
