import type { ContainerSummary, NetworkStats, Stats } from '@drydock/docker-api'
import { useEffect, useState } from 'react'
import { useEngineStore } from '../../engine/engine-stores.ts'
import type { MessageKey } from '../../messages/en.ts'
import { bytesText, sizeText } from '../../messages/sizes.ts'
import { useText } from '../../messages/use-text.ts'
import { AreaChart } from '../kit/area-chart.tsx'
import styles from './stats-view.module.css'

interface Moment {
  readonly cpu: number
  readonly memory: number
  readonly memoryLimit: number
  readonly received: number
  readonly sent: number
  readonly processes: number
}

const KEPT = 90

/** `docker stats` over time. */
export function StatsView({ host, container }: { host: string; container: ContainerSummary }) {
  const text = useText()
  const store = useEngineStore(host)
  const [moments, setMoments] = useState<readonly Moment[]>([])
  useEffect(() => {
    let over = false
    const read = async (): Promise<void> => {
      const client = await store.client()
      for await (const stats of client.containers.stats(container.Id, { stream: true })) {
        if (over) return
        setMoments((before) => [...before, momentOf(stats)].slice(-KEPT))
      }
    }
    read().catch(() => undefined)
    return () => {
      over = true
    }
  }, [store, container.Id, container.State])
  const last = moments.at(-1)
  if (container.State !== 'running') return <p className={styles.note}>{text('notRunning')}</p>
  const charts: readonly [MessageKey, string, readonly number[], number][] = [
    ['cpu', `${(100 * (last?.cpu ?? 0)).toFixed(1)}%`, moments.map(({ cpu }) => cpu), 1],
    [
      'memory',
      `${bytesText(last?.memory ?? 0)} / ${bytesText(last?.memoryLimit ?? 0)}`,
      moments.map(({ memory }) => memory),
      Math.max(1, ...moments.map(({ memory }) => memory * 1.3)),
    ],
    [
      'network',
      `↓ ${sizeText(last?.received ?? 0)}  ↑ ${sizeText(last?.sent ?? 0)}`,
      rates(moments),
      Math.max(1, ...rates(moments)),
    ],
  ]
  return (
    <div className={styles.stats}>
      {charts.map(([name, figure, values, top]) => (
        <AreaChart key={name} title={text(name)} figure={figure} values={values} top={top} points={KEPT} />
      ))}
      <p className={styles.line}>{text('processCount', { count: last?.processes ?? 0 })}</p>
    </div>
  )
}

/** Processor as `docker stats` reckons it, in processors. */
function momentOf({ cpu_stats: cpu, precpu_stats: before, memory_stats: memory, networks, pids_stats }: Stats): Moment {
  const used = cpu.cpu_usage.total_usage - before.cpu_usage.total_usage
  const passed = (cpu.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0)
  const sum = (field: keyof NetworkStats): number =>
    Object.values(networks ?? {}).reduce((total, network) => total + network[field], 0)
  return {
    cpu: passed > 0 && used > 0 ? (used / passed) * (cpu.online_cpus ?? 1) : 0,
    memory: memory.usage ?? 0,
    memoryLimit: memory.limit ?? 0,
    received: sum('rx_bytes'),
    sent: sum('tx_bytes'),
    processes: pids_stats.current ?? 0,
  }
}

/** Bytes from one moment to the next, both ways. */
const rates = (moments: readonly Moment[]): number[] =>
  moments.slice(1).map((now, index) => {
    const before = moments[index]
    return before ? Math.max(0, now.received + now.sent - before.received - before.sent) : 0
  })
