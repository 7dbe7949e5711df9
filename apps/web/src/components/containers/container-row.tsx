import type { ContainerSummary } from '@drydock/docker-api'
import { ExternalLink } from 'lucide-react'
import { memo } from 'react'
import { nameOf, publishedPorts, stateTone } from '../../engine/container-facts.ts'
import { useText } from '../../messages/use-text.ts'
import { ContainerControls } from './container-controls.tsx'
import styles from './container-row.module.css'

interface Props {
  readonly host: string
  readonly container: ContainerSummary
  readonly onShow: (host: string, id: string) => void
  readonly onOpenPort: (port: number, host: string) => void
}

/** Drawn again only when its container is another: lists of hundreds are read again with every event. */
export const ContainerRow = memo(function ContainerRow({ host, container, onShow, onOpenPort }: Props) {
  const text = useText()
  const name = nameOf(container)
  return (
    <li className={styles.row}>
      <button
        type="button"
        className={styles.main}
        onClick={() => onShow(host, container.Id)}
        aria-label={text('showContainer', { name })}
      >
        <i className={styles.dot} data-tone={stateTone(container)} aria-hidden="true" />
        <span className={styles.names}>
          <b title={name}>{name}</b>
          <span>{container.Image}</span>
        </span>
        <span className={styles.status}>{container.Status}</span>
      </button>
      <span className={styles.ports}>
        {publishedPorts(container).map(({ host: port, inside }) => (
          <button
            type="button"
            key={port}
            className={styles.port}
            title={text('openPortNumber', { port })}
            onClick={() => onOpenPort(port, host)}
          >
            {port}:{inside}
            <ExternalLink aria-hidden="true" />
          </button>
        ))}
      </span>
      <ContainerControls host={host} container={container} />
    </li>
  )
})
