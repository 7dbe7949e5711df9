import type { CommandOutcome } from '@drydock/playground'
import { type HeadlessHost, openHeadless } from '../../../apps/cli/src/headless.ts'
import type { Example } from './example.ts'
import { CLEARED, PAGE_SETTINGS, SETTING } from './setting.ts'

const ENVIRONMENT = new Map(
  Object.entries({
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    TERM: 'xterm-256color',
    DOCKER_CLI_HINTS: 'false',
  }),
)
const LIMIT_MS = 40_000
const encoder = new TextEncoder()

/** One host, cleared for each page; the examples of a page are run in turn on what the earlier ones left. */
export class ReferenceHost {
  private readonly host: HeadlessHost

  private constructor(host: HeadlessHost) {
    this.host = host
  }

  static async open(): Promise<ReferenceHost> {
    return new ReferenceHost(await openHeadless({}))
  }

  async turnTo(page: string): Promise<void> {
    await this.line(`${CLEARED}\n${SETTING}\n${PAGE_SETTINGS.get(page) ?? ''}`)
  }

  async prepare({ before }: Example): Promise<void> {
    if (before !== undefined) await this.line(before)
  }

  /** @param limitMs  what goes on is killed after this long, and then has the status 137 */
  run({ command, run = command, tty = false, types }: Example, limitMs = LIMIT_MS): Promise<CommandOutcome> {
    return this.line(run, { tty, types: types ?? (tty ? 'exit\n' : 'y\n'), limitMs })
  }

  close(): Promise<void> {
    return this.host.close()
  }

  private line(line: string, { tty = false, types = '', limitMs = LIMIT_MS } = {}): Promise<CommandOutcome> {
    return this.host.run({
      argv: ['/bin/bash', '-c', line],
      env: ENVIRONMENT,
      cwd: '/root',
      timeoutMs: limitMs,
      input: encoder.encode(types),
      leaveBackground: true,
      ...(tty ? { tty: { rows: 24, cols: 100 } } : {}),
    })
  }
}
