import { CLONE_NEWNET, MS_BIND, O_RDONLY, type Sys } from '@drydock/abi'
import { namespaceKeeper } from '../runtime/containerd.ts'
import { exists, makeDirectories, quietly, writeBytes } from '../state/files.ts'

const FOLDER = '/var/run/docker/netns'
const FORWARDING = '/proc/sys/net/ipv4/ip_forward'

/** Where a network namespace that no process is in is kept, as libnetwork keeps them. */
export const sandboxPath = (name: string): string => `${FOLDER}/${name}`

/** Makes a network namespace that lasts as long as its file is mounted, and sets it up. */
export function makeSandbox(sys: Sys, name: string, setUp: () => void): void {
  const path = sandboxPath(name)
  makeDirectories(sys, FOLDER)
  if (!exists(sys, path)) writeBytes(sys, path, '')
  const home = namespaceKeeper(sys)
  try {
    sys.unshare(CLONE_NEWNET)
    sys.mount('/proc/self/ns/net', path, '', MS_BIND)
    sys.netlink({ op: 'link-set', name: 'lo', up: true })
    writeBytes(sys, FORWARDING, '1')
    setUp()
  } finally {
    sys.setns(home, CLONE_NEWNET)
  }
}

/** Runs `action` there, all in one go. */
export function insideSandbox<T>(sys: Sys, name: string, action: () => T): T {
  const home = namespaceKeeper(sys)
  const fd = sys.open(sandboxPath(name), O_RDONLY)
  try {
    sys.setnsFd(fd, CLONE_NEWNET)
    return action()
  } finally {
    sys.setns(home, CLONE_NEWNET)
    sys.close(fd)
  }
}

export function removeSandbox(sys: Sys, name: string): void {
  quietly(() => sys.umount(sandboxPath(name)))
  quietly(() => sys.unlink(sandboxPath(name)))
}
