import { IN_CREATE, IN_MOVED_FROM, IN_MOVED_TO, decodeInotify, EAGAIN, SIGINT } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
beforeEach(async () => {
  await kernel.run(['rm', '-rf', '/w'])
  await kernel.run(['mkdir', '-p', '/w/sub'])
})

const run = (...argv: string[]) => kernel.run(argv)

/** What inotifywait -m says while something happens. */
async function watching(options: string[], action: () => Promise<unknown>): Promise<string[]> {
  const waiting = run('inotifywait', '-m', ...options)
  await kernel.sys.sleep(5)
  await action()
  await kernel.sys.sleep(5)
  const pid = kernel.sys.processes().find(({ comm }) => comm === 'inotifywait')?.pid
  if (pid !== undefined) kernel.sys.kill(pid, SIGINT)
  return (await waiting).stdout.split('\n').filter(Boolean)
}

describe('inotifywait', () => {
  test('tells what happens to a file from its making to its end', async () => {
    const lines = await watching(['-q', '/w'], async () => {
      await run('touch', '/w/a')
      await run('cat', '/w/a')
      await run('chmod', '600', '/w/a')
      await run('mv', '/w/a', '/w/b')
      await run('rm', '/w/b')
    })
    expect(lines.filter((line) => line.endsWith(' a'))).toEqual(
      expect.arrayContaining([
        '/w/ CREATE a',
        '/w/ OPEN a',
        '/w/ CLOSE_WRITE,CLOSE a',
        '/w/ CLOSE_NOWRITE,CLOSE a',
        '/w/ ATTRIB a',
        '/w/ MOVED_FROM a',
      ]),
    )
    expect(lines.filter((line) => line.endsWith(' b'))).toEqual(['/w/ MOVED_TO b', '/w/ DELETE b'])
  })

  test('hears of one directory alone, of all below with -r, new ones included', async () => {
    const below = async () => {
      await run('mkdir', '/w/sub/deep')
      await run('touch', '/w/sub/deep/file')
    }
    expect(await watching(['-q', '-e', 'create', '/w'], below)).toEqual([])
    await run('rm', '-r', '/w/sub/deep')
    expect(await watching(['-q', '-r', '-e', 'create', '/w'], below)).toEqual([
      '/w/sub/ CREATE,ISDIR deep',
      '/w/sub/deep/ CREATE file',
    ])
  })

  test('ends with the first event, by its format; after its time with 2', async () => {
    const waiting = run('inotifywait', '-e', 'close_write,moved_to', '--format', '%e|%w%f|%:e', '/w')
    await kernel.sys.sleep(5)
    await run('cp', '/etc/passwd', '/w/copy')
    expect(await waiting).toMatchObject({
      stdout: 'CLOSE_WRITE,CLOSE|/w/copy|CLOSE_WRITE:CLOSE\n',
      stderr: 'Setting up watches.\nWatches established.\n',
      status: 0,
    })
    expect((await run('inotifywait', '-t', '1', '/w')).status).toBe(2)
  })

  test('leaves out what is excluded, and refuses what it does not know', async () => {
    const both = async () => {
      await run('touch', '/w/a.tmp')
      await run('touch', '/w/a.txt')
    }
    expect(await watching(['-q', '-e', 'create', '--exclude', '\\.tmp$', '/w'], both)).toEqual(['/w/ CREATE a.txt'])
    expect(await run('inotifywait', '/none')).toMatchObject({
      stderr: "Setting up watches.\nCouldn't watch /none: No such file or directory\n",
      status: 1,
    })
    expect((await run('inotifywait', '-e', 'nothing', '/w')).stderr).toMatch(/^'nothing' is not a valid event!/)
  })
})

test('inotifywatch counts', async () => {
  const counting = run('inotifywatch', '-t', '2', '-e', 'create', '-e', 'delete', '/w')
  await kernel.sys.sleep(5)
  await run('touch', '/w/a', '/w/b')
  await run('rm', '/w/a')
  expect((await counting).stdout).toBe('total  create  delete  filename\n3      2       1       /w/\n')
})

describe('an inotify descriptor', () => {
  test('pairs the halves of a rename, tells no event twice in a row, and ends with what it watches', async () => {
    const { sys } = kernel
    const fd = sys.inotifyInit()
    const wd = sys.inotifyAddWatch(fd, '/w/sub', IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO)
    sys.mkdir('/w/sub/x')
    sys.rename('/w/sub/x', '/w/sub/y')
    const events = decodeInotify(await sys.read(fd, 4096))
    expect(events.map(({ name }) => name)).toEqual(['x', 'x', 'y'])
    expect(events[1]?.cookie).toBe(events[2]?.cookie)
    expect(events.every((event) => event.wd === wd)).toBe(true)
    sys.rmdir('/w/sub/y')
    sys.rmdir('/w/sub')
    expect(decodeInotify(await sys.read(fd, 4096)).map(({ mask }) => mask)).toEqual([0x8000])
    sys.setFdFlags(fd, { nonblock: true })
    expect(() => sys.read(fd, 4096)).toThrow(EAGAIN)
    sys.close(fd)
  })
})
