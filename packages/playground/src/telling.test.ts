import { describe, expect, it } from 'vitest'
import type { StoredValue } from '@drydock/abi'
import { S_IFDIR, S_IFREG } from '@drydock/abi'
import { printImage } from '@drydock/kernel'
import { Telling } from './telling.ts'

const DISK = 'disks/s/node1/'
const file = (text = '', times = [60, 60, 60]) => ({
  mode: S_IFREG | 0o644,
  uid: 0,
  gid: 0,
  times,
  file: { size: text.length, written: true, inline: new TextEncoder().encode(text) },
})
const directory = (entries: Record<string, number>, mode = 0o755) => ({
  mode: S_IFDIR | mode,
  uid: 0,
  gid: 0,
  times: [60, 60, 60],
  entries: Object.entries(entries),
})

/** What a host begins with: numbers go by the order of entries. */
const FOLDERS = ['', 'var', 'var/lib', 'var/lib/docker', 'var/log', 'root']
const inoOf = (path: string): number => FOLDERS.indexOf(path) + 2
const [LIB, DOCKER, LOG, HOME] = [inoOf('var/lib'), inoOf('var/lib/docker'), inoOf('var/log'), inoOf('root')]
const IMAGE = printImage({ mtimeMs: 1, entries: FOLDERS.map((path) => ({ path, mode: S_IFDIR | 0o755 })) })

/** A disk as it is kept, and changes to it one after the other. */
class Disk {
  readonly telling: Telling
  private readonly kept = new Map<string, StoredValue>()

  constructor(kept: Record<string, StoredValue> = {}) {
    for (const [key, value] of Object.entries({ image: IMAGE, ...kept })) this.kept.set(DISK + key, value)
    this.telling = new Telling(this.kept)
  }

  tells(puts: Record<string, StoredValue>, deletes: readonly string[] = []): boolean {
    const change = {
      puts: new Map(Object.entries(puts).map(([key, value]) => [DISK + key, value])),
      deletes: deletes.map((key) => DISK + key),
    }
    const tells = this.telling.tells(change, this.kept)
    for (const [key, value] of change.puts) this.kept.set(key, value)
    for (const key of change.deletes) this.kept.delete(key)
    return tells
  }
}

describe('what tells of a command', () => {
  it('is a file that was made, written or removed', () => {
    const disk = new Disk()
    expect(disk.tells({ [`i:${HOME}`]: directory({ note: 50 }), 'i:50': file() })).toBe(true)
    expect(disk.tells({ 'i:50': file('more') })).toBe(true)
    expect(disk.tells({ 'i:50': file('more', [60, 60, 61]) })).toBe(true)
    expect(disk.tells({ 'c:50:0': new Uint8Array(1) })).toBe(true)
    expect(disk.tells({}, ['i:50'])).toBe(true)
  })

  it('is no file that was only read', () => {
    const disk = new Disk({ 'i:50': file('text') })
    expect(disk.tells({ 'i:50': file('text', [61, 60, 60]) })).toBe(false)
    expect(disk.tells({ [`i:${HOME}`]: { ...directory({}), times: [61, 1, 1] } })).toBe(false)
  })

  it('is no log and no key of the host, wherever its name stands in a change', () => {
    const disk = new Disk()
    expect(
      disk.tells({ 'i:50': file(), 'c:50:0': new Uint8Array(1), [`i:${LOG}`]: directory({ 'docker.log': 50 }) }),
    ).toBe(false)
    expect(disk.tells({ 'i:50': file('more') })).toBe(false)
    expect(disk.tells({ [`i:${HOME}`]: directory({ '.bash_history': 51, ssh_host_ed25519_key: 52 }) })).toBe(false)
    expect(disk.tells({}, ['i:50'])).toBe(false)
  })

  it('is a directory that got another mode, or a quiet name together with another one', () => {
    expect(new Disk().tells({ [`i:${LOG}`]: directory({ 'docker.log': 50 }, 0o700) })).toBe(true)
    expect(new Disk().tells({ [`i:${LOG}`]: directory({ 'docker.log': 50, messages: 51 }) })).toBe(true)
  })

  it('is no number that once was a log when another file has it now', () => {
    const disk = new Disk()
    disk.tells({ [`i:${LOG}`]: directory({ 'docker.log': 50 }), 'i:50': file() })
    disk.tells({ [`i:${LOG}`]: directory({}) }, ['i:50'])
    disk.tells({ [`i:${HOME}`]: directory({ note: 50 }), 'i:50': file() })
    expect(disk.tells({ 'i:50': file('more') })).toBe(true)
  })
})

describe('the start of an engine', () => {
  const engineFiles = {
    'i:62': file(),
    'c:61:0': new Uint8Array(1),
    'i:60': directory({ 'repositories.json': 61 }),
    [`i:${DOCKER}`]: directory({ image: 60, 'engine-id': 62 }),
  }

  it('tells nothing, and the same changes tell when it has answered', () => {
    const disk = new Disk()
    disk.telling.engineStarts(DISK)
    expect(disk.tells(engineFiles)).toBe(false)
    expect(disk.tells({ [`i:${DOCKER}`]: directory({ image: 60 }) }, ['i:62'])).toBe(false)
    disk.telling.engineAnswers(DISK)
    expect(disk.tells({ ...engineFiles, 'i:62': file('other') })).toBe(true)
  })

  it('tells nothing of files that came and went between two looks, whatever had their numbers once', () => {
    const disk = new Disk({ [`i:${HOME}`]: directory({ note: 50 }), 'i:50': file('note') })
    expect(disk.tells({ [`i:${HOME}`]: directory({}) }, ['i:50'])).toBe(true)
    disk.telling.engineStarts(DISK)
    expect(disk.tells({ ...engineFiles }, ['i:50', 'c:50:0'])).toBe(false)
  })

  it('hides no change elsewhere, and none on another disk', () => {
    const disk = new Disk()
    disk.telling.engineStarts(DISK)
    expect(disk.tells({ ...engineFiles, [`i:${HOME}`]: directory({ note: 50 }) })).toBe(true)
    expect(disk.tells({ [`i:${LIB}`]: directory({ docker: DOCKER, other: 51 }) })).toBe(true)
    const other = new Disk()
    other.telling.engineStarts('disks/s/node2/')
    expect(other.tells(engineFiles)).toBe(true)
  })

  it('is found where the records of a disk say that the directory is, whatever its image said', () => {
    const disk = new Disk({ [`i:${LIB}`]: directory({ docker: 70 }), 'i:70': directory({}) })
    disk.telling.engineStarts(DISK)
    expect(disk.tells({ 'i:70': directory({ image: 60 }), 'i:60': directory({}) })).toBe(false)
    expect(disk.tells(engineFiles)).toBe(true)
  })
})
