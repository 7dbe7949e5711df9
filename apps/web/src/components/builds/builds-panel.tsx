import type { BuildRecord } from '@drydock/docker-api'
import { CircleCheck, CircleX, Eraser, EllipsisVertical, Hammer, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { recordPath, useBuilds } from '../../engine/use-builds.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { ageText } from '../../messages/sizes.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { EmptyList } from '../dock/empty-list.tsx'
import { ByInstance } from '../dock/scope.tsx'
import { Filter } from '../kit/filter.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import list from '../kit/list.module.css'
import { Menu } from '../kit/menu.tsx'
import { BuildDetail } from './build-detail.tsx'
import { buildDuration, buildName } from './build-facts.ts'
import styles from './builds-panel.module.css'

/** A build on one of the instances. */
interface Chosen {
  readonly host: string
  readonly build: BuildRecord
}

/** What was built, when, and how it went; one of the builds in detail when clicked. */
export default function BuildsPanel({ view, host, client }: PanelProps) {
  const text = useText()
  const [filter, setFilter] = useState('')
  const [chosen, setChosen] = useState<Chosen>()
  if (chosen) return <BuildDetail host={chosen.host} build={chosen.build} onBack={() => setChosen(undefined)} />
  return (
    <>
      <div className={list.tools}>
        <Filter value={filter} onChange={setFilter} label={text('filterBuilds')} />
        <Cleaning client={client} host={host.name} />
      </div>
      <ByInstance view={view} host={host}>
        {({ name }, alone) => (
          <Builds
            client={client}
            host={name}
            filter={filter.trim().toLowerCase()}
            alone={alone}
            onShow={(build) => setChosen({ host: name, build })}
          />
        )}
      </ByInstance>
    </>
  )
}

/** What forgets builds, and what they left in the cache. */
function Cleaning({ client, host }: { client: SessionClient; host: string }) {
  const text = useText()
  const { busy, perform } = useEngineTask(host)
  const builds = useBuilds(client, host) ?? []
  const forget = (): void =>
    void perform({
      command: 'docker buildx history rm --all',
      done: text('buildsRemoved'),
      run: () => client.api.removeMarked(host, builds.map(recordPath)),
    })
  const prune = (): void =>
    void perform({
      command: 'docker buildx prune -f',
      done: text('cacheCleared'),
      run: (engine) => engine.images.pruneBuildCache(),
    })
  return (
    <Menu
      items={[
        { label: text('removeBuilds'), icon: <Trash2 />, danger: true, onSelect: forget },
        { label: text('clearCache'), icon: <Eraser />, onSelect: prune },
      ]}
      trigger={
        <IconButton label={text('more')} disabled={busy}>
          <EllipsisVertical />
        </IconButton>
      }
    />
  )
}

interface ListProps {
  readonly client: SessionClient
  readonly host: string
  readonly filter: string
  readonly alone: boolean
  readonly onShow: (build: BuildRecord) => void
}

function Builds({ client, host, filter, alone, onShow }: ListProps) {
  const text = useText()
  const builds = useBuilds(client, host)
  const { busy, perform } = useEngineTask(host)
  const remove = (build: BuildRecord): void =>
    void perform({
      command: `docker buildx history rm ${build.ref}`,
      done: text('actionDone', { action: text('remove'), name: buildName(build) }),
      run: () => client.api.removeMarked(host, [recordPath(build)]),
    })
  if (!builds) return null
  if (builds.length === 0) return <NoBuilds alone={alone} />
  const shown = builds.filter((build) => `${buildName(build)} ${build.ref}`.toLowerCase().includes(filter))
  return (
    <ul className={list.list}>
      {shown.map((build) => (
        <li key={build.ref} className={list.row}>
          <BuildLine build={build} onShow={() => onShow(build)} />
          <IconButton label={text('remove')} disabled={busy} onClick={() => remove(build)}>
            <Trash2 />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}

function BuildLine({ build, onShow }: { build: BuildRecord; onShow: () => void }) {
  const text = useText()
  const failed = build.status === 'Error'
  return (
    <button type="button" className={styles.main} onClick={onShow}>
      <span className={styles.mark} data-failed={failed} role="img" aria-label={text(failed ? 'failed' : 'completed')}>
        {failed ? <CircleX /> : <CircleCheck />}
      </span>
      <span className={styles.names}>
        <b title={buildName(build)}>{buildName(build)}</b>
        <span>
          {ageText(build.createdAt / 1000, Date.now(), text('tongue'))} · {build.platform}
        </span>
      </span>
      <span className={styles.facts}>
        <span>{buildDuration(build)}</span>
        <span>{text('fromCache', { cached: build.cached, steps: build.steps })}</span>
      </span>
    </button>
  )
}

function NoBuilds({ alone }: { alone: boolean }) {
  const text = useText()
  return (
    <EmptyList alone={alone} icon={<Hammer />} title={text('noBuilds')}>
      {text('noBuildsHint')} <code>docker build -t app .</code>
    </EmptyList>
  )
}
