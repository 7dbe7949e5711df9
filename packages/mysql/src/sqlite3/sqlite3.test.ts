import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Library } from './library.ts'
import type { ToLibrary } from './protocol.ts'
import { sqlite3 } from './sqlite3.ts'

/** The worker's side in this very process. */
const foreign = {
  spawn() {
    const loading = Library.load()
    let take: (message: unknown) => void = () => undefined
    return {
      post: (message: unknown) => void loading.then((library) => take(library.answer(message as ToLibrary))),
      onMessage: (handler: (message: unknown) => void) => void (take = handler),
      onError: () => undefined,
      terminate: () => undefined,
    }
  },
}

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel([sqlite3], { foreign })
})

const ask = async (stdin: string, ...args: readonly string[]): Promise<string> => {
  const { stdout, stderr, status } = await kernel.run(['/usr/bin/sqlite3', ...args], { stdin })
  return stdout + stderr + (status === 0 ? '' : `[${status}]`)
}

const MADE = "create table t(a integer primary key, b);insert into t values(1,'x'),(2,null),(3,1.5);\n"

it.each<[string, string]>([
  ['select * from t;', '1|x\n2|\n3|1.5\n'],
  ['.headers on\n.mode csv\nselect a, b||\' "q"\' as c from t;', 'a,c\r\n1,"x ""q"""\r\n2,\r\n3,"1.5 ""q"""\r\n'],
  [
    '.mode box\nselect * from t;',
    '┌───┬─────┐\n│ a │  b  │\n├───┼─────┤\n│ 1 │ x   │\n│ 2 │     │\n│ 3 │ 1.5 │\n└───┴─────┘\n',
  ],
  ['.mode column\n.nullvalue -\nselect * from t where a < 3;', 'a  b\n-  -\n1  x\n2  -\n'],
  ['.mode markdown\nselect * from t where a=1;', '| a | b |\n|---|---|\n| 1 | x |\n'],
  ['.mode line\nselect * from t where a=1;', '    a = 1\n    b = x\n'],
  ['.mode json\nselect * from t;', '[{"a":1,"b":"x"},\n{"a":2,"b":null},\n{"a":3,"b":1.5}]\n'],
  ['.mode quote\nselect * from t;', "1,'x'\n2,NULL\n3,1.5\n"],
  ['.mode insert u\nselect * from t where a=1;', "INSERT INTO u VALUES(1,'x');\n"],
  ['.tables\n.schema', 't\nCREATE TABLE t(a integer primary key, b);\n'],
  [
    '.dump',
    "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(a integer primary key, b);\nINSERT INTO t VALUES(1,'x');\nINSERT INTO t VALUES(2,NULL);\nINSERT INTO t VALUES(3,1.5);\nCOMMIT;\n",
  ],
  ['selct 1;', 'Parse error near line 2: near "selct": syntax error\n  selct 1;\n  ^--- error here\n[1]'],
  ['insert into t values(1,2);', 'Runtime error near line 2: UNIQUE constraint failed: t.a (19)\n[1]'],
  ['.foo', 'Error: unknown command or invalid arguments:  "foo". Enter ".help" for help\n[1]'],
  ['explain query plan select * from t where a=1;', 'QUERY PLAN\n`--SEARCH t USING INTEGER PRIMARY KEY (rowid=?)\n'],
  ['.print a "b c"\n.quit 3', 'a b c\n'],
])('%s', async (script, expected) => expect(await ask(MADE + script)).toBe(expected))

it('keeps a file, and sees what others wrote to it', async () => {
  expect(await ask('', '/tmp/a.db', MADE)).toBe('')
  expect(await ask('', '-json', '/tmp/a.db', 'select count(*) as n from t')).toBe('[{"n":3}]\n')
  expect(await ask('', '/tmp/a.db', 'begin; delete from t; rollback; delete from t where a = 3')).toBe('')
  expect(await ask('', '/tmp/a.db', 'select max(a) from t')).toBe('2\n')
  expect(await ask('', '/tmp/a.db', 'insert into t values(1,2)')).toBe(
    'Error: stepping, UNIQUE constraint failed: t.a (19)\n[19]',
  )
  expect(await ask('.mode csv\n.import /tmp/in.csv c\nselect * from c;\n.backup /tmp/b.db\n')).toContain(
    'cannot open "/tmp/in.csv"',
  )
  expect(await ask('.output /tmp/o\nselect 7;\n.output\nselect 8;\n')).toBe('8\n')
})

afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
