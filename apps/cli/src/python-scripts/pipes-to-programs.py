import subprocess, sys
p = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
out, err = p.communicate('hello\nworld\n')
print(repr(out), err, p.returncode)
p1 = subprocess.Popen(['printf', 'b\na\nc\n'], stdout=subprocess.PIPE)
p2 = subprocess.Popen(['sort'], stdin=p1.stdout, stdout=subprocess.PIPE)
p1.stdout.close()
print(p2.communicate()[0])
with subprocess.Popen(['sh', '-c', 'for i in 1 2 3; do echo line $i; done'], stdout=subprocess.PIPE, text=True) as p:
    for line in p.stdout:
        print('got', line.rstrip())
print(p.poll(), p.wait())
p = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stderr.write("err\\n"); print("out")'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
print(p.communicate()[0])
print(subprocess.run(['python3', '-c', 'print("found on the path")'], capture_output=True, text=True).stdout)
