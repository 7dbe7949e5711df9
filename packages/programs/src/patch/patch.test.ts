import { bootTestKernel } from '@drydock/kernel/testing'
import { expect, it } from 'vitest'
import { programs } from '../index.ts'

const TEN = Array.from({ length: 10 }, (_, at) => `${at + 1}\n`).join('')
const UNIFIED = `--- a	2024-01-01
+++ b	2024-01-02
@@ -2,7 +2,7 @@
 2
 3
 4
-5
+five
 6
 7
 8
`
const CONTEXT = `*** a	2024-01-01
--- b	2024-01-02
***************
*** 4,6 ****
  4
! 5
  6
--- 4,6 ----
  4
! five
  6
`
const CREATE = `--- /dev/null
+++ b/new/file
@@ -0,0 +1,2 @@
+one
+two
`

/** Patches `a` and gives what it says, what is in the files, and the status. */
async function patched(
  args: readonly string[],
  patch: string,
  text = TEN,
): Promise<{ said: string; status: number; read(path: string): string | undefined }> {
  const kernel = await bootTestKernel(programs.filter(({ name }) => name === 'patch/patch'))
  const { stdout, stderr, status } = await kernel.run(['patch', ...args], {
    stdin: patch,
    files: { '/root/a': text },
    cwd: '/root',
  })
  const { sys } = kernel
  const read = (path: string): string | undefined => {
    try {
      const fd = sys.open(`/root/${path}`, 0)
      return new TextDecoder().decode(sys.pread(fd, 4096, 0))
    } catch {
      return undefined
    }
  }
  return { said: stdout + stderr, status, read }
}

const CHANGED = TEN.replace('5\n', 'five\n')

it.each([
  ['unified', UNIFIED],
  ['context', CONTEXT],
  ['normal', '5c5\n< 5\n---\n> five\n'],
])('applies a %s diff', async (_, patch) => {
  const { said, status, read } = await patched(['a'], patch)
  expect([said, status, read('a')]).toEqual(['patching file a\n', 0, CHANGED])
  expect(read('a.orig')).toBeUndefined()
})

it('finds its name in the header, and takes it back with -R', async () => {
  expect((await patched([], UNIFIED)).read('a')).toBe(CHANGED)
  expect((await patched(['-R'], UNIFIED, CHANGED)).read('a')).toBe(TEN)
})

it('looks for the place nearby, and through changed context', async () => {
  const moved = await patched(['a'], UNIFIED, `0\n0\n${TEN}`)
  expect(moved.said).toBe('patching file a\nHunk #1 succeeded at 4 (offset 2 lines).\n')
  expect(moved.read('a')).toBe(`0\n0\n${CHANGED}`)
  const fuzzy = await patched(['a'], UNIFIED, TEN.replace('2\n', 'zwei\n'))
  expect(fuzzy.said).toBe('patching file a\nHunk #1 succeeded at 2 with fuzz 1.\n')
  expect(fuzzy.read('a.orig')).toBe(TEN.replace('2\n', 'zwei\n'))
})

it('keeps what does not fit in a file of rejects', async () => {
  const { said, status, read } = await patched(['a'], UNIFIED, TEN.replace('5\n', 'cinq\n'))
  expect(said).toBe('patching file a\nHunk #1 FAILED at 2.\n1 out of 1 hunk FAILED -- saving rejects to file a.rej\n')
  expect(status).toBe(1)
  expect(read('a.rej')).toBe(UNIFIED)
})

it('sees that a patch was applied before', async () => {
  const { said, status, read } = await patched(['-N', 'a'], UNIFIED, CHANGED)
  expect(said).toBe(
    'patching file a\nReversed (or previously applied) patch detected!  Skipping patch.\n' +
      '1 out of 1 hunk ignored -- saving rejects to file a.rej\n',
  )
  expect([status, read('a')]).toEqual([1, CHANGED])
})

it('makes new files and their folders', async () => {
  const { said, read } = await patched(['-p1'], CREATE)
  expect([said, read('new/file')]).toEqual(['patching file new/file\n', 'one\ntwo\n'])
})

it('refuses what is no patch', async () => {
  const { said, status } = await patched(['a'], 'hello\n')
  expect([said, status]).toEqual(['patch: **** Only garbage was found in the patch input.\n', 2])
})
