import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
const run = async (line: string) => {
  const { stdout, stderr, status } = await kernel.run(line.split(' '))
  return `${stdout}${stderr}${status}`
}

const HINT = '       dmesg(1) may have more information after failed mount system call.\n'

test('mount changes how mounts propagate, findmnt tells', async () => {
  await run('mkdir -p /mnt/s /mnt/copy')
  expect(await run('mount -t tmpfs tmpfs /mnt/s')).toBe('0')
  expect(await run('findmnt -n -o TARGET,PROPAGATION /mnt/s')).toBe('/mnt/s private\n0')
  expect(await run('mount --make-rshared /mnt/s')).toBe('0')
  expect(await run('findmnt -n -o PROPAGATION /mnt/s')).toBe('shared\n0')
  expect(await run('mount --bind /mnt/s /mnt/copy')).toBe('0')
  expect(await run('mount --make-slave /mnt/copy')).toBe('0')
  expect(await run('findmnt -n -o PROPAGATION /mnt/copy')).toBe('private,slave\n0')
  await run('mkdir /mnt/s/below')
  await run('mount -t tmpfs tmpfs /mnt/s/below')
  expect(await run('mountpoint /mnt/copy/below')).toBe('/mnt/copy/below is a mountpoint\n0')
  expect(await run('mount --make-shared /mnt/s/none')).toBe(
    `mount: /mnt/s/none: mount point does not exist.\n${HINT}32`,
  )
  await run('mkdir /mnt/plain')
  expect(await run('mount --make-shared /mnt/plain')).toBe(
    `mount: /mnt/plain: not mount point or bad option.\n${HINT}32`,
  )
})

test('remounts a mount, or the file system in all its places', async () => {
  await run('mkdir -p /mnt/r /mnt/r2')
  await run('mount -t tmpfs -o size=1m tmpfs /mnt/r')
  await run('mount --bind -o nosuid /mnt/r /mnt/r2')
  const options = async (path: string) => run(`findmnt -n -o VFS-OPTIONS,FS-OPTIONS ${path}`)
  expect(await options('/mnt/r2')).toBe('rw,nosuid,relatime rw,size=1024k\n0')
  expect(await run('mount -o remount,bind,ro,noatime /mnt/r2')).toBe('0')
  expect(await options('/mnt/r2')).toBe('ro,nosuid,noatime rw,size=1024k\n0')
  expect(await run('touch /mnt/r2/x')).toBe("touch: cannot touch '/mnt/r2/x': Read-only file system\n1")
  expect(await run('touch /mnt/r/x')).toBe('0')
  expect(await run('mount -o remount,bind,rw /mnt/r2')).toBe('0')
  expect(await run('mount -o remount,ro,size=2m /mnt/r')).toBe('0')
  expect(await options('/mnt/r')).toBe('ro,relatime ro,size=2048k\n0')
  expect(await run('touch /mnt/r2/x')).toBe("touch: cannot touch '/mnt/r2/x': Read-only file system\n1")
})

test('moves a mount with what is on it', async () => {
  await run('mkdir -p /mnt/from /mnt/to')
  await run('mount -t tmpfs tmpfs /mnt/from')
  await run('mkdir /mnt/from/sub')
  await run('mount -t tmpfs deep /mnt/from/sub')
  expect(await run('mount --move /mnt/from /mnt/to')).toBe('0')
  expect(await run('findmnt -n -o SOURCE /mnt/to/sub')).toBe('deep\n0')
  expect(await run('findmnt /mnt/from')).toBe('1')
  expect(await run('mount --move /mnt/to /mnt/to/sub')).toBe(
    `mount: /mnt/to/sub: mount(2) system call failed: Too many levels of symbolic links.\n${HINT}32`,
  )
})

/** Answers are those of util-linux 2.38. */
const FINDMNT: readonly (readonly [string, string])[] = [
  ['findmnt -P -o SOURCE,USE% /mnt/f', 'SOURCE="tmpfs" USE%="0%"\n0'],
  ['findmnt -yP -o USE%,FS-OPTIONS /mnt/f -N self', 'USE_PCT="0%" FS_OPTIONS="rw,size=1024k"\n0'],
  ['findmnt -D /mnt/f', 'SOURCE FSTYPE SIZE USED AVAIL USE% TARGET\ntmpfs  tmpfs    1M    0    1M   0% /mnt/f\n0'],
  ['findmnt -no SOURCE /mnt/f/b', 'tmpfs[/a]\n0'],
  ['findmnt -vno SOURCE /mnt/f/b', 'tmpfs\n0'],
  ['findmnt -no TARGET -R /mnt/f', '/mnt/f\n└─/mnt/f/b\n0'],
  ['findmnt -no TARGET -aR /mnt/f', '/mnt/f\n`-/mnt/f/b\n0'],
  ['findmnt -no TARGET -T /mnt/f/a', '/mnt/f\n0'],
  ['findmnt -no TARGET -t nodevpts,proc -T /mnt/f', '/mnt/f\n0'],
  ['findmnt -f -no TARGET --pseudo', '/proc\n0'],
  ['findmnt -o +nosuch /', "findmnt: unknown column: NOSUCH\nTry 'findmnt --help' for more information.\n1"],
  [
    'findmnt -J -o TARGET -t devpts',
    '{\n   "filesystems": [\n      {\n         "target": "/dev/pts"\n      }\n   ]\n}\n0',
  ],
]
test('findmnt has the columns and forms of libsmartcols', async () => {
  await run('mkdir -p /mnt/f')
  await run('mount -t tmpfs -o size=1m tmpfs /mnt/f')
  await run('mkdir /mnt/f/a /mnt/f/b')
  await run('mount --bind /mnt/f/a /mnt/f/b')
  for (const [line, answer] of FINDMNT) expect([line, await run(line)]).toEqual([line, answer])
})
