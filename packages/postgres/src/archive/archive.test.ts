import { encodeUtf8 } from '@drydock/codec'
import { describe, expect, it } from 'vitest'
import { Expression, parseScript, withVariables } from '../client/pgbench-script.ts'
import { dropStatement, ownerStatement, script } from '../client/script.ts'
import { readArchive, writeCustom, writeToc } from './format.ts'
import type { Archive, TocEntry } from './toc.ts'

const entry = (fields: Partial<TocEntry>): TocEntry => ({
  ...{ id: 217, catalogue: '1259', oid: '16385', kind: 'TABLE', tag: 'a', schema: 'public', owner: 'Me' },
  ...{ section: 'pre-data', definition: 'CREATE TABLE public.a ();', drop: 'DROP TABLE public.a;\n', copy: '' },
  ...{ dependencies: [], data: undefined },
  ...fields,
})
const ROWS = encodeUtf8(`${'1\tx\n'.repeat(9000)}\\.\n\n\n`)
const archive: Archive = {
  ...{ format: 'CUSTOM', compressed: true, createdMs: Date.UTC(2026, 10, 29, 8, 0, 1), database: 'shop' },
  ...{ serverVersion: '18.6', dumpVersion: '18.6', minor: 16 },
  entries: [
    entry({}),
    entry({
      ...{ id: 218, kind: 'TABLE DATA', section: 'data', definition: '', drop: '', data: ROWS, dependencies: [217] },
      copy: 'COPY public.a (id) FROM stdin;\n',
    }),
  ],
}

describe('archives of pg_dump', () => {
  it.each([14, 15, 16])('come back as they were in version 1.%i', (minor) => {
    const again = readArchive(writeCustom({ ...archive, minor }), () => undefined)
    expect(again).toEqual({ ...archive, minor })
  })

  it('have their rows beside them in a directory', () => {
    const toc = writeToc({ ...archive, format: 'DIRECTORY' })
    const again = readArchive(toc, (file) => (file === '218.dat' ? ROWS : undefined), true)
    expect(again).toEqual({ ...archive, format: 'DIRECTORY' })
  })

  it('begin as the real ones do', () => {
    expect([...writeCustom(archive).subarray(0, 12)]).toEqual([80, 71, 68, 77, 80, 1, 16, 0, 4, 8, 1, 1])
    expect(() => readArchive(encodeUtf8('PGDMX'), () => undefined)).toThrow('does not appear to be a valid archive')
    expect(() => readArchive(writeCustom(archive).subarray(0, 99), () => undefined)).toThrow('end of file')
  })

  it('become a script', () => {
    const wishes = { clean: true, ifExists: true, create: false, noOwner: false }
    const text = new TextDecoder().decode(
      Uint8Array.from(script(archive, archive.entries, wishes).flatMap((part) => [...part])),
    )
    expect(text).toMatch(
      /\nDROP TABLE IF EXISTS public\.a;\n--\n-- Name: a; Type: TABLE; Schema: public; Owner: Me\n--\n/,
    )
    expect(text).toMatch(/-- Data for Name: a; Type: TABLE DATA; .*\n--\n\nCOPY public\.a \(id\) FROM stdin;\n1\tx\n/)
  })

  it.each([
    ['DROP MATERIALIZED VIEW public.v;\n', 'DROP MATERIALIZED VIEW IF EXISTS public.v;\n'],
    [
      'ALTER TABLE ONLY public.a DROP CONSTRAINT k;\n',
      'ALTER TABLE IF EXISTS ONLY public.a DROP CONSTRAINT IF EXISTS k;\n',
    ],
  ])('%s', (drop, expected) => {
    expect(dropStatement(entry({ drop }), true)).toBe(expected)
  })

  it('give things to their owners, whose names may need quotes', () => {
    expect(ownerStatement(entry({}))).toBe('ALTER TABLE public.a OWNER TO "Me";\n')
    expect(ownerStatement(entry({ kind: 'INDEX', drop: 'DROP INDEX public.i;\n' }))).toBe('')
  })
})

describe('scripts of pgbench', () => {
  it('have statements and variables', () => {
    expect(parseScript('\\set a random(1, 2 * :scale)\nSELECT 1,\n 2; BEGIN;')).toEqual([
      { kind: 'set', name: 'a', expression: 'random(1, 2 * :scale)' },
      { kind: 'sql', text: 'SELECT 1,\n 2;' },
      { kind: 'sql', text: 'BEGIN;' },
    ])
    expect(withVariables('SELECT :a::int, :b', new Map([['a', 7]]))).toBe('SELECT 7::int, :b')
  })

  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * -:n', -12],
    ['random(1, 100 * :n)', 201],
    ['7 / 2 % 2', 1],
  ])('%s', (text, expected) => {
    expect(new Expression(text, new Map([['n', 4]]), () => 0.5).value()).toBe(expected)
  })
})
