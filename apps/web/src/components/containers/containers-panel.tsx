import type { ContainerSummary } from '@drydock/docker-api'
import { Play, Plus } from 'lucide-react'
import { startTransition, useCallback, useDeferredValue, useState } from 'react'
import { isLive, nameOf, projectOf } from '../../engine/container-facts.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { useChosen } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { EmptyList } from '../dock/empty-list.tsx'
import { ByInstance } from '../dock/scope.tsx'
import { Filter } from '../kit/filter.tsx'
import { useGrowing } from '../kit/growing.tsx'
import list from '../kit/list.module.css'
import { RunDialog } from '../images/run-dialog.tsx'
import { ContainerDetail } from './container-detail.tsx'
import { ContainerRow } from './container-row.tsx'
import styles from './containers-panel.module.css'

/** Every container, by compose project; one of them in detail when clicked. */
export default function ContainersPanel({ view, host, client, onOpenPort }: PanelProps) {
  const text = useText()
  const [filter, setFilter] = useState('')
  const [chosen, setChosen] = useChosen()
  const [running, setRunning] = useState(false)
  const there = view.hosts.find(({ name }) => name === chosen?.host) ?? host
  const detail = useEngine(there.name).containers.find(({ Id }) => Id === chosen?.id)
  // Whoever types sees the letters at once, and the list when it is drawn.
  const wanted = useDeferredValue(filter)
  const choose = useCallback((host: string, id: string) => startTransition(() => setChosen({ host, id })), [])
  return (
    <>
      {detail && (
        <ContainerDetail
          host={there}
          client={client}
          container={detail}
          onBack={() => startTransition(() => setChosen(undefined))}
          onOpenPort={onOpenPort}
        />
      )}
      {/* The way back to hundreds of rows must not be to draw them again. */}
      <div className={styles.all} hidden={detail !== undefined}>
        <div className={list.tools}>
          <Filter value={filter} onChange={setFilter} label={text('filterContainers')} />
          <button type="button" className="button" onClick={() => setRunning(true)}>
            <Plus className={list.icon} aria-hidden="true" />
            {text('run')}
          </button>
        </div>
        <ByInstance view={view} host={host}>
          {({ name }, alone) => (
            <Containers host={name} filter={wanted} alone={alone} onShow={choose} onOpenPort={onOpenPort} />
          )}
        </ByInstance>
      </div>
      {running && <RunDialog host={host.name} onClose={() => setRunning(false)} />}
    </>
  )
}

interface ListProps {
  readonly host: string
  readonly filter: string
  readonly alone: boolean
  readonly onShow: (host: string, id: string) => void
  readonly onOpenPort: (port: number, host: string) => void
}

/** One instance's, as many rows as are in sight. */
function Containers({ host, filter, alone, onShow, onOpenPort }: ListProps) {
  const text = useText()
  const { containers, state } = useEngine(host)
  const shown = containers.filter((container) => matches(container, filter))
  const { count, end } = useGrowing(shown.length)
  if (containers.length === 0) return <NoContainers starting={state !== 'up'} alone={alone} />
  return (
    <>
      {firstRows(byProject(shown), count).map(([project, members, rows]) => (
        <section key={project} aria-label={alone ? project || text('containers') : project && `${project}, ${host}`}>
          {project && (
            <h3 className={styles.project}>
              {project}
              <small>
                {members.filter(isLive).length}/{members.length}
              </small>
            </h3>
          )}
          <ul className={list.list}>
            {rows.map((container) => (
              <ContainerRow
                key={container.Id}
                host={host}
                container={container}
                onShow={onShow}
                onOpenPort={onOpenPort}
              />
            ))}
          </ul>
        </section>
      ))}
      {end}
    </>
  )
}

function NoContainers({ starting, alone }: { starting: boolean; alone: boolean }) {
  const text = useText()
  return (
    <EmptyList alone={alone} icon={<Play />} title={text(starting ? 'engineStarting' : 'noContainers')}>
      {text('noContainersHint')} <code>docker run -d -p 80:80 nginx</code>
    </EmptyList>
  )
}

function matches(container: ContainerSummary, filter: string): boolean {
  const wanted = filter.trim().toLowerCase()
  if (wanted === '') return true
  // In the middle of an id stands anything.
  if (container.Id.startsWith(wanted)) return true
  return [nameOf(container), container.Image, container.Status].some((word) => word.toLowerCase().includes(wanted))
}

/** Running ones first; those without a project come before the projects. */
function byProject(containers: readonly ContainerSummary[]): Map<string, ContainerSummary[]> {
  const sorted = containers.toSorted(
    (a, b) => Number(isLive(b)) - Number(isLive(a)) || nameOf(a).localeCompare(nameOf(b)),
  )
  const groups = new Map<string, ContainerSummary[]>([['', []]])
  for (const container of sorted) {
    const project = projectOf(container) ?? ''
    groups.set(project, [...(groups.get(project) ?? []), container])
  }
  if (groups.get('')?.length === 0) groups.delete('')
  return groups
}

/** As many rows as are to be drawn, with the whole of each project beside them. */
function firstRows(
  groups: ReadonlyMap<string, readonly ContainerSummary[]>,
  count: number,
): (readonly [string, readonly ContainerSummary[], readonly ContainerSummary[]])[] {
  let left = count
  return [...groups].flatMap(([project, members]) => {
    const rows = members.slice(0, left)
    left -= rows.length
    return rows.length > 0 ? [[project, members, rows] as const] : []
  })
}
