import os, sys
sys.stdout.reconfigure(line_buffering=True)
print(os.spawnlp(os.P_WAIT, 'sh', 'sh', '-c', 'exit 3'))
pid = os.spawnvp(os.P_NOWAIT, 'sh', ['sh', '-c', 'exit 4'])
print(pid > 1)
p, st = os.waitpid(pid, 0)
print(p == pid, os.WIFEXITED(st), os.WEXITSTATUS(st), st)
pid = os.posix_spawn('/bin/sh', ['sh', '-c', 'echo spawned; exit 6'], os.environ)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
pid = os.posix_spawnp('sleep', ['sleep', '10'], os.environ)
os.kill(pid, 15)
p, st = os.wait()
print(p == pid, os.WIFSIGNALED(st), os.WTERMSIG(st), os.waitstatus_to_exitcode(st))
try:
    os.wait()
except ChildProcessError as e:
    print(e, e.errno)
try:
    os.waitpid(99999, 0)
except OSError as e:
    print(type(e), e)
