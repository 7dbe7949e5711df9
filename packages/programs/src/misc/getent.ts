import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, readTextFile, resolveHost, ResolveError } from '@drydock/libc'

const FILES = new Map([
  ['passwd', '/etc/passwd'],
  ['group', '/etc/group'],
  ['shadow', '/etc/shadow'],
  ['services', '/etc/services'],
  ['protocols', '/etc/protocols'],
])

async function lines(sys: Sys, path: string): Promise<string[]> {
  try {
    return (await readTextFile(sys, path)).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

async function hosts(sys: Sys, name: string): Promise<string[]> {
  try {
    return (await resolveHost(sys, name)).map((address) => `${address.padEnd(15)} ${name}`)
  } catch (error) {
    if (error instanceof ResolveError) return []
    throw error
  }
}

/** The entries a key names: by name or number; services also by `80/tcp`. */
async function entries(sys: Sys, database: string, path: string, key: string): Promise<string[]> {
  const all = await lines(sys, path)
  if (database !== 'services' && database !== 'protocols')
    return all.filter((line) => [0, 2].some((field) => line.split(':')[field] === key)).slice(0, 1)
  const words = all.map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
  const row = words.find(([name = '', number = '']) => name === key || number === key || number.split('/')[0] === key)
  return row ? [`${(row[0] ?? '').padEnd(21)} ${row.slice(1).join(' ')}`] : []
}

/** getent: entries of the name service. glibc 2.36. */
export const getent = defineProgram({
  name: 'libc-bin/getent',
  paths: ['/usr/bin/getent'],
  covers: 'partial',
  lacks: ['databases other than hosts, passwd, group, shadow, services and protocols'],
  summary: 'get entries from Name Service Switch libraries',
  sizeBytes: 35528,
  usage: 'getent [OPTION...] database [key ...]',
  options: {},
  async main({ sys, io, operands }) {
    const [database = '', ...keys] = operands
    const isHosts = ['hosts', 'ahosts', 'ahostsv4'].includes(database)
    const path = FILES.get(database)
    if (!isHosts && path === undefined) {
      await io.warn(`Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.\n`)
      return 1
    }
    if (keys.length === 0) {
      for (const line of await lines(sys, path ?? '/etc/hosts')) await io.print(`${line}\n`)
      return 0
    }
    let status = 0
    for (const key of keys) {
      const found = isHosts ? await hosts(sys, key) : await entries(sys, database, path ?? '', key)
      if (found.length === 0) status = 2
      for (const line of found) await io.print(`${line}\n`)
    }
    return status
  },
})
