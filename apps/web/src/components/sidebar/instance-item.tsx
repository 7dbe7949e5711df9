import type { ContainerSummary } from '@drydock/docker-api'
import type { HostView, SwarmRole } from '@drydock/playground/rpc'
import { ChevronRight, Crown, type LucideIcon, Server, UserRound } from 'lucide-react'
import { type CSSProperties, memo, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { useGauge } from '../../client/use-session.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { nameOf, stateTone } from '../../engine/container-facts.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import styles from './instance-item.module.css'

interface Props {
  readonly client: SessionClient
  readonly host: HostView
  readonly current: boolean
  readonly onSelect: (name: string) => void
}

/** One instance: address, name, load, and the containers that run in it. */
export const InstanceItem = memo(function InstanceItem({ client, host, current, onSelect }: Props) {
  const text = useText()
  const { containers } = useEngine(host.name)
  const running = containers.filter(({ State }) => State === 'running' || State === 'paused')
  const [folded, setFolded] = useState(false)
  return (
    <div className={styles.item} data-current={current}>
      <div className={styles.row}>
        <button
          type="button"
          className={`instance ${styles.select}`}
          aria-current={current}
          title={`${host.name}, ${host.address}`}
          onClick={() => onSelect(host.name)}
        >
          <Server className={styles.icon} aria-hidden="true" />
          <span className={styles.names}>
            <b>{host.address}</b>
            <span className={styles.name}>
              {host.name}
              {host.swarmRole && <RoleMark role={host.swarmRole} />}
            </span>
          </span>
          <Load client={client} host={host.name} />
        </button>
        {running.length > 0 && (
          <button
            type="button"
            className={styles.fold}
            aria-expanded={!folded}
            aria-label={text('containersRunning', { count: running.length })}
            title={text('containersRunning', { count: running.length })}
            onClick={() => setFolded(!folded)}
          >
            {running.length}
            <ChevronRight aria-hidden="true" />
          </button>
        )}
      </div>
      {running.length > 0 && !folded && <Running containers={running} onShow={() => onSelect(host.name)} />}
    </div>
  )
})

const ROLES = {
  leader: { Icon: Crown, label: 'swarmLeader' },
  manager: { Icon: UserRound, label: 'swarmManager' },
  worker: { Icon: UserRound, label: 'swarmWorker' },
} as const satisfies Record<SwarmRole, { Icon: LucideIcon; label: string }>

/** Filled for those who manage the swarm, a crown for the one who leads. */
function RoleMark({ role }: { role: SwarmRole }) {
  const text = useText()
  const { Icon, label } = ROLES[role]
  return <Icon className={styles.role} data-manages={role !== 'worker'} role="img" aria-label={text(label)} />
}

const MOST_SHOWN = 8

function Running({ containers, onShow }: { containers: readonly ContainerSummary[]; onShow: () => void }) {
  const text = useText()
  const showPanel = useLayout((layout) => layout.showPanel)
  const show = (): void => {
    onShow()
    showPanel('containers')
  }
  const rest = containers.length - MOST_SHOWN
  return (
    <ul className={styles.containers}>
      {containers.slice(0, MOST_SHOWN).map((container) => (
        <li key={container.Id}>
          <button type="button" title={`${nameOf(container)}: ${container.Image}`} onClick={show}>
            <i className={styles.dot} data-tone={stateTone(container)} />
            <span>{nameOf(container)}</span>
          </button>
        </li>
      ))}
      {rest > 0 && (
        <li>
          <button type="button" onClick={show}>
            {text('andMore', { count: rest })}
          </button>
        </li>
      )}
    </ul>
  )
}

/** Processor and memory as two small upright bars. */
function Load({ client, host }: { client: SessionClient; host: string }) {
  const { cpuShare, memoryBytes, memoryLimitBytes } = useGauge(client, host)
  const bar = (part: number): CSSProperties =>
    ({ '--part': `${Math.max(14, Math.min(100, 100 * part)).toFixed(0)}%` }) as CSSProperties
  return (
    <span className={styles.load} aria-hidden="true">
      <i style={bar(cpuShare)} data-tone="good" />
      <i style={bar(memoryBytes / (memoryLimitBytes || 1))} data-tone="accent" />
    </span>
  )
}
