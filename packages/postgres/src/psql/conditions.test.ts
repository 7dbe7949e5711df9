import type { Program } from '@drydock/abi'
import { bootTestKernel } from '@drydock/kernel/testing'
import { Stdio } from '@drydock/libc'
import { expect, it } from 'vitest'
import type { Session } from '../client/session.ts'
import { STATEMENT_TOOLS } from '../client/statement-tools.ts'
import { runMeta } from './meta.ts'
import { Shell } from './shell.ts'
import { printDefaults } from './table.ts'

/** What psql does with a script: the statements that reach the server, one a line, and what is said. */
async function play(script: readonly string[]): Promise<{ ran: readonly string[]; said: string }> {
  const ran: string[] = []
  const session = {
    run: async (sql: string) => (ran.push(sql.replaceAll(/\s+/g, ' ').trim()), !sql.includes('bad')),
    query: async () => ({
      columns: [],
      rows: [
        ['one', null],
        ['bad', 'two'],
      ],
      tag: '',
    }),
    parameters: new Map(),
    notifications: [],
    target: { database: 'd' },
    status: 'I',
  } as unknown as Session
  const player: Program = {
    name: 'test/player',
    paths: ['/usr/bin/player'],
    covers: 'full',
    summary: '',
    async main(process) {
      const lines = [...script]
      await new Shell(process, new Stdio(process.sys), session, printDefaults()).readFrom(
        async () => lines.shift(),
        runMeta,
        false,
      )
      return 0
    },
  }
  const { stdout, stderr } = await (await bootTestKernel([player])).run(['player'])
  return { ran, said: stdout + stderr }
}

it.each<[script: string, ran: string[], said: string]>([
  ['\\if true|select 1;|\\else|select 2;|\\endif|select 3;', ['select 1;', 'select 3;'], ''],
  ['\\if no|select 1;|\\elif on|select 2;|\\elif 1|select 3;|\\else|select 4;|\\endif', ['select 2;'], ''],
  ['\\if f|\\if t|\\echo in|\\else|\\echo out|\\endif|\\set x 1|\\else|\\echo :{?x}|\\endif', [], ':{?x}\n'],
  ['\\set x 1|\\if :x|select|\\if 0|  a|\\else|  b|\\endif|from t;|\\endif', ['select b from t;'], ''],
  ['\\if :{?x}|\\echo has|\\else|\\echo has not|\\endif', [], 'has not\n'],
  ['\\if maybe|\\echo a|\\endif', [], 'unrecognized value "maybe" for "\\if expression": Boolean expected\n'],
  ['\\endif|\\else|\\elif 1', [], '\\endif: no matching \\if\n\\else: no matching \\if\n\\elif: no matching \\if\n'],
  ['\\if 0|\\else|\\else|\\endif', [], '\\else: cannot occur after \\else\n'],
  ['\\if 1|select 1;', ['select 1;'], 'reached EOF without finding closing \\endif(s)\n'],
  ['select 1 \\gexec|select 9;', ['one', 'bad', 'two', 'select 9;'], ''],
  ['\\set ON_ERROR_STOP on|select 1 \\gexec|select 9;', ['one', 'bad'], ''],
])('%s', async (script, ran, said) => {
  const found = await play(script.split('|'))
  expect(found).toEqual({ ran, said: said.replace(':{?x}', 'FALSE') })
})

const RIGHTS = 'INHERIT LOGIN NOREPLICATION NOBYPASSRLS'
it.each<[line: string, statements: string[]]>([
  [
    'createdb -O ann -T template0 -E UTF8 shop',
    [`CREATE DATABASE "shop" OWNER "ann" ENCODING 'UTF8' TEMPLATE "template0";`],
  ],
  ['createdb shop goods', ['CREATE DATABASE "shop";', `COMMENT ON DATABASE "shop" IS 'goods';`]],
  ['createdb', ['CREATE DATABASE "me";']],
  ['dropdb -f --if-exists shop', ['DROP DATABASE IF EXISTS "shop" WITH (FORCE);']],
  ['createuser ann', [`CREATE ROLE "ann" NOSUPERUSER NOCREATEDB NOCREATEROLE ${RIGHTS};`]],
  ['createuser -s ann', [`CREATE ROLE "ann" SUPERUSER CREATEDB CREATEROLE ${RIGHTS};`]],
  [
    'createuser -d -L ann',
    [`CREATE ROLE "ann" NOSUPERUSER CREATEDB NOCREATEROLE ${RIGHTS.replace('LOGIN', 'NOLOGIN')};`],
  ],
  ['dropuser --if-exists ann', ['DROP ROLE IF EXISTS "ann";']],
])('%s', (line, statements) => {
  const [name = '', ...words] = line.split(' ')
  expect(STATEMENT_TOOLS[name as keyof typeof STATEMENT_TOOLS].asked(words, 'me').statements).toEqual(statements)
})

it('says which role could not be removed', () => {
  expect(STATEMENT_TOOLS.dropuser.asked(['nix'], 'me').failing).toBe('removal of role "nix"')
})
