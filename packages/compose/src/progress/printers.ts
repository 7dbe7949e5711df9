import type { ComposeCli } from '../session/compose-cli.ts'
import type { Progress, TaskEvent } from './tasks.ts'
import { DRY_RUN_PREFIX } from '../session/dry-run.ts'
import { TaskList } from './task-list.ts'

export const PRINTER_MODES = ['auto', 'tty', 'plain', 'json', 'quiet']

/** One line an event. */
class PlainProgress implements Progress {
  private tail: Promise<void> = Promise.resolve()
  private readonly cli: ComposeCli
  private readonly line: (event: TaskEvent) => string

  constructor(cli: ComposeCli, line: (event: TaskEvent) => string) {
    this.cli = cli
    this.line = line
  }

  on(event: TaskEvent): void {
    const line = this.line(event)
    if (line !== '') this.tail = this.tail.then(() => this.cli.warn(line))
  }

  async finish(): Promise<void> {
    await this.tail
  }
}

const plainLine =
  (prefix: string) =>
  ({ id, text = '', status = '' }: TaskEvent): string =>
    `${prefix} ${id} ${text} ${status}\n`

/** As encoding/json writes it: what is nothing is left out. */
const jsonLine =
  (dryRun: boolean) =>
  ({ id, parent, text, status, current, total, percent }: TaskEvent): string => {
    const fields = { 'dry-run': dryRun, id, parent_id: parent, text, status, current, total, percent }
    return `${JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([, value]) => value)))}\n`
  }

/** @param title stands in the list's head: `Running`, `Pulling`… */
export function openProgress(cli: ComposeCli, title = 'Running'): Progress {
  const mode = cli.progressMode
  if (mode === 'quiet') return new PlainProgress(cli, () => '')
  if (mode === 'json') return new PlainProgress(cli, jsonLine(cli.root.dryRun))
  if (mode === 'tty') return new TaskList(cli, title)
  return new PlainProgress(cli, plainLine(cli.root.dryRun ? DRY_RUN_PREFIX : ''))
}

/** Does `work` and shows it. */
export async function withProgress<T>(
  cli: ComposeCli,
  title: string,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = openProgress(cli, title)
  try {
    return await work(progress)
  } finally {
    await progress.finish()
  }
}
