import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import wheels from 'virtual:python-wheels'

/** Types lines at the command's own door and gives what stood on the screen, without colours. */
function typed(lines: readonly string[], timeoutMs: number): string {
  const input = [...lines, 'exit', ''].join('\n')
  const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs'], { input, encoding: 'utf8', timeout: timeoutMs })
  return stdout.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '')
}

const file = (name: string, text: string): string => `cat > ${name} <<'END'\n${text}\nEND`

const MACHINE = `import os, pwd, signal, socket, sqlite3, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
print('sub', subprocess.run(['echo', 'hello'], capture_output=True, text=True).stdout.strip())
print('shell', subprocess.check_output('echo $((6 * 7))', shell=True))
try:
    subprocess.run(['nosuch'])
except FileNotFoundError as error:
    print('missing', error.filename)
print('pipes', subprocess.run(['cat'], input='in', capture_output=True, text=True).stdout)
child = subprocess.Popen(['sleep', '100'])
child.terminate()
print('ended', child.wait())
try:
    socket.create_connection(('127.0.0.1', 1), timeout=5)
except ConnectionRefusedError:
    print('refused')
print('user', pwd.getpwuid(0).pw_name)
print('pool', list(ThreadPoolExecutor(2).map(abs, [-1, -2])))
server = socket.create_server(('0.0.0.0', 9999))
client = socket.create_connection(('localhost', 9999))
peer, _ = server.accept()
client.sendall(b'ping')
print('socket', peer.recv(10), peer.getpeername()[0])
client.settimeout(0.1)
try:
    client.recv(1)
except TimeoutError as error:
    print('late', error)
before = time.monotonic()
time.sleep(0.2)
print('slept', time.monotonic() - before >= 0.2)
with sqlite3.connect('/tmp/a.db') as db:
    db.execute('create table t (a)')
    db.execute('insert into t values (42)')
print('rows', sqlite3.connect('/tmp/a.db').execute('select * from t').fetchall(), os.path.getsize('/tmp/a.db') > 0)
thread = threading.Thread(target=lambda: print('thread ran'))
thread.start()
thread.join()
print('argv', sys.argv[1:], os.environ['COLOUR'], os.getpid() > 1, os.getcwd())
for wrong in (lambda: open('/nosuch'), lambda: os.rmdir('/etc'), lambda: server.bind(('', 9998))):
    try:
        wrong()
    except OSError as error:
        print('wrong', error)
listener = socket.socket(socket.AF_UNIX)
listener.bind('/tmp/a.sock')
listener.listen()
caller = socket.socket(socket.AF_UNIX)
caller.connect('/tmp/a.sock')
caller.sendall(b'by path')
print('unix', listener.accept()[0].recv(10), listener.getsockname())
signal.signal(signal.SIGALRM, lambda *_: print('alarm'))
signal.setitimer(signal.ITIMER_REAL, 0.1)
time.sleep(0.3)
kept = open('/tmp/kept', 'w')
kept.write('written at the end')
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(5)
print('not reached')`

const THREADS = `import queue, threading, time, urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
tasks, met = queue.Queue(), threading.Barrier(3)
def work():
    while True:
        print('task', tasks.get())
        tasks.task_done()
threading.Thread(target=work, daemon=True).start()
for each in 'ab':
    tasks.put(each)
tasks.join()
def meet(number):
    local.number = number
    met.wait()
    return local.number, threading.current_thread().name
local = threading.local()
with ThreadPoolExecutor(3, 'pool') as pool:
    print('met', sorted(pool.map(meet, range(3))))
count, lock, over = 0, threading.Lock(), False
def add():
    global count
    for _ in range(3000):
        with lock:
            count += 1
def spin():
    while not over:
        pass
threads = [threading.Thread(target=each) for each in (spin, add, add, add)]
for each in threads:
    each.start()
for each in threads[1:]:
    each.join()
over = True
print('count', count)
class Slow(BaseHTTPRequestHandler):
    def do_GET(self):
        met.wait()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())
    def log_message(self, *_): pass
server = ThreadingHTTPServer(('127.0.0.1', 0), Slow)
threading.Thread(target=server.serve_forever).start()
def get(path):
    return urllib.request.urlopen(f'http://127.0.0.1:{server.server_port}/{path}').read()
with ThreadPoolExecutor(3) as pool:
    print('served', list(pool.map(get, range(3))))
def fail():
    raise ValueError('of a thread')
failing = threading.Thread(target=fail, name='Failing')
failing.start()
failing.join()
threading.Timer(0.1, lambda: (server.shutdown(), print('last'))).start()
print('main ends')`

const PROJECT = `[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"
[project]
name = "mypkg"
version = "0.1.0"
description = "My package"
dependencies = []
[project.scripts]
mycmd = "mypkg:main"`
const BUILD = `cd /
python3 -m venv env
. env/bin/activate
pip install --no-build-isolation ./proj
mycmd
pip uninstall -y mypkg
pip install --no-build-isolation -e ./proj
pip freeze
pip show mypkg
echo 'def main(): print("changed")' > proj/src/mypkg/__init__.py
mycmd
python -c 'import sys; print(sys.prefix)'
pip check
pip instal x
pip install ./env
deactivate
pip show mypkg`

describe('python in a container', () => {
  it.skipIf(!('Suspending' in WebAssembly))(
    'runs threads side by side',
    () => {
      const run = 'docker run --rm -v /tmp/threads.py:/threads.py python:3.12-alpine python /threads.py; echo status $?'
      const screen = typed([file('/tmp/threads.py', THREADS), run], 100_000)
      const printed = [
        'task a\ntask b\n',
        "met [(0, 'pool_0'), (1, 'pool_1'), (2, 'pool_2')]",
        'count 9000',
        "served [b'/0', b'/1', b'/2']",
        'Exception in thread Failing:\nTraceback (most recent call last):',
        'ValueError: of a thread',
        'main ends\nlast\nstatus 0',
      ]
      for (const line of printed) expect(screen).toContain(line)
    },
    110_000,
  )

  it('is a program on a Linux machine', () => {
    const screen = typed(
      [
        'docker run -d -q --name py -w /srv python:3.12-alpine sleep 1000',
        file('/tmp/machine.py', MACHINE),
        'docker cp -q /tmp/machine.py py:/srv/machine.py',
        'docker exec -e COLOUR=blue py python machine.py a b; echo status $?',
        `docker exec py python -c 'raise ValueError("oops")'; echo status $?`,
        'docker exec py cat /tmp/kept',
        'docker exec py python nosuch.py; echo status $?',
        `docker exec py python -OW error -c 'assert 0; import warnings; warnings.warn("minded")'`,
        `docker exec py python -c 'import json; json.load(open("/nosuch"))'`,
        `docker exec py python -c 'import json; json.loads("{")'`,
        `docker exec py python -c 'import os; os.execvp("sh", ["sh", "-c", "echo in place; exit 6"])'; echo status $?`,
        "echo 'print(6 * 7)' | docker exec -i py python -; echo status $?",
        'docker exec py python --version',
      ],
      100_000,
    )
    const printed = [
      'sub hello',
      "shell b'42\\n'",
      'missing nosuch',
      'pipes in',
      'ended -15',
      'refused',
      'user root',
      'pool [1, 2]',
      "socket b'ping' 127.0.0.1",
      'late timed out',
      'slept True',
      'rows [(42,)] True',
      'thread ran',
      "wrong [Errno 2] No such file or directory: '/nosuch'\nwrong [Errno 39] Directory not empty: '/etc'",
      'wrong [Errno 22] Invalid argument',
      "unix b'by path' /tmp/a.sock\nalarm",
      'written at the end',
      'UserWarning: minded',
      "argv ['a', 'b'] blue True /srv",
      'status 5',
      '  File "<string>", line 1, in <module>\n    raise ValueError("oops")\nValueError: oops\nstatus 1',
      "python: can't open file '/srv/nosuch.py': [Errno 2] No such file or directory\nstatus 2",
      "FileNotFoundError: [Errno 2] No such file or directory: '/nosuch'\n",
      '  File "/usr/local/lib/python3.12/json/__init__.py", line ',
      'in place\nstatus 6',
      '42\nstatus 0',
      'Python 3.12.',
    ]
    for (const line of printed) expect(screen).toContain(line)
    expect(screen.split('END').at(-1)).not.toContain('not reached')
  }, 110_000)

  it('builds a source tree in an environment of its own', () => {
    const screen = typed(
      [
        'docker run -d -q --name py python:3.11-slim sleep 1000',
        'mkdir -p proj/src/mypkg',
        file('proj/pyproject.toml', PROJECT),
        `echo 'def main(): print("hi from mypkg")' > proj/src/mypkg/__init__.py`,
        'docker cp -q proj py:/proj',
        file('run.sh', BUILD),
        'docker cp -q run.sh py:/run.sh',
        'docker exec py bash /run.sh',
      ],
      100_000,
    )
    // As pip 23.2 says it, in an environment with setuptools and wheel.
    const printed = [
      "Processing ./proj\n  Preparing metadata (pyproject.toml): started\n  Preparing metadata (pyproject.toml): finished with status 'done'\nBuilding wheels for collected packages: mypkg\n",
      "  Building wheel for mypkg (pyproject.toml): finished with status 'done'\n  Created wheel for mypkg: filename=mypkg-0.1.0-py3-none-any.whl size=",
      'Successfully built mypkg\nInstalling collected packages: mypkg\nSuccessfully installed mypkg-0.1.0\nhi from mypkg\n',
      'Found existing installation: mypkg 0.1.0\nUninstalling mypkg-0.1.0:\n  Successfully uninstalled mypkg-0.1.0\n',
      'Obtaining file:///proj\n  Checking if build backend supports build_editable: started\n',
      '# Editable install with no version control (mypkg==0.1.0)\n-e /proj\n',
      'Summary: My package\nHome-page: \nAuthor: \nAuthor-email: \nLicense: \nLocation: /env/lib/python3.11/site-packages\nEditable project location: /proj\nRequires: \nRequired-by: \n',
      'changed\n/env\nNo broken requirements found.\n',
      'ERROR: unknown command "instal" - maybe you meant "install"\n',
      "ERROR: Directory './env' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.\n",
      'WARNING: Package(s) not found: mypkg\n',
    ]
    for (const line of printed) expect(screen).toContain(line)
  }, 110_000)

  it('edits lines of the interactive interpreter', () => {
    // What was typed ahead is the interpreter's, so nobody is told to exit.
    const screen = typed(
      [
        'docker run -it --rm python:3.11-slim python -q',
        'value = 20',
        '\x1b[A + 1',
        'value',
        'import os',
        'os.cpu_c\t)',
        'exit()',
      ],
      40_000,
    )
    expect(screen).toContain('>>> value = 20 + 1')
    expect(screen).toMatch(/>>> value\n21\n/)
    expect(screen).toContain('>>> os.cpu_count()\n2')
  }, 50_000)

  const index = new Set(wheels.map(({ file: name }) => name.split('-')[0]))
  it.skipIf(!index.has('flask') || !index.has('markupsafe'))(
    'installs packages from the index',
    () => {
      const screen = typed(
        [
          'docker run -d -q --name py python:3.12-alpine sleep 1000',
          'docker exec py pip install --root-user-action=ignore flask redis',
          'docker exec py pip list',
          `docker exec py python -c 'import flask, redis; from importlib.metadata import version; print(version("flask"))'`,
          'docker exec py flask --version',
          'docker exec py pip install nosuchpackage; echo status $?',
        ],
        110_000,
      )
      expect(screen).toMatch(/Collecting werkzeug>=[\d.]+ \(from flask\)/)
      expect(screen).toMatch(/Successfully installed blinker-\S+ click-\S+ Flask-\S+ .*redis-\S+ Werkzeug-\S+/)
      expect(screen).toMatch(/\nMarkupSafe +\d/)
      expect(screen).toMatch(/\nPython 3\.12\.\d+\nFlask 3\.\S+\nWerkzeug 3\./)
      expect(screen).toContain('ERROR: No matching distribution found for nosuchpackage\nstatus 1')
    },
    120_000,
  )
})
