import os
pid = os.spawnlp(os.P_NOWAIT, 'sh', 'sh', '-c', 'exit 3')
p, st, ru = os.wait4(pid, 0)
print(p == pid, st, ru.ru_utime >= 0, type(ru).__name__)
pid = os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '0.3')
print(os.waitpid(pid, os.WNOHANG))
print(os.wait3(0)[1])
print(os.waitid(os.P_PID, os.spawnlp(os.P_NOWAIT, 'sh', 'sh', '-c', 'exit 9'), os.WEXITED).si_status)
