import { describe, expect, it } from 'vitest'
import { en, type Message } from './en.ts'
import { ko } from './ko.ts'

const forms = (message: Message): readonly string[] =>
  typeof message === 'string' ? [message] : Object.values(message)
const places = (message: Message): string =>
  [...new Set(forms(message).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort().join()

/** Nothing in them is a word: abbreviations, places, what is typed. */
const WORDLESS = new Set(['tongue', 'actionDone', 'cpu', 'pullPlaceholder'])

describe('the Korean messages', () => {
  const pairs = Object.entries(en).map(([key, message]) => [key, message, ko[key as keyof typeof en]] as const)

  it('have places for the same values as the English ones', () => {
    expect(pairs.filter(([, english, korean]) => places(english) !== places(korean))).toEqual([])
  })

  it('are Korean', () => {
    const worded = pairs.filter(([key]) => !WORDLESS.has(key))
    expect(worded.filter(([, , korean]) => !forms(korean).every((form) => /[가-힣]/.test(form)))).toEqual([])
  })
})
