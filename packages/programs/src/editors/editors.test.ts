import { bootTestKernel } from '@drydock/kernel/testing'
import { describe, expect, it } from 'vitest'
import { editorPrograms } from './index.ts'

const TEXT = 'one two\nthree\nfour\n'

/** Types keys into an editor on /root/f and gives the file back. */
async function edited(argv: readonly string[], expected: string, keys: readonly string[]): Promise<string> {
  const kernel = await bootTestKernel(editorPrograms)
  const steps = keys.map((type, at) => (at === 0 ? { expect: expected, type } : { type }))
  await kernel.runOnTerminal([...argv, 'f'], { files: { '/root/f': TEXT }, steps })
  expect(kernel.oopses()).toEqual([])
  const fd = kernel.sys.open('/root/f', 0)
  const text = new TextDecoder().decode(kernel.sys.pread(fd, 4096, 0))
  kernel.shutdown()
  return text
}

describe('vi', () => {
  const rows: readonly [keys: string, text: string][] = [
    ['dd:wq\r', 'three\nfour\n'],
    ['yyp:wq\r', 'one two\none two\nthree\nfour\n'],
    ['wD:x\r', 'one \nthree\nfour\n'],
    ['ddP:wq\r', TEXT],
    ['x.:wq\r', 'e two\nthree\nfour\n'],
    ['2dw:wq\r', '\nthree\nfour\n'],
    ['dwu:wq\r', TEXT],
    [':%s/o/0/g\r:wq\r', '0ne tw0\nthree\nf0ur\n'],
    ['/four\rx:wq\r', 'one two\nthree\nour\n'],
    ['Gdgg:wq\r', ''],
    ['J:wq\r', 'one two three\nfour\n'],
    ['x:q!\r', TEXT],
    ['Vjd:wq\r', 'four\n'],
    ['diwp:wq\r', ' onetwo\nthree\nfour\n'],
    ['daw:wq\r', 'two\nthree\nfour\n'],
    ['Sf(a, b)\x1b0fadi(:wq\r', 'f()\nthree\nfour\n'],
    ['Sa "b c" d\x1b0ci"z\x1b:wq\r', 'a "z" d\nthree\nfour\n'],
    ['rX:wq\r', 'Xne two\nthree\nfour\n'],
  ]
  it.each(rows)('%j', async (keys, text) => {
    expect(await edited(['vi'], 'three', [keys])).toBe(text)
  })
})

describe('less', () => {
  it('shows the end and leaves by q', async () => {
    const kernel = await bootTestKernel(editorPrograms)
    const { output, status } = await kernel.runOnTerminal(['less', 'f'], {
      files: { '/root/f': TEXT },
      steps: [{ expect: 'f (END)', type: 'q' }],
    })
    expect(status).toBe(0)
    expect(output).toContain('three')
    kernel.shutdown()
  })
  it('is cat in a pipe', async () => {
    const kernel = await bootTestKernel(editorPrograms)
    expect((await kernel.run(['less', 'f'], { files: { '/root/f': TEXT } })).stdout).toBe(TEXT)
    kernel.shutdown()
  })
})

describe('wide characters', () => {
  it.each([
    ['vi', '$', '\x1b[1;3H'],
    ['nano', '\x05', '\x1b[2;5H'],
  ])('%s counts two columns for each', async (editor, key, place) => {
    const kernel = await bootTestKernel(editorPrograms)
    const terminal = await kernel.openTerminal([editor, 'k'], { files: { '/root/k': '가나\n' } })
    await terminal.expect('가나')
    await terminal.type(key)
    await terminal.expect(place)
    terminal.hangUp()
    kernel.shutdown()
  })
})
