import type { StoredValue } from '@drydock/abi'

export interface HostRecord {
  readonly name: string
  readonly address: string
  readonly createdMs: number
}

/** What is kept of a session beside its disks. */
export interface SessionRecord {
  readonly version: 1
  readonly id: string
  readonly createdMs: number
  readonly usedMs: number
  readonly hosts: readonly HostRecord[]
}

/** @returns undefined for a value that is no session of this version */
export function readSessionRecord(value: StoredValue): SessionRecord | undefined {
  const record = value as Partial<SessionRecord> | undefined
  if (record?.version !== 1 || typeof record.id !== 'string' || !Array.isArray(record.hosts)) return undefined
  if (record.hosts.length > MOST_HOSTS || !record.hosts.every(isHost)) return undefined
  return record as SessionRecord
}

const isHost = (value: unknown): value is HostRecord => {
  const host = value as Partial<HostRecord> | null
  return /^[a-z][a-z0-9-]{0,30}$/.test(String(host?.name)) && /^[\d.]{7,15}$/.test(String(host?.address))
}

const LAN = '192.168.0.'
const FIRST = 8
const MOST_HOSTS = 10

/** Name and address for a new host: the lowest number that is free. @returns undefined when ten are there */
export function nextHost(hosts: readonly HostRecord[], createdMs: number): HostRecord | undefined {
  for (let number = 1; number <= MOST_HOSTS; number++) {
    const name = `node${number}`
    if (!hosts.some((host) => host.name === name)) return { name, address: `${LAN}${FIRST + number - 1}`, createdMs }
  }
  return undefined
}
