import { isErrno, type Sys, type SysvKind } from '@drydock/abi'
import { defineProgram, flag, list, optional, value } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'
import { cell, readSysv } from './sysv-objects.ts'

const LABELS: Readonly<Record<SysvKind, string>> = { shm: 'Shared memory', sem: 'Semaphore', msg: 'Message queue' }

/** ipcmk: make objects of System V. util-linux 2.38. */
export const ipcmk = defineProgram({
  name: 'util-linux/ipcmk',
  paths: ['/usr/bin/ipcmk'],
  covers: 'full',
  summary: 'make various IPC resources',
  sizeBytes: 31_096,
  usage: 'ipcmk [options]',
  options: {
    shmem: value('M', 'shmem'),
    semaphore: value('S', 'semaphore'),
    queue: flag('Q', 'queue'),
    mode: value('p', 'mode'),
  },
  async main({ sys, io, options: o, fail, name }) {
    const bytes = o.shmem === undefined ? undefined : parseSize(o.shmem)
    if (o.shmem !== undefined && bytes === undefined) {
      await fail(`failed to parse size: '${o.shmem}': Invalid argument`)
      return 1
    }
    const count = o.semaphore === undefined ? undefined : Number(o.semaphore)
    if (count !== undefined && !Number.isInteger(count)) {
      await fail(`failed to parse elements: '${o.semaphore}'`)
      return 1
    }
    const wanted: readonly (readonly [SysvKind, number | undefined])[] = [
      ['shm', bytes],
      ['msg', o.queue ? 0 : undefined],
      ['sem', count],
    ]
    const mode = Number.parseInt(o.mode ?? '644', 8)
    if (wanted.every(([, size]) => size === undefined)) {
      await io.warn(`${name}: bad usage\nTry '${name} --help' for more information.\n`)
      return 1
    }
    for (const [kind, size] of wanted) {
      if (size === undefined) continue
      try {
        const id = sys.sysvGet(kind, { key: freshKey(sys), size, mode, create: true })
        await io.print(`${LABELS[kind]} id: ${id}\n`)
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`create ${WORDS[kind]} failed: ${error.message}`)
        return 1
      }
    }
    return 0
  },
})
const WORDS: Readonly<Record<SysvKind, string>> = { shm: 'share memory', sem: 'semaphore', msg: 'message queue' }

const freshKey = (sys: Sys): number => new DataView(sys.entropy.bytes(4).buffer).getUint32(0) >>> 1

/** What is asked to go: by which letter, and whether a key was given. */
const LETTERS = [
  ['shmId', 'shm', false],
  ['shmKey', 'shm', true],
  ['queueId', 'msg', false],
  ['queueKey', 'msg', true],
  ['semId', 'sem', false],
  ['semKey', 'sem', true],
] as const
const ID_NAMES: Readonly<Record<SysvKind, string>> = { msg: 'msqid', shm: 'shmid', sem: 'semid' }
const OLD_WORDS: ReadonlyMap<string, SysvKind> = new Map([
  ['shm', 'shm'],
  ['msg', 'msg'],
  ['sem', 'sem'],
])
const THINGS: Readonly<Record<SysvKind, string>> = {
  shm: 'shared memory segment',
  msg: 'message queue',
  sem: 'semaphore',
}

async function idOfKey(sys: Sys, kind: SysvKind, key: number): Promise<number | undefined> {
  const row = (await readSysv(sys, kind)).find((each) => cell(each, 'key') >>> 0 === key)
  return key !== 0 && row ? cell(row, ID_NAMES[kind]) : undefined
}

/** ipcrm: remove objects of System V. util-linux 2.38. */
export const ipcrm = defineProgram({
  name: 'util-linux/ipcrm',
  paths: ['/usr/bin/ipcrm'],
  covers: 'full',
  summary: 'remove certain IPC resources',
  sizeBytes: 31_096,
  usage: 'ipcrm [options]\n ipcrm shm|msg|sem <id>...',
  options: {
    shmId: list('m', 'shmem-id'),
    shmKey: list('M', 'shmem-key'),
    queueId: list('q', 'queue-id'),
    queueKey: list('Q', 'queue-key'),
    semId: list('s', 'semaphore-id'),
    semKey: list('S', 'semaphore-key'),
    all: optional('a', 'all'),
    verbose: flag('v', 'verbose'),
  },
  async main({ sys, io, operands, options: o, fail, name }) {
    let status = 0
    const drop = async (kind: SysvKind, id: number, told: string, what: 'id' | 'key'): Promise<void> => {
      try {
        if (o.verbose) await io.print(`removing ${THINGS[kind]} ${what} \`${told}'\n`)
        sys.sysvRemove(kind, id)
      } catch (error) {
        if (!isErrno(error)) throw error
        status = 1
        await fail(error.code === 'EPERM' ? `permission denied for ${what} (${told})` : `invalid ${what} (${told})`)
      }
    }
    const [first = '', ...rest] = operands
    const old = OLD_WORDS.get(first)
    if (old) {
      for (const id of rest) await drop(old, Number(id), id, 'id')
      if (status === 0) await io.print('resource(s) deleted\n')
      return status
    }
    if (first !== '') {
      await io.warn(`${name}: unknown argument: ${first}\nTry '${name} --help' for more information.\n`)
      return 1
    }
    for (const [letter, kind, isKey] of LETTERS)
      for (const word of o[letter]) {
        const id = isKey ? await idOfKey(sys, kind, Number(word)) : Number(word)
        await drop(kind, id ?? -1, word, isKey ? 'key' : 'id')
      }
    if (o.all !== undefined)
      for (const kind of ['shm', 'msg', 'sem'] as const)
        if (o.all === '' || o.all === kind)
          for (const row of await readSysv(sys, kind)) {
            const id = cell(row, ID_NAMES[kind])
            await drop(kind, id, String(id), 'id')
          }
    return status
  },
})
