import { expect, test } from 'vitest'
import { syntaxError } from './syntax-error.ts'

/** What Go 1.24's json.Unmarshal says. */
const ROWS: readonly (readonly [string, string | undefined])[] = [
  ['{}', undefined],
  [' [1, -2.5e3, "a\\u00e9", null, true] ', undefined],
  ['', 'unexpected end of JSON input'],
  ['{', 'unexpected end of JSON input'],
  ['{"a":1', 'unexpected end of JSON input'],
  ['nope', "invalid character 'o' in literal null (expecting 'u')"],
  ['{a}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['"\\q"', "invalid character 'q' in string escape code"],
  ['"a\nb"', String.raw`invalid character '\n' in string literal`],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ["{'a':1}", String.raw`invalid character '\'' looking for beginning of object key string`],
]

test.each(ROWS)('%s', (text, message) => expect(syntaxError(text)).toBe(message))
