import { isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Program, stubBytes, type Sys } from '@drydock/abi'

const encoder = new TextEncoder()

const FOLDERS =
  '/etc /root /home /var/log /var/lib /run /mnt /opt /srv /usr/bin /usr/sbin /usr/lib /usr/local/bin /usr/local/sbin /usr/share'.split(
    ' ',
  )
/** As on a merged-usr system. */
const LINKS = [
  ['usr/bin', '/bin'],
  ['usr/sbin', '/sbin'],
  ['usr/lib', '/lib'],
  ['/run', '/var/run'],
] as const
const FILES: Readonly<Record<string, string>> = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  '/etc/group': 'root:x:0:\ndaemon:x:1:\ntty:x:5:\nnogroup:x:65534:\n',
  '/etc/hosts': '127.0.0.1\tlocalhost\n',
  '/etc/hostname': 'test\n',
}

function quietly(action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** mkdir -p. */
export function makeFolders(sys: Sys, path: string): void {
  const parts = path.split('/').filter(Boolean)
  for (const [i] of parts.entries()) quietly(() => sys.mkdir(`/${parts.slice(0, i + 1).join('/')}`, 0o755))
}

export function placeFile(sys: Sys, path: string, content: string | Uint8Array, mode = 0o644): void {
  makeFolders(sys, path.slice(0, path.lastIndexOf('/')))
  const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
  sys.pwrite(fd, typeof content === 'string' ? encoder.encode(content) : content, 0)
  sys.close(fd)
  sys.chmod(path, mode)
}

/** A small Debian-like root with a stub for each program at its paths. */
export function fillTestRoot(sys: Sys, programs: readonly Program[]): void {
  for (const folder of FOLDERS) makeFolders(sys, folder)
  for (const [target, path] of LINKS) quietly(() => sys.symlink(target, path))
  quietly(() => sys.mkdir('/tmp'))
  sys.chmod('/tmp', 0o1777)
  for (const [path, text] of Object.entries(FILES)) placeFile(sys, path, text)
  for (const program of programs) placeProgram(sys, program)
}

function placeProgram(sys: Sys, { name, paths }: Program): void {
  const [first, ...others] = paths
  if (first === undefined) return
  placeFile(sys, first, stubBytes(name), 0o755)
  for (const path of others) {
    makeFolders(sys, path.slice(0, path.lastIndexOf('/')))
    quietly(() => sys.link(first, path))
  }
}
