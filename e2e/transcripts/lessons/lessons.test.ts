// Lessons that people took elsewhere, with the same commands: each a transcript on hosts of its own.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, it } from 'vitest'
import { commandBundle } from '../../../tools/command-bundle.mjs'
import { judgeLesson, type LessonStep, readLesson, scriptOf, turnsOf } from './lesson.ts'

const ENVIRONMENT = new Map(
  Object.entries({
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    DOCKER_CLI_HINTS: 'false',
  }),
)
const LIMIT_MS = 150_000

type Opening = typeof import('../../../apps/cli/src/open-host.ts')
type Session = Awaited<ReturnType<Opening['openHost']>>['session']

/** The command's bundle: there foreign code has its workers. */
const opened = commandBundle().then(
  (folder) => import(pathToFileURL(join(folder, 'open-host.mjs')).href) as Promise<Opening>,
)

const folder = new URL('.', import.meta.url).pathname
const lessons = readdirSync(folder).filter((name) => name.endsWith('.txt'))

describe('lessons', () => {
  it.concurrent.for(lessons)('%s', { timeout: LIMIT_MS + 30_000 }, async (name, { expect }) => {
    const steps = readLesson(readFileSync(join(folder, name), 'utf8'))
    const { session } = await (await opened).openHost(undefined)
    try {
      for (const name of new Set(steps.map(({ host }) => host))) if (name !== 'node1') await session.addHost()
      let printed = ''
      for (const turn of turnsOf(steps)) printed += await outputOf(session, turn)
      expect(judgeLesson(steps, printed).join('\n')).toBe('')
    } finally {
      session.dispose()
    }
  })
})

async function outputOf(session: Session, turn: readonly LessonStep[]): Promise<string> {
  const { stdout } = await session.host(turn[0]?.host ?? '').run({
    argv: ['/bin/bash', '-c', `exec 2>&1\n${scriptOf(turn)}`],
    env: ENVIRONMENT,
    cwd: '/root',
    timeoutMs: LIMIT_MS,
    leaveBackground: true,
  })
  return new TextDecoder().decode(stdout)
}
