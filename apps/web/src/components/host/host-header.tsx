import type { HostView } from '@drydock/playground/rpc'
import { Cpu, FolderCode, MemoryStick, Trash2 } from 'lucide-react'
import { memo, useEffect, useRef, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { useGauge } from '../../client/use-session.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import { bytesText } from '../../messages/sizes.ts'
import { ConfirmButton } from '../kit/confirm-button.tsx'
import { CopyButton } from '../kit/copy-button.tsx'
import { Sparkline } from '../kit/sparkline.tsx'
import styles from './host-header.module.css'
import { PortChips } from './port-chips.tsx'

interface Props {
  readonly client: SessionClient
  readonly sessionId: string
  readonly host: HostView
  readonly onOpen: (port: number) => void
  readonly onDelete: () => Promise<void>
}

/** IP, memory, CPU, the SSH line, OPEN PORT, a chip for each published port, EDITOR, DELETE: Play with Docker's card in a line. */
export const HostHeader = memo(function HostHeader({ client, sessionId, host, onOpen, onDelete }: Props) {
  const text = useText()
  const togglePanel = useLayout((layout) => layout.togglePanel)
  const preview = useLayout((layout) => layout.preview)
  const ssh = `ssh ip${host.address.replaceAll('.', '-')}-${sessionId}@direct.${location.hostname}`
  return (
    <header data-region className={`card ${styles.header}`}>
      <div className={styles.facts}>
        <div className={styles.name}>
          <h1>{host.name}</h1>
          <span className={styles.address}>{host.address}</span>
        </div>
        <Gauges key={host.name} client={client} host={host.name} />
        <div className={styles.ssh}>
          <code title={ssh}>{ssh}</code>
          <CopyButton label={text('copySsh')} value={ssh} />
        </div>
      </div>
      <div className={styles.actions}>
        <PortChips ports={host.ports} onOpen={onOpen} onPreview={(port) => preview(host.name, port)} />
        <button type="button" className="button" onClick={() => togglePanel('files')}>
          <FolderCode className={styles.icon} aria-hidden="true" />
          <span className="word">{text('editor')}</span>
        </button>
        <ConfirmButton
          className={`button danger ${styles.delete}`}
          label={text('delete')}
          question={text('deleteHost', { host: host.name })}
          icon={<Trash2 className={styles.icon} aria-hidden="true" />}
          onConfirm={() => void onDelete()}
        />
      </div>
    </header>
  )
})

const KEPT = 60

function Gauges({ client, host }: { client: SessionClient; host: string }) {
  const text = useText()
  const gauge = useGauge(client, host)
  const past = useRef<{ memory: number[]; cpu: number[] }>({ memory: [], cpu: [] })
  const [, draw] = useState(0)
  const newest = useRef(gauge)
  newest.current = gauge
  useEffect(() => {
    const timer = setInterval(() => {
      const { memoryBytes, memoryLimitBytes, cpuShare } = newest.current
      const { memory, cpu } = past.current
      past.current = {
        memory: [...memory, memoryBytes / (memoryLimitBytes || 1)].slice(-KEPT),
        cpu: [...cpu, cpuShare].slice(-KEPT),
      }
      draw((times) => times + 1)
    }, 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <>
      <span className={styles.gauge} title={text('memory')}>
        <MemoryStick className={styles.icon} aria-hidden="true" />
        <Sparkline values={past.current.memory} label={text('memory')} />
        <span className={styles.figure}>
          {bytesText(gauge.memoryBytes)} <small>/ {bytesText(gauge.memoryLimitBytes)}</small>
        </span>
      </span>
      <span className={styles.gauge} title={text('cpu')}>
        <Cpu className={styles.icon} aria-hidden="true" />
        <Sparkline values={past.current.cpu} label={text('cpu')} tone="good" />
        <span className={styles.figure}>{(100 * gauge.cpuShare).toFixed(1)}%</span>
      </span>
    </>
  )
}
