import resource
print(resource.getrlimit(resource.RLIMIT_CORE)[0] <= 0 or True, resource.RLIM_INFINITY, resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
u = resource.getrusage(resource.RUSAGE_SELF); print(type(u).__name__, u.ru_maxrss > 0, u.ru_utime >= 0, resource.getpagesize())
s, h = resource.getrlimit(resource.RLIMIT_NOFILE); resource.setrlimit(resource.RLIMIT_NOFILE, (64, h)); print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
import os; t = os.times(); print(len(t), t.user >= 0)
