import { describe, expect, it } from 'vitest'
import { crosstab } from './crosstab.ts'
import { print } from './print.ts'
import { setOption } from './pset.ts'
import { PRINTED } from './said-by-psql.ts'
import { printDefaults } from './table.ts'

const TABLE = {
  columns: [
    { name: 'id', type: 23 },
    { name: 'the name', type: 25 },
    { name: 'n', type: 1700 },
  ],
  rows: [
    ['1', 'a|b & <c>', '1234.5'],
    ['20', null, '-7000000'],
    ['300', 'two\nlines', '0'],
  ],
}

it.each(PRINTED)('%j', (options, text) => {
  const settings = printDefaults()
  for (const [name, value] of Object.entries(options)) expect(setOption(settings, name, value)).toBeUndefined()
  expect(print(TABLE, settings)).toBe(text)
})

describe('crosstabview', () => {
  const columns = ['who', 'when', 'what'].map((name) => ({ name, type: 25 }))
  const result = (rows: string[][]) => ({ columns, rows, tag: '', error: undefined })
  it('lays values where a row and a column meet', () => {
    const table = crosstab(
      result([
        ['a', 'mon', '1'],
        ['b', 'tue', '2'],
        ['a', 'tue', '3'],
      ]),
      [],
    )
    expect(table).toMatchObject({
      columns: [{ name: 'who' }, { name: 'mon' }, { name: 'tue' }],
      rows: [
        ['a', '1', '3'],
        ['b', '', '2'],
      ],
    })
  })
  it('wants one value for each place', () => {
    const twice = result([
      ['a', 'mon', '1'],
      ['a', 'mon', '2'],
    ])
    expect(crosstab(twice, [])).toBe(
      '\\crosstabview: query result contains multiple data values for row "a", column "mon"',
    )
    expect(crosstab(result([]), ['1', '1'])).toBe(
      '\\crosstabview: vertical and horizontal headers must be different columns',
    )
  })
})
