import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { differences, type Example } from './example.ts'
import { ReferenceHost } from './reference-host.ts'

/*
 * All examples of Docker's command-line reference for the commands in scope: each row says what Docker does with it and
 * how Drydock stands (`passes`, `fails` with what is missing, `needs` with what a sandbox cannot have). A row that no
 * longer does what it says fails here, for better or worse.
 */

/** What goes on is stopped soon, and gets longer where that was too soon: the last try counts. */
const STREAM_MS = [400, 2000, 10_000]

const examples = JSON.parse(readFileSync(new URL('examples.json', import.meta.url), 'utf8')) as Example[]
const pages = new Map<string, Example[]>()
for (const example of examples) pages.set(example.page, [...(pages.get(example.page) ?? []), example])

/** The pages whose name `belongs` takes, in turn on one host; to be called in a test file. */
export function describePages(belongs: (page: string) => boolean): void {
  const chosen = [...pages].filter(([page]) => belongs(page))
  let host: ReferenceHost
  beforeAll(async () => {
    host = await ReferenceHost.open()
  }, 60_000)
  afterAll(() => host.close())

  describe.each(chosen)('reference: %s', (page, rows) => {
    beforeAll(async () => {
      if (rows.some(({ state }) => state !== 'needs')) await host.turnTo(page)
    }, 120_000)

    for (const row of rows) it.skipIf(row.state === 'needs')(title(row), () => judge(host, row), 120_000)
  })
}

function title({ command, state, why }: Example): string {
  return why === undefined ? command : `${command} (${state}: ${why})`
}

async function judge(host: ReferenceHost, example: Example): Promise<void> {
  await host.prepare(example)
  const found = await (example.streams ? watched(host, example) : once(host, example))
  if (example.state === 'fails') expect(found, 'it passes now: say so in its row').not.toEqual([])
  else expect(found).toEqual([])
}

async function once(host: ReferenceHost, example: Example, limitMs?: number): Promise<string[]> {
  return differences(example, await host.run(example, limitMs))
}

async function watched(host: ReferenceHost, example: Example): Promise<string[]> {
  let found: string[] = []
  for (const limitMs of example.state === 'fails' ? STREAM_MS.slice(0, 1) : STREAM_MS) {
    found = await once(host, example, limitMs)
    if (found.length === 0) break
  }
  return found
}
