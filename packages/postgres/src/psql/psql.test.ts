import { describe, expect, it } from 'vitest'
import { interpolate, scan } from './scan.ts'
import { printDefaults, printTable } from './table.ts'
import { patternCondition } from './pattern.ts'
import { scramClient, scramServer } from '../server/scram.ts'
import { readArchive, writeArchive } from '../pglite/archive.ts'

describe('scan', () => {
  it.each<[text: string, statements: string[], open: string]>([
    ['select 1; select 2', ['select 1;'], '-'],
    ['select \';\' ; select "a;b";', ["select ';' ;", 'select "a;b";'], ''],
    ['create function f() as $x$ begin; end; $x$;', ['create function f() as $x$ begin; end; $x$;'], ''],
    ['select 1 -- ; not\n;', ['select 1 -- ; not\n;'], ''],
    ["select 'open", [], "'"],
    ['select (1', [], '('],
    ['/* ; ', [], '*'],
    ["select E'a\\'b;';", ["select E'a\\'b;';"], ''],
    ['create rule r as (a; b);', ['create rule r as (a; b);'], ''],
  ])('%s', (text, statements, open) => {
    const found = scan(text)
    expect(found.parts.map((part) => part.text)).toEqual(statements)
    expect(found.open).toBe(open)
  })

  it('parts a backslash command from the statement before it', () => {
    expect(scan('select 1 \\gx\n').parts).toEqual([{ kind: 'meta', text: '\\gx', buffer: 'select 1' }])
  })

  it('puts variables in, but not into quotes', () => {
    const variables = new Map([['name', "o'neil"]])
    expect(interpolate("select :'name', ':name', a::text", variables)).toBe("select 'o''neil', ':name', a::text")
  })
})

describe('tables', () => {
  const table = {
    columns: [
      { name: 'id', type: 23 },
      { name: 'name', type: 25 },
    ],
    rows: [
      ['1', 'one'],
      ['20', null],
    ],
  }
  it('are aligned', () => {
    expect(printTable(table, printDefaults())).toBe(' id | name \n----+------\n  1 | one\n 20 | \n(2 rows)\n\n')
  })
  it('are records when expanded', () => {
    expect(printTable(table, { ...printDefaults(), expanded: true })).toBe(
      '-[ RECORD 1 ]\nid   | 1\nname | one\n-[ RECORD 2 ]\nid   | 20\nname | \n\n',
    )
  })
  it('are bare for scripts, and CSV', () => {
    expect(printTable(table, { ...printDefaults(), format: 'unaligned', tuplesOnly: true, nullText: '-' })).toBe(
      '1|one\n20|-\n',
    )
    expect(printTable({ ...table, rows: [['1', 'a,"b"']] }, { ...printDefaults(), format: 'csv' })).toBe(
      'id,name\n1,"a,""b"""\n',
    )
  })
})

it('patterns of names become conditions', () => {
  expect(patternCondition('pub*.T?', 's', 'n', '')).toBe("n ~ '^(t.)$' AND s ~ '^(pub.*)$'")
  expect(patternCondition('"T"', 's', 'n', 'v')).toBe("n ~ '^(T)$' AND v")
})

describe('SCRAM', () => {
  // The exchange of RFC 7677, section 3, with this verifier for the password "pencil".
  const verifier =
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='
  const exchange = (password: string): string | undefined => {
    const client = scramClient(password, new Uint8Array(18).fill(2))
    const server = scramServer(verifier, client.first(), new Uint8Array(18).fill(1))
    return server.finish(client.final(server.first))
  }
  it('lets in who knows the password, and nobody else', () => {
    expect(exchange('pencil')).toMatch(/^v=/)
    expect(exchange('Pencil')).toBeUndefined()
    expect(scramServer('', 'n,,n=,r=x', new Uint8Array(18)).finish('c=biws,r=x,p=AAAA')).toBeUndefined()
  })
})

it('archives come back as they were', () => {
  const files = [{ path: 'base' }, { path: 'base/1', bytes: Uint8Array.from({ length: 700 }, (_, i) => i) }]
  expect(readArchive(writeArchive(files))).toEqual(files)
})
