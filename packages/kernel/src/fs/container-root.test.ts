import {
  CLONE_NEWNS,
  CLONE_NEWPID,
  isErrno,
  MS_BIND,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  O_CREAT,
  O_RDONLY,
  O_WRONLY,
  type Process,
  type Program,
  type Sys,
} from '@drydock/abi'
import { expect, test } from 'vitest'
import { bootTestKernel } from '../testing/index.ts'

async function cat(sys: Sys, path: string): Promise<string> {
  const fd = sys.open(path, O_RDONLY)
  const bytes = await sys.read(fd, 65536)
  sys.close(fd)
  return new TextDecoder().decode(bytes)
}

function attempt(act: () => unknown): string {
  try {
    return String(act())
  } catch (error) {
    if (isErrno(error)) return error.code
    throw error
  }
}

const namesIn = (sys: Sys, path: string): string =>
  sys
    .readdir(path)
    .map(({ name }) => name)
    .sort()
    .join(' ')

/** Runs as process 1 of the container. */
async function insideMain({ sys }: Process): Promise<number> {
  const lines = [
    `pid ${sys.getpid()} in ${sys.getcwd()}`,
    `root: ${namesIn(sys, '/')}`,
    `processes: ${namesIn(sys, '/proc').replace(/ ?[a-z].*/, '')}`,
    `hosts: ${await cat(sys, '/etc/hosts')}`.trimEnd(),
    `write hosts: ${attempt(() => sys.open('/etc/hosts', O_WRONLY))}`,
    `exe: ${sys.readlink('/proc/self/exe')}`,
    `up: ${sys.realpath('/../../proc/1/root/usr')}`,
    await cat(sys, '/proc/mounts'),
  ]
  await sys.write(1, new TextEncoder().encode(lines.join('\n')))
  sys.mkdir('/made')
  sys.unlink('/usr/bin/inside')
  return 0
}

/** Does what a container runtime does. */
async function runMain({ sys }: Process): Promise<number> {
  for (const path of ['', '/l', '/u', '/w', '/m', '/l/usr', '/l/usr/bin', '/l/proc', '/l/etc']) sys.mkdir(`/c${path}`)
  sys.link('/usr/bin/inside', '/c/l/usr/bin/inside')
  sys.close(sys.open('/c/l/etc/hosts', O_WRONLY | O_CREAT))
  sys.mount('overlay', '/c/m', 'overlay', 0, 'lowerdir=/c/l,upperdir=/c/u,workdir=/c/w')
  const child = sys.fork(
    ({ sys }) => {
      sys.mount('proc', '/c/m/proc', 'proc', 0)
      sys.mount('/etc/hosts', '/c/m/etc/hosts', '', MS_BIND)
      sys.mount('', '/c/m/etc/hosts', '', MS_BIND | MS_REMOUNT | MS_RDONLY)
      sys.mount('/c/m', '/c/m', '', MS_BIND | MS_REC)
      sys.pivotRoot('/c/m')
      sys.chdir('/')
      return sys.exec('/usr/bin/inside', ['inside'], new Map())
    },
    { flags: CLONE_NEWNS | CLONE_NEWPID },
  )
  const ended = await sys.wait(child)
  const { size } = sys.lstat('/c/u/usr/bin/inside')
  const lines = [`${ended?.status.kind}`, `upper: ${namesIn(sys, '/c/u')}`, `whiteout of ${size} bytes`]
  await sys.write(1, new TextEncoder().encode(`${lines.join('\n')}\n`))
  sys.umount('/c/m')
  return 0
}

const program = (name: string, main: Program['main']): Program => ({
  name: `test/${name}`,
  paths: [`/usr/bin/${name}`],
  covers: 'full',
  summary: name,
  main,
})

test('a container root: overlay, proc, a bound file, pivot_root', async () => {
  const kernel = await bootTestKernel([program('inside', insideMain), program('run', runMain)])
  const { stdout, stderr, status } = await kernel.run(['/usr/bin/run'])
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(stdout).toBe(`pid 1 in /
root: etc proc usr
processes: 1
hosts: 127.0.0.1\tlocalhost
write hosts: EROFS
exe: /usr/bin/inside
up: /usr
overlay / overlay rw,relatime,lowerdir=/c/l,upperdir=/c/u,workdir=/c/w 0 0
proc /proc proc rw,relatime 0 0
/dev/sda1 /etc/hosts ext4 ro,relatime 0 0
exited
upper: made usr
whiteout of 0 bytes
`)
})
