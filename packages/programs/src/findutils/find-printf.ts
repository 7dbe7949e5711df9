import { isSymlink } from '@drydock/abi'
import { modeString, typeLetter } from '../format/mode-string.ts'
import { strftime } from '../format/strftime.ts'
import { basename, dirname } from '../paths.ts'
import type { Actions, Found } from './predicates.ts'

const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['0', '\0'],
  ['\\', '\\'],
  ['a', '\x07'],
  ['r', '\r'],
])

const TIMES = new Map([
  ['A', 'atimeMs'],
  ['C', 'ctimeMs'],
  ['T', 'mtimeMs'],
] as const)
const date = (ms: number): string => `${strftime('%a %b %e %H:%M:%S.%N', ms)}0 ${strftime('%Y', ms)}`

const below = ({ path, start }: Found): string => (path === start ? '' : path.slice(start.length).replace(/^\/+/, ''))

const FIELDS = new Map<string, (found: Found, actions: Actions) => string | number>([
  ['p', ({ path }) => path],
  ['f', ({ path }) => basename(path)],
  ['h', ({ path }) => (path.includes('/') ? dirname(path) : '.')],
  ['P', below],
  ['H', ({ start }) => start],
  ['d', ({ depth }) => depth],
  ['s', ({ stat }) => stat.size],
  ['k', ({ stat }) => Math.ceil(stat.blocks / 2)],
  ['b', ({ stat }) => stat.blocks],
  ['i', ({ stat }) => stat.ino],
  ['n', ({ stat }) => stat.nlink],
  ['m', ({ stat }) => (stat.mode & 0o7777).toString(8)],
  ['M', ({ stat }) => modeString(stat.mode)],
  ['u', ({ stat }, { accounts }) => accounts.userName(stat.uid) ?? stat.uid],
  ['g', ({ stat }, { accounts }) => accounts.groupName(stat.gid) ?? stat.gid],
  ['U', ({ stat }) => stat.uid],
  ['G', ({ stat }) => stat.gid],
  ['y', ({ stat }) => typeLetter(stat.mode).replace('-', 'f')],
  ['l', ({ stat, path }, { sys }) => (isSymlink(stat.mode) ? sys.readlink(path) : '')],
  ['t', ({ stat }) => date(stat.mtimeMs)],
  ['a', ({ stat }) => date(stat.atimeMs)],
  ['c', ({ stat }) => date(stat.ctimeMs)],
  ['D', ({ stat }) => stat.dev],
])

/** The format of -printf: escapes, then `%` directives with widths. */
export function formatFound(format: string, found: Found, actions: Actions): string {
  return format.replace(
    /\\(.)|%(-?)(\d*)(?:([ACT])(.)|([a-zA-Z%]))/g,
    (
      whole,
      escape: string | undefined,
      left: string,
      width: string,
      time: string | undefined,
      letter: string | undefined,
      field: string | undefined,
    ) => {
      if (escape !== undefined) return ESCAPES.get(escape) ?? whole
      const pad = (text: string): string => (left ? text.padEnd(Number(width)) : text.padStart(Number(width)))
      const key = TIMES.get((time ?? '') as 'A' | 'C' | 'T')
      if (key && letter) {
        const ms = found.stat[key]
        if (letter === '@') return pad(`${Math.floor(ms / 1000)}.${strftime('%N', ms)}0`)
        return pad(
          strftime(
            letter === '+'
              ? '%Y-%m-%d+%H:%M:%S.%N0'
              : letter === 'S'
                ? '%S.%N0'
                : letter === 'T'
                  ? '%H:%M:%S.%N0'
                  : `%${letter}`,
            ms,
          ),
        )
      }
      if (field === '%') return '%'
      const value = FIELDS.get(field ?? '')
      return value ? pad(String(value(found, actions))) : whole
    },
  )
}
