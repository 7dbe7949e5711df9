import {
  AF_INET,
  AF_UNIX,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUTS,
  EADDRINUSE,
  ECONNREFUSED,
  inet,
  isErrno,
  O_CREAT,
  O_RDONLY,
  O_WRONLY,
  type Program,
  SIGKILL,
  SIGTERM,
  SOCK_STREAM,
  type SocketAddress,
  type Sys,
  unix,
} from '@drydock/abi'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bootTestKernel, inTask, makeFolders, placeFile, type TestKernel } from './testing/index.ts'

/** What a container engine and its containers do with system calls: all the rooms of the kernel at once. */

const encoder = new TextEncoder()
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const ALL = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP

async function readPath(sys: Sys, path: string): Promise<string> {
  const fd = sys.open(path, O_RDONLY)
  const bytes = await sys.read(fd, 65536)
  sys.close(fd)
  return text(bytes)
}

/** Tells what it sees of its surroundings. */
const look: Program = {
  name: 'test/look',
  paths: ['/usr/bin/look'],
  covers: 'full',
  summary: '',
  async main({ sys, argv }) {
    const lines = [
      `pid ${sys.getpid()} of ${sys.processes().length}`,
      `cwd ${sys.getcwd()}`,
      `root ${sys
        .readdir('/')
        .map(({ name }) => name)
        .sort()
        .join(' ')}`,
      `cgroup ${(await readPath(sys, '/proc/self/cgroup')).trim()}`,
      `host ${sys.uname().nodename}`,
      `links ${sys
        .netlink({ op: 'link-list' })
        .map(({ name }) => name)
        .join(' ')}`,
      `exe ${sys.readlink('/proc/self/exe')}`,
      `argv ${argv.join(' ')}`,
    ]
    const fd = sys.open('/made-inside', O_WRONLY | O_CREAT)
    await sys.write(fd, encoder.encode('x'))
    sys.close(fd)
    await sys.write(1, encoder.encode(`${lines.join('\n')}\n`))
    return 0
  },
}

let kernel: TestKernel
let sys: Sys
beforeEach(async () => {
  kernel = await bootTestKernel([look])
  sys = kernel.sys
})
afterEach(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

test('a container from namespaces, overlay, pivot_root and a control group', async () => {
  for (const folder of ['lower/bin', 'lower/proc', 'lower/dev', 'upper', 'work', 'merged'])
    makeFolders(sys, `/c/${folder}`)
  sys.link('/usr/bin/look', '/c/lower/bin/look')
  sys.mkdir('/sys/fs/cgroup/docker')
  sys.mkdir('/sys/fs/cgroup/docker/abc')
  const [r, w] = sys.pipe()
  const pid = sys.fork(
    async ({ sys }) => {
      sys.sethostname('box')
      sys.mount('overlay', '/c/merged', 'overlay', 0, 'lowerdir=/c/lower,upperdir=/c/upper,workdir=/c/work')
      sys.mount('proc', '/c/merged/proc', 'proc', 0)
      sys.mount('tmpfs', '/c/merged/dev', 'tmpfs', 0, 'mode=755')
      sys.pivotRoot('/c/merged')
      return sys.exec('/bin/look', ['look', 'here'], new Map())
    },
    { flags: ALL, cgroup: '/docker/abc', fds: new Map([[1, w]]), setsid: true },
  )
  sys.close(w)
  expect(text(await sys.read(r, 65536)).split('\n')).toEqual([
    'pid 1 of 1',
    'cwd /',
    'root bin dev proc',
    'cgroup 0::/',
    'host box',
    'links lo',
    'exe /bin/look',
    'argv look here',
    '',
  ])
  expect(await sys.wait(pid)).toEqual({ pid, status: { kind: 'exited', code: 0 } })
  expect(sys.readdir('/c/upper').map(({ name }) => name)).toEqual(['made-inside'])
  expect(sys.readdir('/c/merged')).toEqual([])
})

async function serveOnce(sys: Sys, address: SocketAddress): Promise<number> {
  const listener = sys.socket(address.family, SOCK_STREAM)
  sys.bind(listener, address)
  sys.listen(listener)
  const { fd } = await sys.accept(listener)
  const question = text(await sys.read(fd, 100))
  await sys.write(fd, encoder.encode(`${question}, he said`))
  return 0
}

async function ask(sys: Sys, address: SocketAddress): Promise<string> {
  const fd = sys.socket(address.family, SOCK_STREAM)
  try {
    await sys.connect(fd, address)
    await sys.write(fd, encoder.encode('hello'))
    return text(await sys.read(fd, 100))
  } finally {
    sys.close(fd)
  }
}

for (const address of [inet('127.0.0.1', 8080), unix('/run/test.sock')])
  test(`a server on ${address.family === AF_INET ? 'loopback' : 'a unix socket'}`, async () => {
    await expect(ask(sys, address).catch((error: unknown) => String(isErrno(error)))).resolves.toBe('true')
    const pid = sys.fork(({ sys }) => serveOnce(sys, address))
    await sys.sleep(10)
    expect(await ask(sys, address)).toBe('hello, he said')
    await sys.wait(pid)
    if (address.family === AF_UNIX)
      expect(() => sys.bind(sys.socket(AF_UNIX, SOCK_STREAM), address)).toThrow(EADDRINUSE)
    await expect(ask(sys, address)).rejects.toBe(ECONNREFUSED)
  })

test('veth between two network namespaces, through a bridge', async () => {
  const box = sys.fork(
    async ({ sys }) => {
      await sys.sleep(20)
      return serveOnce(sys, inet('0.0.0.0', 80))
    },
    { flags: CLONE_NEWNET },
  )
  sys.netlink({ op: 'link-add', name: 'docker0', kind: 'bridge' })
  sys.netlink({ op: 'address-add', link: 'docker0', address: '172.17.0.1/16' })
  sys.netlink({ op: 'link-set', name: 'docker0', up: true })
  sys.netlink({ op: 'link-add', name: 'veth1', kind: 'veth', peer: 'eth0' })
  sys.netlink({ op: 'link-set', name: 'veth1', master: 'docker0', up: true })
  sys.netlink({ op: 'link-move', name: 'eth0', pid: box })
  await inTask(kernel, ({ sys }) => {
    sys.setns(box, CLONE_NEWNET)
    sys.netlink({ op: 'address-add', link: 'eth0', address: '172.17.0.2/16' })
    sys.netlink({ op: 'link-set', name: 'eth0', up: true })
    sys.setns(1, CLONE_NEWNET)
    return sys.netlink({ op: 'link-list' }).length === 3 ? 0 : 1
  })
  await sys.sleep(30)
  const status = await inTask(kernel, async ({ sys }) =>
    (await ask(sys, inet('172.17.0.2', 80))) === 'hello, he said' ? 0 : 1,
  )
  expect(status).toEqual({ kind: 'exited', code: 0 })
  await sys.wait(box)
})

test('the terminal of a container has a number in its own /dev/pts', async () => {
  const outer = sys.openpty()
  const { master, slave, name } = sys.openpty()
  expect([outer.name, name]).toEqual(['/dev/pts/0', '/dev/pts/1'])
  const pid = sys.fork(
    async ({ sys }) => {
      sys.mount('devpts', '/dev/pts', 'devpts', 0, 'newinstance')
      const again = sys.open('/dev/pts/0', O_WRONLY)
      await sys.write(again, encoder.encode(`${sys.ttyname(0)} ${sys.ttyname(again)}`))
      return 0
    },
    { flags: CLONE_NEWNS, setsid: true, ctty: 0, fds: new Map([[0, slave]]) },
  )
  await sys.wait(pid)
  expect(text(await sys.read(master, 100))).toBe('/dev/pts/0 /dev/pts/0')
  expect(sys.ttyname(outer.slave)).toBe('/dev/pts/0')
})

test('a stopped container takes everything with it', async () => {
  placeFile(sys, '/tmp/log', '')
  const pid = sys.fork(
    async ({ sys }) => {
      for (let i = 0; i < 3; i++) sys.fork(({ sys }) => sys.pause())
      sys.sigaction(SIGTERM, () => {})
      await sys.pause().catch(() => {})
      return sys.processes().length
    },
    { flags: CLONE_NEWPID },
  )
  await sys.sleep(5)
  expect(sys.processes().length).toBe(5)
  sys.kill(pid, SIGTERM)
  expect(await sys.wait(pid)).toEqual({ pid, status: { kind: 'exited', code: 4 } })
  expect(sys.processes().length).toBe(1)
  expect(SIGKILL).toBe(9)
})
