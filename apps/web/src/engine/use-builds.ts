import type { BuildRecord } from '@drydock/docker-api'
import { useEffect, useState } from 'react'
import type { SessionClient } from '../client/session-client.ts'

/** Where buildx keeps what was built, a file for each build: a client's business, of which the engine knows nothing. */
const HISTORY = '/root/.docker/buildx/history'
const EVERY_MS = 1000
const MOST_BYTES = 8 * 2 ** 20

export const recordPath = ({ ref }: BuildRecord): string => `${HISTORY}/${ref}`

/** A host's builds, the newest first, followed while somebody looks at them. @returns undefined until they were read once */
export function useBuilds(client: SessionClient, host: string): readonly BuildRecord[] | undefined {
  const [builds, setBuilds] = useState<readonly BuildRecord[]>()
  useEffect(() => {
    const known = new Map<string, BuildRecord>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = false
    const look = async (): Promise<void> => {
      const changed = document.hidden ? false : await readNew(client, host, known)
      if (over) return
      if (changed) setBuilds([...known.values()].toSorted((a, b) => b.createdAt - a.createdAt))
      else setBuilds((before) => before ?? [])
      timer = setTimeout(() => void look(), EVERY_MS)
    }
    void look()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [client, host])
  return builds
}

/** @returns whether there is anything else than before */
async function readNew(client: SessionClient, host: string, known: Map<string, BuildRecord>): Promise<boolean> {
  const entries = await client.api.listFiles(host, HISTORY).catch(() => [])
  const refs = new Set(entries.map(({ name }) => name))
  const gone = [...known.keys()].filter((ref) => !refs.has(ref))
  for (const ref of gone) known.delete(ref)
  const read = await Promise.all(
    [...refs].filter((ref) => !known.has(ref)).map((ref) => readRecord(client, host, `${HISTORY}/${ref}`)),
  )
  const fresh = read.filter((record) => record !== undefined)
  for (const record of fresh) known.set(record.ref, record)
  return gone.length + fresh.length > 0
}

/** One that is just being written is read the next time. */
async function readRecord(client: SessionClient, host: string, path: string): Promise<BuildRecord | undefined> {
  try {
    const bytes = await client.api.readFile(host, path, MOST_BYTES)
    return JSON.parse(new TextDecoder().decode(bytes)) as BuildRecord
  } catch {
    return undefined
  }
}
