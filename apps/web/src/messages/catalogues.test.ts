import { describe, expect, it } from 'vitest'
import { en, type Message } from './en.ts'
import { ko } from './ko.ts'

const forms = (message: Message): readonly string[] =>
  typeof message === 'string' ? [message] : Object.values(message)
const places = (message: Message): string =>
  [...new Set(forms(message).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort().join()

/** The same everywhere: abbreviations, and what is typed. */
const UNTRANSLATED = new Set(['CPU', 'nginx:alpine'])

describe('the Korean messages', () => {
  const pairs = Object.entries(en).map(([key, message]) => [key, message, ko[key as keyof typeof en]] as const)

  it('have places for the same values as the English ones', () => {
    expect(pairs.filter(([, english, korean]) => places(english) !== places(korean))).toEqual([])
  })

  it('are Korean', () => {
    const left = pairs.filter(([, , korean]) => !forms(korean).every((form) => /[가-힣]/.test(form)))
    expect(left.filter(([, english]) => !UNTRANSLATED.has(String(english)))).toEqual([])
  })
})
