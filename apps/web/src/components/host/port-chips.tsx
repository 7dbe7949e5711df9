import type { PublishedPort } from '@drydock/playground/rpc'
import { PanelRight, Plug } from 'lucide-react'
import { useText } from '../../messages/use-text.ts'
import { OpenPort } from './open-port.tsx'
import styles from './port-chips.module.css'

interface Props {
  readonly ports: readonly PublishedPort[]
  readonly onOpen: (port: number) => void
  readonly onPreview: (port: number) => void
}

/** OPEN PORT, and a chip for every published port: a click opens it in a tab, its second half beside the terminal. */
export function PortChips({ ports, onOpen, onPreview }: Props) {
  const text = useText()
  return (
    <div className={styles.ports} data-tour="ports">
      {distinct(ports).map(({ port, container }) => (
        <span className={styles.chip} key={port}>
          <button
            type="button"
            aria-label={text('openPortNumber', { port })}
            title={text('openPortOf', { port, container })}
            onClick={() => onOpen(port)}
          >
            <Plug aria-hidden="true" />
            {port}
          </button>
          <button
            type="button"
            aria-label={text('previewPort', { port })}
            title={text('previewPort', { port })}
            onClick={() => onPreview(port)}
          >
            <PanelRight aria-hidden="true" />
          </button>
        </span>
      ))}
      <OpenPort onOpen={onOpen} />
    </div>
  )
}

/** TCP ports, each once, in order. */
const distinct = (ports: readonly PublishedPort[]): PublishedPort[] =>
  [
    ...new Map(
      ports.filter(({ protocol }) => protocol === 'tcp').map((published) => [published.port, published]),
    ).values(),
  ].sort((a, b) => a.port - b.port)
