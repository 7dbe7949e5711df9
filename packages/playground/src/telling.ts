import type { StoredValue } from '@drydock/abi'
import type { Change } from './change.ts'
import { DirectoryTree, type InodeRecord } from './directory-tree.ts'

/** Files that come and grow whatever one does: whoever only looked has changed nothing. */
const QUIET_NAMES = /(\.log|_history)$|^ssh_host_/
const DISK_KEY = /^(disks\/[^/]*\/[^/]*\/)(superblock|image|[ic]:(\d+).*)$/
/** Where a host's engine keeps everything. */
const ENGINE_ROOT = 'var/lib/docker'

/** Tells changes that somebody may want to take back from those that come with every command, or by themselves. */
export class Telling {
  /** By the prefix of a disk's keys. */
  private readonly trees = new Map<string, DirectoryTree>()
  /** Disks whose engine is only starting. */
  private readonly starting = new Set<string>()

  constructor(kept: Iterable<[string, StoredValue]>) {
    this.learn(kept)
  }

  /** The machine on this disk was switched on: what happens to its engine's files is the start of that engine. */
  engineStarts(disk: string): void {
    this.starting.add(disk)
  }

  engineAnswers(disk: string): void {
    this.starting.delete(disk)
  }

  /**
   * Whether a change is worth a moment.
   * @param old what keys hold before the change
   */
  tells(change: Change, old: ReadonlyMap<string, StoredValue>): boolean {
    // A name may stand behind what it names.
    this.learn(change.puts)
    for (const [key, value] of change.puts) if (this.keyTells(key, value, old)) return true
    return change.deletes.some((key) => this.keyTells(key, undefined, old))
  }

  /** What is known of where things are; nothing is judged. */
  learn(values: Iterable<[string, StoredValue]>): void {
    for (const [key, value] of values) {
      const [, disk, record, ino] = DISK_KEY.exec(key) ?? []
      if (disk === undefined) continue
      if (record === 'image' && typeof value === 'string') this.tree(disk).standsOn(value)
      else if (ino !== undefined && isInode(value)) this.tree(disk).learn(Number(ino), value)
    }
  }

  private keyTells(key: string, value: StoredValue, old: ReadonlyMap<string, StoredValue>): boolean {
    const [, disk, record = '', number] = DISK_KEY.exec(key) ?? []
    if (disk === undefined) return !key.startsWith('terminals/')
    if (number === undefined) return false
    const [tree, ino] = [this.tree(disk), Number(number)]
    if (QUIET_NAMES.test(tree.nameOf(ino) ?? '')) return false
    if (this.starting.has(disk) && tree.isBelow(ino, tree.find(ENGINE_ROOT) ?? -1)) return false
    const was = old.get(key) ?? (record === `i:${ino}` ? tree.original(ino) : undefined)
    // Whoever writes a file anew makes another beside it for a moment: its number may have been that of anything.
    if (value === undefined && was === undefined) return false
    return !isInode(value) || !isInode(was) || !isSame(was, value)
  }

  private tree(disk: string): DirectoryTree {
    const known = this.trees.get(disk) ?? new DirectoryTree()
    this.trees.set(disk, known)
    return known
  }
}

/** Whether two records differ at most in what comes by looking, or by quiet names in a directory. */
function isSame(was: InodeRecord, is: InodeRecord): boolean {
  if (was.mode !== is.mode || was.uid !== is.uid || was.gid !== is.gid) return false
  if (is.entries) return listing(was) === listing(is)
  // To have been read changes only the first of the times.
  return was.times[1] === is.times[1] && was.times[2] === is.times[2] && content(was) === content(is)
}

const listing = ({ entries = [] }: InodeRecord): string =>
  JSON.stringify(entries.filter(([name]) => !QUIET_NAMES.test(name)))

/** Of a short file: whoever is quick writes twice in one millisecond. */
const content = ({ file }: InodeRecord): string => String(file?.inline ?? '')

const isInode = (value: StoredValue): value is InodeRecord =>
  typeof value === 'object' && value !== null && Array.isArray((value as Partial<InodeRecord>).times)
