import { expect, test } from 'vitest'
import { CreditWindow } from './credit-window.ts'

const PIECE = 16 * 1024

/** Bytes under way when the window is full, after `turns` in which each piece took `tookMs` to the screen. */
function widthAfter(window: CreditWindow, turns: number, tookMs: number): number {
  let now = 0
  for (let turn = 0; turn < turns; turn++) {
    window.sent(PIECE, now)
    now += tookMs
    window.credited(PIECE, now)
  }
  let bytes = 0
  for (; !window.full; bytes += PIECE) window.sent(PIECE, now)
  window.credited(bytes, now)
  return bytes
}

test('it narrows where the screen is slow, and widens again', () => {
  const window = new CreditWindow()
  const widest = widthAfter(window, 10, 5)
  const narrow = widthAfter(window, 10, 300)
  expect(narrow).toBeLessThan(widest / 2)
  expect(narrow).toBeGreaterThanOrEqual(PIECE)
  expect(widthAfter(window, 20, 5)).toBe(widest)
})

test('credit that was not asked for does not open it further', () => {
  const window = new CreditWindow()
  window.credited(1_000_000, 0)
  expect(window.empty).toBe(true)
  expect(widthAfter(window, 1, 5)).toBe(widthAfter(new CreditWindow(), 1, 5))
})

test('another screen begins with an empty one', () => {
  const window = new CreditWindow()
  while (!window.full) window.sent(PIECE, 0)
  window.reset()
  expect([window.empty, window.full]).toEqual([true, false])
})
