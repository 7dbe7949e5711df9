import type { DockerClient } from '@drydock/docker-api'
import { useEffect, useMemo, useState } from 'react'
import { useEngineStore } from '../../engine/engine-stores.ts'
import { useText } from '../../messages/use-text.ts'
import { Filter } from './filter.tsx'
import styles from './inspect-view.module.css'

interface Props {
  readonly host: string
  /** What one would type. */
  readonly command: string
  readonly load: (client: DockerClient) => Promise<object>
}

/** Everything the engine knows of an object; searching shows the matching values with their paths. */
export function InspectView({ host, command, load }: Props) {
  const text = useText()
  const store = useEngineStore(host)
  const [object, setObject] = useState<object>()
  const [search, setSearch] = useState('')
  useEffect(() => {
    void store
      .client()
      .then(load)
      .then(setObject, (error: unknown) => setObject({ error: String(error) }))
  }, [store, command])
  const values = useMemo(() => [...valuesOf(object, '')], [object])
  const wanted = search.trim().toLowerCase()
  const found = values.filter(({ path, value }) => `${path} ${value}`.toLowerCase().includes(wanted))
  return (
    <div className={styles.inspect}>
      <div className={styles.tools}>
        <Filter value={search} onChange={setSearch} label={text('searchInspect')} />
        <code className={styles.command}>$ {command}</code>
      </div>
      {wanted === '' ? (
        <pre className={styles.json} tabIndex={0}>
          {JSON.stringify(object, undefined, 2)}
        </pre>
      ) : (
        <dl className={styles.values}>
          {found.map(({ path, value }) => (
            <div key={path}>
              <dt>{path}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}

/** Leaves with their paths, as a template would name them: `.State.Pid`. */
function* valuesOf(value: unknown, path: string): Generator<{ path: string; value: string }> {
  if (typeof value !== 'object' || value === null) {
    if (path !== '') yield { path, value: JSON.stringify(value) }
    return
  }
  for (const [key, inner] of Object.entries(value)) yield* valuesOf(inner, `${path}.${key}`)
}
