import type { Errno } from '@drydock/abi'
import {
  EACCES,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  ENXIO,
  EPERM,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
  SEEK_END,
  SEEK_SET,
  W_OK,
} from '@drydock/abi'
import type { FileTree } from './testing/file-tree.ts'

/** One law that every file system with writable files keeps; `run` throws where it is broken. */
export interface ContractCase {
  readonly name: string
  run(tree: FileTree): void
}

function same(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
}

function fails(error: Errno, act: () => unknown): void {
  try {
    act()
  } catch (thrown) {
    if (thrown === error) return
    throw thrown instanceof Error ? new Error(`expected ${error.code}, got ${thrown.stack ?? thrown.message}`) : thrown
  }
  throw new Error(`expected ${error.code}, and it worked`)
}

const law = (name: string, run: (tree: FileTree) => void): ContractCase => ({ name, run })

/** The laws, as open(2), rename(2), unlink(2) and the rest of section 2 have them. */
export const FILESYSTEM_CONTRACT: readonly ContractCase[] = [
  law('a new root is an empty directory', (tree) => {
    same(tree.names('/'), '')
    same(tree.files.stat(tree.context, '/').mode & S_IFMT, S_IFDIR)
  }),
  law('what was written is read', (tree) => {
    tree.write('/a', 'hello')
    same(tree.read('/a'), 'hello')
    same(tree.files.stat(tree.context, '/a').size, 5)
    same(tree.files.stat(tree.context, '/a').mode, S_IFREG | 0o644)
  }),
  law('O_TRUNC empties, O_APPEND goes to the end', (tree) => {
    tree.write('/a', 'hello')
    tree.write('/a', ' world', O_WRONLY | O_APPEND)
    same(tree.read('/a'), 'hello world')
    tree.write('/a', 'x', O_WRONLY | O_TRUNC)
    same(tree.read('/a'), 'x')
  }),
  law('O_EXCL refuses what is there, also a dangling link', (tree) => {
    tree.write('/a', '')
    fails(EEXIST, () => tree.open('/a', O_CREAT | O_EXCL | O_WRONLY))
    tree.files.symlink(tree.context, 'nowhere', '/l')
    fails(EEXIST, () => tree.open('/l', O_CREAT | O_EXCL | O_WRONLY))
  }),
  law('O_CREAT goes through a dangling link', (tree) => {
    tree.files.mkdir(tree.context, '/d')
    tree.files.symlink(tree.context, 'd/new', '/l')
    tree.write('/l', 'made')
    same(tree.read('/d/new'), 'made')
  }),
  law('O_NOFOLLOW and O_DIRECTORY', (tree) => {
    tree.write('/a', '')
    tree.files.symlink(tree.context, 'a', '/l')
    fails(ELOOP, () => tree.open('/l', O_NOFOLLOW))
    fails(ENOTDIR, () => tree.open('/a', O_DIRECTORY))
    fails(EISDIR, () => tree.open('/', O_WRONLY))
    fails(EISDIR, () => tree.open('/new/', O_CREAT | O_WRONLY))
  }),
  law('seeking leaves a hole of zeros', (tree) => {
    const file = tree.open('/a', O_CREAT | O_RDWR)
    same(file.seek(5, SEEK_SET), 5)
    file.write(new TextEncoder().encode('x'))
    same(file.seek(0, SEEK_END), 6)
    fails(EINVAL, () => file.seek(-1, SEEK_SET))
    same(tree.read('/a'), '\0\0\0\0\0x')
  }),
  law('content longer than a chunk keeps its bytes', (tree) => {
    const bytes = Uint8Array.from({ length: 700_001 }, (_, index) => (index * 7) % 251)
    tree.write('/big', bytes)
    const file = tree.open('/big', O_RDWR)
    file.pwrite(Uint8Array.of(1, 2, 3, 4), 262_142)
    bytes.set([1, 2, 3, 4], 262_142)
    same(String(tree.bytes('/big')), String(bytes))
    file.truncate(300_000)
    file.truncate(600_000)
    bytes.fill(0, 300_000)
    same(String(tree.bytes('/big')), String(bytes.subarray(0, 600_000)))
  }),
  law('names: missing, too long, through a file', (tree) => {
    tree.write('/a', '')
    fails(ENOENT, () => tree.open('/b'))
    fails(ENOENT, () => tree.open(''))
    fails(ENOTDIR, () => tree.open('/a/b'))
    fails(ENOTDIR, () => tree.open('/a/'))
    fails(ENAMETOOLONG, () => tree.open(`/${'x'.repeat(256)}`))
    fails(ENAMETOOLONG, () => tree.open(`/${'ä'.repeat(128)}`))
  }),
  law('dots and slashes', (tree) => {
    tree.files.mkdir(tree.context, '/d')
    tree.files.mkdir(tree.context, '/d/e/')
    tree.write('/d/f', 'x')
    same(tree.read('//d/./e/..//f'), 'x')
    same(tree.read('/../../d/f'), 'x')
    same(tree.files.realpath(tree.context, '/d/e/../f'), '/d/f')
  }),
  law('symbolic links: relative, absolute, in the middle, in a circle', (tree) => {
    tree.files.mkdir(tree.context, '/d')
    tree.write('/d/f', 'x')
    tree.files.symlink(tree.context, 'd', '/rel')
    tree.files.symlink(tree.context, '/d/f', '/d/abs')
    tree.files.symlink(tree.context, 'loop', '/loop')
    same(tree.read('/rel/abs'), 'x')
    same(tree.files.realpath(tree.context, '/rel/abs'), '/d/f')
    same(tree.files.readlink(tree.context, '/rel'), 'd')
    same(tree.files.lstat(tree.context, '/rel').mode, S_IFLNK | 0o777)
    same(tree.files.lstat(tree.context, '/rel').size, 1)
    fails(ELOOP, () => tree.open('/loop'))
    fails(EINVAL, () => tree.files.readlink(tree.context, '/d'))
  }),
  law('mkdir, rmdir and link counts', (tree) => {
    tree.files.mkdir(tree.context, '/d', 0o750)
    same(tree.files.stat(tree.context, '/d').mode, S_IFDIR | 0o750)
    tree.files.mkdir(tree.context, '/d/e')
    same(tree.files.stat(tree.context, '/d').nlink, 3)
    fails(EEXIST, () => tree.files.mkdir(tree.context, '/d'))
    fails(ENOENT, () => tree.files.mkdir(tree.context, '/x/y'))
    fails(ENOTEMPTY, () => tree.files.rmdir(tree.context, '/d'))
    fails(EINVAL, () => tree.files.rmdir(tree.context, '/d/.'))
    fails(EISDIR, () => tree.files.unlink(tree.context, '/d'))
    tree.files.rmdir(tree.context, '/d/e')
    same(tree.files.stat(tree.context, '/d').nlink, 2)
    tree.files.rmdir(tree.context, '/d')
    same(tree.names('/'), '')
  }),
  law('a deleted file lives on while it is open', (tree) => {
    tree.write('/a', 'alive')
    const file = tree.open('/a', O_RDWR)
    tree.files.unlink(tree.context, '/a')
    same(new TextDecoder().decode(file.read(100)), 'alive')
    file.write(new TextEncoder().encode('!'))
    same(new TextDecoder().decode(file.pread(100, 0)), 'alive!')
    same(file.stat().nlink, 0)
    same(file.path, '/a (deleted)')
    fails(ENOENT, () => tree.open('/a'))
  }),
  law('hard links share the file', (tree) => {
    tree.write('/a', 'one')
    tree.files.mkdir(tree.context, '/d')
    tree.files.link(tree.context, '/a', '/d/b')
    tree.write('/d/b', 'two')
    same(tree.read('/a'), 'two')
    same(tree.files.stat(tree.context, '/a').nlink, 2)
    same(tree.files.stat(tree.context, '/a').ino, tree.files.stat(tree.context, '/d/b').ino)
    tree.files.unlink(tree.context, '/a')
    same(tree.files.stat(tree.context, '/d/b').nlink, 1)
    fails(EPERM, () => tree.files.link(tree.context, '/d', '/e'))
    fails(EEXIST, () => tree.files.link(tree.context, '/d/b', '/d'))
  }),
  law('rename moves, replaces, and keeps the open file', (tree) => {
    tree.write('/a', 'a')
    tree.write('/b', 'b')
    const open = tree.open('/a')
    tree.files.rename(tree.context, '/a', '/b')
    same(tree.names('/'), 'b')
    same(tree.read('/b'), 'a')
    same(open.path, '/b')
    tree.files.mkdir(tree.context, '/d')
    tree.files.rename(tree.context, '/b', '/d/c')
    same(tree.read('/d/c'), 'a')
  }),
  law('rename of directories', (tree) => {
    tree.files.mkdir(tree.context, '/d')
    tree.files.mkdir(tree.context, '/e')
    tree.write('/d/f', 'x')
    fails(EINVAL, () => tree.files.rename(tree.context, '/d', '/d/sub'))
    tree.write('/file', '')
    fails(ENOTDIR, () => tree.files.rename(tree.context, '/d', '/file'))
    fails(EISDIR, () => tree.files.rename(tree.context, '/d/f', '/e'))
    tree.files.rename(tree.context, '/d', '/e')
    same(tree.read('/e/f'), 'x')
    tree.files.mkdir(tree.context, '/g')
    fails(ENOTEMPTY, () => tree.files.rename(tree.context, '/g', '/e'))
    fails(ENOENT, () => tree.files.rename(tree.context, '/none', '/x'))
  }),
  law('rename onto another name of the same file does nothing', (tree) => {
    tree.write('/a', 'x')
    tree.files.link(tree.context, '/a', '/b')
    tree.files.rename(tree.context, '/a', '/b')
    same(tree.names('/'), 'a b')
  }),
  law('permissions of another user', (tree) => {
    tree.write('/secret', 'x')
    tree.files.chmod(tree.context, '/secret', 0o600)
    tree.files.mkdir(tree.context, '/open', 0o777)
    tree.files.chmod(tree.context, '/open', 0o777)
    tree.files.mkdir(tree.context, '/closed', 0o700)
    tree.become(1000)
    fails(EACCES, () => tree.open('/secret'))
    fails(EACCES, () => tree.write('/new', ''))
    fails(EACCES, () => tree.files.stat(tree.context, '/closed/x'))
    fails(EACCES, () => tree.files.unlink(tree.context, '/secret'))
    fails(EPERM, () => tree.files.chmod(tree.context, '/secret', 0o666))
    fails(EPERM, () => tree.files.chown(tree.context, '/open', 1000, 1000))
    fails(EACCES, () => tree.files.access(tree.context, '/secret', R_OK))
    tree.write('/open/mine', 'y')
    same(tree.files.stat(tree.context, '/open/mine').uid, 1000)
    tree.files.access(tree.context, '/open/mine', R_OK | W_OK)
  }),
  law('the sticky bit and the set-group-id bit of directories', (tree) => {
    tree.files.mkdir(tree.context, '/tmp')
    tree.files.chmod(tree.context, '/tmp', 0o1777)
    tree.write('/tmp/root', '')
    tree.files.mkdir(tree.context, '/group')
    tree.files.chown(tree.context, '/group', 0, 50)
    tree.files.chmod(tree.context, '/group', 0o2777)
    tree.become(1000)
    fails(EPERM, () => tree.files.unlink(tree.context, '/tmp/root'))
    tree.write('/tmp/own', '')
    tree.files.unlink(tree.context, '/tmp/own')
    tree.files.mkdir(tree.context, '/group/sub')
    const made = tree.files.stat(tree.context, '/group/sub')
    same(made.gid, 50)
    same(made.mode & S_ISGID, S_ISGID)
  }),
  law('chown drops set-user-id; utimes sets times', (tree) => {
    tree.write('/a', '')
    tree.files.chmod(tree.context, '/a', 0o4755)
    tree.files.chown(tree.context, '/a', 5, -1)
    same(tree.files.stat(tree.context, '/a').mode & 0o7777, 0o755)
    same(tree.files.stat(tree.context, '/a').uid, 5)
    tree.files.utimes(tree.context, '/a', 1000, 2000)
    same(tree.files.stat(tree.context, '/a').atimeMs, 1000)
    same(tree.files.stat(tree.context, '/a').mtimeMs, 2000)
  }),
  law('nodes: devices and FIFOs have their type and number', (tree) => {
    tree.files.mknod(tree.context, '/dev', S_IFCHR | 0o666, 0x0103)
    tree.files.mknod(tree.context, '/fifo', S_IFIFO | 0o600)
    same(tree.files.stat(tree.context, '/dev').rdev, 0x0103)
    same(tree.files.stat(tree.context, '/fifo').mode, S_IFIFO | 0o600)
    fails(ENXIO, () => tree.open('/dev'))
  }),
  law('unix sockets are found while they are bound', (tree) => {
    const server = {}
    tree.files.bindSocket(tree.context, '/sock', server)
    same(tree.files.socketAt(tree.context, '/sock'), server)
    fails(ENXIO, () => tree.open('/sock'))
  }),
  law('lazy content shows its prefix, its size, and the same bytes each time', (tree) => {
    tree.write('/bin', '')
    tree.files.setLazyContent(tree.context, '/bin', { prefix: Uint8Array.of(1, 2, 3), size: 1_000_000, seed: 7 })
    const whole = tree.bytes('/bin')
    same(whole.length, 1_000_000)
    same(String(whole.subarray(0, 3)), '1,2,3')
    same(String(tree.open('/bin').pread(9, 500_001)), String(whole.subarray(500_001, 500_010)))
    same(tree.files.getLazyContent(tree.context, '/bin')?.seed, 7)
    tree.files.chmod(tree.context, '/bin', 0o755)
    tree.files.rename(tree.context, '/bin', '/exe')
    same(tree.files.getLazyContent(tree.context, '/exe')?.size, 1_000_000)
  }),
  law('writing to lazy content changes only what was written', (tree) => {
    tree.write('/bin', '')
    tree.files.setLazyContent(tree.context, '/bin', { prefix: Uint8Array.of(1), size: 600_000, seed: 3 })
    const before = tree.bytes('/bin')
    tree.open('/bin', O_WRONLY).pwrite(Uint8Array.of(9, 9), 300_000)
    before.set([9, 9], 300_000)
    same(String(tree.bytes('/bin')), String(before))
    same(tree.files.getLazyContent(tree.context, '/bin'), undefined)
    tree.files.truncate(tree.context, '/bin', 10)
    tree.files.truncate(tree.context, '/bin', 12)
    same(String(tree.bytes('/bin')), String([...before.subarray(0, 10), 0, 0]))
  }),
  law('the working directory: relative paths, getcwd, deletion', (tree) => {
    tree.files.mkdir(tree.context, '/d')
    tree.files.mkdir(tree.context, '/d/e')
    tree.context = { ...tree.context, cwd: tree.files.chdir(tree.context, '/d/e') }
    tree.write('f', 'x')
    same(tree.read('../e/f'), 'x')
    same(tree.files.getcwd(tree.context), '/d/e')
    tree.files.rename(tree.context, '/d', '/moved')
    same(tree.files.getcwd(tree.context), '/moved/e')
    tree.files.unlink(tree.context, 'f')
    tree.files.rmdir(tree.context, '/moved/e')
    fails(ENOENT, () => tree.files.getcwd(tree.context))
    fails(ENOENT, () => tree.write('g', ''))
  }),
  law('watches hear of what happens below', (tree) => {
    tree.files.mkdir(tree.context, '/d')
    const heard: string[] = []
    const stop = tree.files.watch(tree.context, '/', ({ kind, name }) => heard.push(`${kind} ${name}`))
    tree.write('/d/a', 'x')
    tree.files.rename(tree.context, '/d/a', '/b')
    tree.files.unlink(tree.context, '/b')
    stop()
    tree.write('/c', '')
    same(heard.join(', '), 'create d/a, modify d/a, move d/a, create b, delete b')
  }),
  law('readdir gives inode numbers and types', (tree) => {
    tree.write('/a', '')
    tree.files.mkdir(tree.context, '/d')
    const entries = tree.files.readdir(tree.context, '/')
    const found = entries.find(({ name }) => name === 'a')
    same(found?.ino, tree.files.stat(tree.context, '/a').ino)
    same(found?.mode, S_IFREG)
    same(entries.find(({ name }) => name === 'd')?.mode, S_IFDIR)
    fails(ENOTDIR, () => tree.files.readdir(tree.context, '/a'))
  }),
  law('a descriptor for reading does not write', (tree) => {
    tree.write('/a', 'x')
    const file = tree.open('/a', O_RDONLY)
    let refused = false
    try {
      file.write(Uint8Array.of(1))
    } catch {
      refused = true
    }
    same(refused, true)
  }),
]
