// Lessons that people took elsewhere, with the same commands: each a transcript on a host of its own.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, it } from 'vitest'
import { commandBundle } from '../../../tools/command-bundle.mjs'
import { judgeLesson, readLesson, scriptOf } from './lesson.ts'

const ENVIRONMENT = new Map(
  Object.entries({
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    DOCKER_CLI_HINTS: 'false',
  }),
)
const LIMIT_MS = 150_000

type Headless = typeof import('../../../apps/cli/src/headless.ts')

/** The command's bundle: there foreign code has its workers. */
const opened = commandBundle().then(
  (folder) => import(pathToFileURL(join(folder, 'headless.mjs')).href) as Promise<Headless>,
)

const folder = new URL('.', import.meta.url).pathname
const lessons = readdirSync(folder).filter((name) => name.endsWith('.txt'))

describe('lessons', () => {
  it.concurrent.for(lessons)('%s', { timeout: LIMIT_MS + 30_000 }, async (name, { expect }) => {
    const steps = readLesson(readFileSync(join(folder, name), 'utf8'))
    const host = await (await opened).openHeadless({})
    try {
      const { stdout } = await host.run({
        argv: ['/bin/bash', '-c', `exec 2>&1\n${scriptOf(steps)}`],
        env: ENVIRONMENT,
        cwd: '/root',
        timeoutMs: LIMIT_MS,
        leaveBackground: true,
      })
      expect(judgeLesson(steps, new TextDecoder().decode(stdout)).join('\n')).toBe('')
    } finally {
      await host.close()
    }
  })
})
