import type { ContainerSummary } from '@drydock/docker-api'
import { Play, Plus } from 'lucide-react'
import { startTransition, useCallback, useDeferredValue, useState } from 'react'
import { isLive, nameOf, projectOf } from '../../engine/container-facts.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { Blank } from '../kit/blank.tsx'
import { Filter } from '../kit/filter.tsx'
import { useGrowing } from '../kit/growing.tsx'
import list from '../kit/list.module.css'
import { RunDialog } from '../images/run-dialog.tsx'
import { ContainerDetail } from './container-detail.tsx'
import { ContainerRow } from './container-row.tsx'
import styles from './containers-panel.module.css'

/** Every container of the instance, by compose project; one of them in detail when clicked. */
export default function ContainersPanel({ host, client, onOpenPort }: PanelProps) {
  const text = useText()
  const { containers, state } = useEngine(host.name)
  const [filter, setFilter] = useState('')
  const [chosen, setChosen] = useState<string>()
  const [running, setRunning] = useState(false)
  // Whoever types sees the letters at once, and the list when it is drawn.
  const wanted = useDeferredValue(filter)
  const shown = containers.filter((container) => matches(container, wanted))
  const { count, end } = useGrowing(shown.length)
  const detail = containers.find(({ Id }) => Id === chosen)
  const choose = useCallback((id: string | undefined) => startTransition(() => setChosen(id)), [])
  return (
    <>
      {detail && (
        <ContainerDetail
          host={host}
          client={client}
          container={detail}
          onBack={() => choose(undefined)}
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
        {containers.length === 0 && (
          <Blank icon={<Play />} title={text(state === 'up' ? 'noContainers' : 'engineStarting')}>
            {text('noContainersHint')} <code>docker run -d -p 80:80 nginx</code>
          </Blank>
        )}
        <div className={list.list}>
          {firstRows(byProject(shown), count).map(([project, members, rows]) => (
            <section key={project} aria-label={project || text('containers')}>
              {project && (
                <h3 className={styles.project}>
                  {project}
                  <small>
                    {members.filter(isLive).length}/{members.length}
                  </small>
                </h3>
              )}
              <ul className={styles.rows}>
                {rows.map((container) => (
                  <ContainerRow
                    key={container.Id}
                    host={host.name}
                    container={container}
                    onShow={choose}
                    onOpenPort={onOpenPort}
                  />
                ))}
              </ul>
            </section>
          ))}
          {end}
        </div>
      </div>
      {running && <RunDialog host={host.name} onClose={() => setRunning(false)} />}
    </>
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
