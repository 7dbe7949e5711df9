import type { ContainerSummary, ContainerTop } from '@drydock/docker-api'
import { useEffect, useState } from 'react'
import { useEngineStore } from '../../engine/engine-stores.ts'
import { useText } from '../../messages/use-text.ts'
import styles from './processes-view.module.css'

const EVERY_MS = 2000

/** `docker top`, again and again. */
export function ProcessesView({ host, container }: { host: string; container: ContainerSummary }) {
  const text = useText()
  const store = useEngineStore(host)
  const [top, setTop] = useState<ContainerTop | 'none'>()
  useEffect(() => {
    const read = (): void =>
      void store
        .client()
        .then((client) => client.containers.top(container.Id))
        .then(setTop, () => setTop('none'))
    read()
    const timer = setInterval(read, EVERY_MS)
    return () => clearInterval(timer)
  }, [store, container.Id])
  if (!top) return null
  if (top === 'none') return <p className={styles.note}>{text('notRunning')}</p>
  return (
    <div className={styles.scroll} role="region" aria-label={text('processes')} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {top.Titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(top.Processes ?? []).map((process) => (
            <tr key={process[1]}>
              {process.map((cell, index) => (
                <td key={top.Titles[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
