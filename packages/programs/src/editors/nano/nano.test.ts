import { bootTestKernel } from '@drydock/kernel/testing'
import { describe, expect, it } from 'vitest'
import { Screen } from '../../testing/screen.ts'
import { editorPrograms } from '../index.ts'

const TEXT = 'one two\nthree\nfour five six\n'
const CTRL_O = '\x0f'

/** Opens a file in nano. @returns the screen and a way to type */
async function open(argv: readonly string[], text = TEXT) {
  const kernel = await bootTestKernel(editorPrograms)
  const terminal = await kernel.openTerminal(['nano', ...argv], { files: { '/root/f': text } })
  const screen = new Screen(terminal)
  await screen.sees('GNU nano')
  return {
    screen,
    async type(keys: string, sees?: string) {
      await terminal.type(keys)
      return sees === undefined ? screen.rows() : screen.sees(sees)
    },
    close() {
      expect(kernel.oopses()).toEqual([])
      terminal.hangUp()
      kernel.shutdown()
    },
  }
}

/** The file after nano has been typed at and left. */
async function edited(keys: string, text = TEXT, argv: readonly string[] = ['f']): Promise<string> {
  const kernel = await bootTestKernel(editorPrograms)
  const { status } = await kernel.runOnTerminal(['nano', ...argv], {
    files: { '/root/f': text },
    steps: [{ expect: 'GNU nano', type: keys }],
  })
  expect(kernel.oopses()).toEqual([])
  expect(status).toBe(0)
  const fd = kernel.sys.open('/root/f', 0)
  const left = new TextDecoder().decode(kernel.sys.pread(fd, 4096, 0))
  kernel.shutdown()
  return left
}

describe('the screen of nano', () => {
  it('has a title, a message and two lines of keys', async () => {
    const { screen, close } = await open(['f'])
    const rows = await screen.sees('[ Read 3 lines ]')
    expect(rows[0]).toBe(`  GNU nano 7.2${' '.repeat(27)}f`)
    expect(rows.slice(1, 5)).toEqual(['one two', 'three', 'four five six', ''])
    expect(rows[21]).toBe(`${' '.repeat(32)}[ Read 3 lines ]`)
    expect(rows[22]).toBe('^G Help      ^O Write Out ^W Where Is  ^K Cut       ^T Execute   ^C Location')
    expect(rows[23]).toBe('^X Exit      ^R Read File ^\\ Replace   ^U Paste     ^J Justify   ^/ Go To Line')
    expect(await screen.cursor()).toEqual([1, 0])
    close()
  })

  it('keeps a message while keys are typed, and blanks it when something is asked', async () => {
    const { type, close } = await open(['f'])
    expect((await type('xy', 'xyone'))[21]).toContain('[ Read 3 lines ]')
    await type('\x17', 'Search:')
    expect((await type('six\r', 'xyone'))[21]).not.toContain('Read')
    expect((await type('\x16z', 'z'))[4]).toBe('z')
    close()
  })

  it('asks with letters in columns of their own', async () => {
    const { screen, type, close } = await open(['f'])
    await type('x\x18', 'Save modified buffer?')
    const rows = await screen.rows()
    expect(rows[21]?.trimEnd()).toBe('Save modified buffer?')
    expect(rows[23]?.trimEnd()).toBe(' N No           ^C Cancel')
    expect(await screen.cursor()).toEqual([21, 21])
    close()
  })

  it('tells the place of the cursor', async () => {
    const { type, close } = await open(['f'])
    await type('\x0e\x06\x06\x03', '[ line  2/4 (50%), col  3/ 6 ( 50%), char 10/28 (35%) ]')
    close()
  })

  it('marks a text that was changed and asks before it is lost', async () => {
    const { type, screen, close } = await open(['f'])
    await type('x', 'Modified')
    const rows = await type('\x18', 'Save modified buffer?')
    expect(rows[22]).toMatch(/^ Y Yes/)
    expect(rows[23]).toMatch(/^ N No +\^C Cancel/)
    await type('\x03', '[ Cancelled ]')
    expect((await screen.rows())[0]).toMatch(/Modified$/)
    close()
  })

  it('asks for the name of a new file and shows the keys of the question', async () => {
    const { type, close } = await open([])
    await type(`hello${CTRL_O}`, 'File Name to Write:')
    const rows = await type('g\r', '[ Wrote 1 line ]')
    expect(rows[0]).toContain('g')
    close()
  })

  it('scrolls a long line sideways and wraps it on request', async () => {
    const long = `${'abcdefghij'.repeat(12)}\nend\n`
    const { type, screen, close } = await open(['f'], long)
    expect((await screen.sees('Read 2 lines'))[1]).toMatch(/^abcdefghij.*>$/)
    expect((await type('\x05', '<'))[1]).toMatch(/^<.*j$/)
    const rows = await type('\x1bs', 'Soft wrapping of overlong lines enabled')
    expect(rows[1]).toHaveLength(80)
    expect(rows[2]).toHaveLength(40)
    close()
  })

  it('shows its help and comes back', async () => {
    const { type, close } = await open(['f'])
    await type('\x07', 'Main nano help text')
    expect((await type('\x18', 'one two'))[0]).toMatch(/ f$/)
    close()
  })
})

describe('searching in nano', () => {
  it('finds ahead, wraps and says so, and finds nothing', async () => {
    const { type, screen, close } = await open(['f'])
    await type('\x17three\r')
    await screen.until(() => true)
    await type('\x17', 'Search [three]:')
    await type('one\r', '[ Search Wrapped ]')
    await type('\x17\r', '[ This is the only occurrence ]')
    await type('\x17nowhere\r', '[ "nowhere" not found ]')
    close()
  })

  it('asks at each place to replace', async () => {
    const { type, close } = await open(['f'])
    await type('\x1co\r', 'Replace with:')
    await type('0\r', 'Replace this instance?')
    await type('yn')
    const rows = await type('a', '[ Replaced 2 occurrences ]')
    expect(rows[1]).toBe('0ne two')
    expect(rows[3]).toBe('f0ur five six')
    close()
  })

  it('goes to a line and a column', async () => {
    const { type, screen, close } = await open(['f'])
    await type('\x1f3,6\r')
    await screen.until((rows) => !rows.join('').includes('Enter line'))
    expect(await screen.cursor()).toEqual([3, 5])
    close()
  })
})

describe('editing in nano', () => {
  const rows: readonly [title: string, keys: string, text: string][] = [
    ['types', 'X', 'Xone two\nthree\nfour five six\n'],
    ['cuts two lines and pastes them at the end', '\x0b\x0b\x1b/\x15', 'four five six\none two\nthree\n'],
    ['copies a marked region', '\x1ba\x06\x06\x06\x1b6\x1b/\x15', 'one two\nthree\nfour five six\none\n'],
    ['cuts a marked region', '\x1ba\x06\x06\x06\x0b', ' two\nthree\nfour five six\n'],
    ['takes back and does again', 'abc\x1bu\x1be', 'abcone two\nthree\nfour five six\n'],
    ['takes back a cut', '\x0b\x0b\x1bu', TEXT],
    ['joins lines by Backspace', '\x0e\x7f', 'one twothree\nfour five six\n'],
    ['deletes at the cursor', '\x04\x04', 'e two\nthree\nfour five six\n'],
    ['justifies a paragraph', '\x0a', 'one two three four five six\n'],
    ['comments a line', '\x1b3', '#one two\nthree\nfour five six\n'],
    ['indents and takes it back', '\x1b}\x1b}\x1b{', '\tone two\nthree\nfour five six\n'],
    ['moves by words', '\x1b[1;5CX', 'one Xtwo\nthree\nfour five six\n'],
    ['cuts till the end', '\x0e\x1bt', 'one two\n'],
    ['leaves the file when told so', 'xyz\x18n', TEXT],
  ]
  it.each(rows)('%s', async (_, keys, text) => {
    expect(await edited(keys.endsWith('\x18n') ? keys : `${keys}${CTRL_O}\r\x18`)).toBe(text)
  })

  it('goes to the place that was asked for, and breaks long lines', async () => {
    expect(await edited(`X${CTRL_O}\r\x18`, TEXT, ['+2,3', 'f'])).toBe('one two\nthXree\nfour five six\n')
    const words = Array.from({ length: 20 }, () => 'words').join(' ')
    expect(await edited(`${words}${CTRL_O}\r\x18`, '', ['-b', 'f'])).toBe(
      `${Array.from({ length: 12 }, () => 'words').join(' ')} \n${Array.from({ length: 8 }, () => 'words').join(' ')}\n`,
    )
  })

  it('does not change a text in view mode', async () => {
    const { type, close } = await open(['-v', 'f'])
    await type('x', '[ Key is invalid in view mode ]')
    close()
  })
})
