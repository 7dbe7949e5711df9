import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  MS_BIND,
  MS_PRIVATE,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
  O_RDONLY,
  exitStatus,
  isErrno,
  type Sys,
} from '@drydock/abi'
import { defineProgram, flag, optional, searchPath, value, writeFile } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { execOrFail } from '../account/become.ts'

const KINDS = [
  ['mount', 'mnt', CLONE_NEWNS],
  ['uts', 'uts', CLONE_NEWUTS],
  ['ipc', 'ipc', CLONE_NEWIPC],
  ['net', 'net', CLONE_NEWNET],
  ['pid', 'pid', CLONE_NEWPID],
  ['user', 'user', CLONE_NEWUSER],
  ['cgroup', 'cgroup', CLONE_NEWCGROUP],
] as const

/** unshare's letters take no file, nsenter's may. */
const kindFlags = {
  m: flag('m'),
  u: flag('u'),
  i: flag('i'),
  n: flag('n'),
  p: flag('p'),
  U: flag('U'),
  C: flag('C'),
  T: flag('T', 'time'),
  mount: optional('', 'mount'),
  uts: optional('', 'uts'),
  ipc: optional('', 'ipc'),
  net: optional('', 'net'),
  pid: optional('', 'pid'),
  user: optional('', 'user'),
  cgroup: optional('', 'cgroup'),
}
const LETTERS = { mount: 'm', uts: 'u', ipc: 'i', net: 'n', pid: 'p', user: 'U', cgroup: 'C' } as const

/** Binds the new namespaces onto the files that were asked for, which keeps them. */
function keepInFiles(sys: Sys, chosen: Chosen): void {
  for (const [name, kind] of KINDS) {
    const file = chosen[name]
    if (file) sys.mount(`/proc/self/ns/${name === 'pid' ? 'pid_for_children' : kind}`, file, '', MS_BIND)
  }
}

type Chosen = Readonly<Record<(typeof KINDS)[number][0], string | undefined>>
const flagsOf = (chosen: Chosen): number =>
  KINDS.reduce((flags, [name, , flagBit]) => (chosen[name] === undefined ? flags : flags | flagBit), 0)

const kindOptions = {
  mount: optional('m', 'mount'),
  uts: optional('u', 'uts'),
  ipc: optional('i', 'ipc'),
  net: optional('n', 'net'),
  pid: optional('p', 'pid'),
  user: optional('U', 'user'),
  cgroup: optional('C', 'cgroup'),
}

/** Runs the command as a child, which is in the new pid namespace where the caller is not. */
async function runChild(
  sys: Sys,
  words: readonly string[],
  env: ReadonlyMap<string, string>,
  fail: (message: string) => Promise<void>,
): Promise<number> {
  try {
    const pid = await sys.spawn(searchPath(sys, words[0] ?? '', env.get('PATH')), { argv: words })
    const result = await sys.wait(pid)
    return result ? exitStatus(result.status) : 1
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(`failed to execute ${words[0]}: ${error.message}`)
    return error.code === 'ENOENT' ? 127 : 126
  }
}

interface Identity {
  readonly uid: number | undefined
  readonly gid: number | undefined
}

/** Who the caller is in its new user namespace. user_namespaces(7), "Defining user and group ID mappings" */
async function mapIdentity(sys: Sys, inside: Identity, outside: { uid: number; gid: number }): Promise<void> {
  if (inside.gid !== undefined) await writeFile(sys, '/proc/self/setgroups', 'deny')
  if (inside.uid !== undefined) await writeFile(sys, '/proc/self/uid_map', `${inside.uid} ${outside.uid} 1\n`)
  if (inside.gid !== undefined) await writeFile(sys, '/proc/self/gid_map', `${inside.gid} ${outside.gid} 1\n`)
}

/** What --propagation does to all mounts of a new namespace. mount_namespaces(7) */
const PROPAGATION: ReadonlyMap<string, number> = new Map([
  ['slave', MS_REC | MS_SLAVE],
  ['shared', MS_REC | MS_SHARED],
  ['private', MS_REC | MS_PRIVATE],
  ['unchanged', 0],
])

/** -S and -G: other numbers inside of the namespaces. */
function become(sys: Sys, uid: string | undefined, gid: string | undefined): void {
  if (gid !== undefined) {
    sys.setgroups([])
    sys.setgid(Number(gid))
  }
  if (uid !== undefined) sys.setuid(Number(uid))
}
const identityOptions = { setuid: value('S', 'setuid'), setgid: value('G', 'setgid') }

/** unshare: run a program in new namespaces. util-linux 2.38. */
export const unshare = defineProgram({
  name: 'util-linux/unshare',
  paths: ['/usr/bin/unshare'],
  covers: 'partial',
  lacks: ['--map-users, --map-groups and --map-auto', '--time (-T)', '--keep-caps'],
  summary: 'run program in new namespaces',
  sizeBytes: 43848,
  usage: 'unshare [options] [<program> [<argument>...]]',
  stopAtOperand: true,
  options: {
    ...kindFlags,
    fork: flag('f', 'fork'),
    mountProc: optional('', 'mount-proc'),
    mapRoot: flag('r', 'map-root-user'),
    mapCurrent: flag('c', 'map-current-user'),
    mapUser: value('', 'map-user'),
    mapGroup: value('', 'map-group'),
    propagation: value('', 'propagation'),
    setgroups: value('', 'setgroups'),
    ...identityOptions,
    root: value('R', 'root'),
    wd: value('w', 'wd'),
    killChild: optional('', 'kill-child'),
  },
  async main({ sys, env, operands, options: o, fail }) {
    const words = operands.length ? operands : [env.get('SHELL') ?? '/bin/sh']
    const chosen = { ...o }
    for (const [name] of KINDS) if (o[LETTERS[name]]) chosen[name] ??= ''
    const [uid, gid] = [sys.geteuid(), sys.getegid()]
    const accounts = await Accounts.read(sys)
    const own = {
      uid: o.mapRoot ? 0 : o.mapCurrent ? uid : undefined,
      gid: o.mapRoot ? 0 : o.mapCurrent ? gid : undefined,
    }
    const inside: Identity = {
      uid: o.mapUser === undefined ? own.uid : accounts.uid(o.mapUser),
      gid: o.mapGroup === undefined ? own.gid : accounts.gid(o.mapGroup),
    }
    const maps = inside.uid !== undefined || inside.gid !== undefined
    const flags = flagsOf(chosen) | (o.mountProc === undefined ? 0 : CLONE_NEWNS) | (maps ? CLONE_NEWUSER : 0)
    const propagation = PROPAGATION.get(o.propagation ?? 'private')
    if (propagation === undefined) {
      await fail(`unsupported propagation mode: ${o.propagation}`)
      return 1
    }
    try {
      sys.unshare(flags)
      keepInFiles(sys, o)
      if (maps) await mapIdentity(sys, inside, { uid, gid })
      if (o.setgroups !== undefined) await writeFile(sys, '/proc/self/setgroups', o.setgroups)
      if (flags & CLONE_NEWNS && o.propagation !== undefined && propagation) sys.mount('none', '/', '', propagation)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`unshare failed: ${error.message}`)
      return 1
    }
    const prepare = (): void => {
      if (o.root !== undefined) sys.chroot(o.root)
      if (o.wd !== undefined || o.root !== undefined) sys.chdir(o.wd ?? '/')
      become(sys, o.setuid, o.setgid)
    }
    if (o.mountProc === undefined) {
      prepare()
      if (o.fork) return runChild(sys, words, env, fail)
      return execOrFail(sys, words, env, (reason) => fail(`failed to execute ${words[0]}: ${reason}`))
    }
    // /proc shows the pid namespace of who mounts it, so the child does.
    const target = o.mountProc || '/proc'
    const pid = sys.fork(async (child) => {
      child.sys.mount('proc', target, 'proc', 0)
      return execOrFail(child.sys, words, env, (reason) => fail(`failed to execute ${words[0]}: ${reason}`))
    })
    const result = await sys.wait(pid)
    return result ? exitStatus(result.status) : 1
  },
})

/** nsenter: run a program in the namespaces of another process. util-linux 2.38. */
export const nsenter = defineProgram({
  name: 'util-linux/nsenter',
  paths: ['/usr/bin/nsenter'],
  covers: 'partial',
  lacks: ['-Z', '-W'],
  summary: 'run program in different namespaces',
  sizeBytes: 31400,
  usage: 'nsenter [options] [<program> [<argument>...]]',
  stopAtOperand: true,
  options: {
    ...kindOptions,
    all: flag('a', 'all'),
    target: value('t', 'target'),
    root: optional('r', 'root'),
    wd: optional('w', 'wd'),
    noFork: flag('F', 'no-fork'),
    preserve: flag('', 'preserve-credentials'),
    ...identityOptions,
  },
  async main({ sys, env, operands, options: o, fail }) {
    const pid = Number(o.target)
    const asked = KINDS.filter(([name]) => (o.all && name !== 'user') || o[name] !== undefined)
    const lacking = o.root === '' || o.wd === '' || asked.some(([name]) => !o[name])
    if (o.target === undefined && lacking) {
      await fail('no target PID specified')
      return 1
    }
    const flags = asked.reduce((all, [, , bit]) => all | bit, 0)
    const open: number[] = []
    for (const [name, kind] of asked) {
      const file = o[name] || `/proc/${pid}/ns/${kind}`
      try {
        open.push(sys.open(file, O_RDONLY))
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`cannot open ${file}: ${error.message}`)
        return 1
      }
    }
    try {
      const root = o.root === undefined ? undefined : o.root || `/proc/${pid}/root`
      if (root !== undefined) sys.chroot(root)
      for (const fd of open) sys.setnsFd(fd)
      if (flags & CLONE_NEWNS || root !== undefined) sys.chdir(o.wd || '/')
      become(sys, o.setuid, o.setgid)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`reassociate to namespaces failed: ${error.message}`)
      return 1
    }
    const words = operands.length ? operands : [env.get('SHELL') ?? '/bin/sh']
    if (flags & CLONE_NEWPID && !o.noFork) return runChild(sys, words, env, fail)
    return execOrFail(sys, words, env, (reason) => fail(`failed to execute ${words[0]}: ${reason}`))
  },
})
