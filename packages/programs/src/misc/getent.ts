import { AF_INET, AF_INET6, isErrno, type Sys } from '@drydock/abi'
import { AF_UNSPEC, defineProgram, readTextFile, resolveAll, ResolveError, type WantedFamily } from '@drydock/libc'

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

/** The databases of addresses, and the family that each is about. */
const HOSTS: ReadonlyMap<string, WantedFamily> = new Map<string, WantedFamily>([
  ['hosts', AF_UNSPEC],
  ['ahosts', AF_UNSPEC],
  ['ahostsv4', AF_INET],
  ['ahostsv6', AF_INET6],
])

/** `hosts` shows one family, IPv6 before IPv4; the others each address with each type of socket. */
async function hosts(sys: Sys, database: string, name: string): Promise<string[]> {
  try {
    const all = await resolveAll(sys, name, HOSTS.get(database))
    if (database !== 'hosts')
      return all.flatMap((address, index) =>
        [`STREAM ${index === 0 ? name : ''}`, 'DGRAM  ', 'RAW    '].map((type) => `${address.padEnd(15)} ${type}`),
      )
    const six = all.filter((address) => address.includes(':'))
    return (six.length > 0 ? six : all).map((address) => `${address.padEnd(15)} ${name}`)
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
    const isHosts = HOSTS.has(database)
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
      const found = isHosts ? await hosts(sys, database, key) : await entries(sys, database, path ?? '', key)
      if (found.length === 0) status = 2
      for (const line of found) await io.print(`${line}\n`)
    }
    return status
  },
})
