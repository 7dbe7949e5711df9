import type { ContainerSummary } from '@drydock/docker-api'
import type { HostView } from '@drydock/playground/rpc'
import { ArrowLeft } from 'lucide-react'
import { Tabs } from 'radix-ui'
import type { SessionClient } from '../../client/session-client.ts'
import { nameOf, publishedPorts, stateTone } from '../../engine/container-facts.ts'
import type { MessageKey } from '../../messages/en.ts'
import { useText } from '../../messages/use-text.ts'
import { FileBrowser } from '../files/file-browser.tsx'
import { InspectView } from '../kit/inspect-view.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { ContainerControls } from './container-controls.tsx'
import styles from './container-detail.module.css'
import { LogsView } from './logs-view.tsx'
import { ProcessesView } from './processes-view.tsx'
import { StatsView } from './stats-view.tsx'

interface Props {
  readonly host: HostView
  readonly client: SessionClient
  readonly container: ContainerSummary
  readonly onBack: () => void
  readonly onOpenPort: (port: number, host: string) => void
}

const VIEWS: readonly MessageKey[] = ['logs', 'stats', 'processes', 'containerFiles', 'inspect']

/** One container: its logs, its load, its processes, its files, and everything the engine knows of it. */
export function ContainerDetail({ host, client, container, onBack, onOpenPort }: Props) {
  const text = useText()
  const name = nameOf(container)
  return (
    <Tabs.Root className={styles.detail} defaultValue="logs">
      <header className={styles.head}>
        <IconButton label={text('back')} onClick={onBack}>
          <ArrowLeft />
        </IconButton>
        <span className={styles.names}>
          <b>{name}</b>
          <span data-tone={stateTone(container)}>
            {container.Image} · {container.Status}
          </span>
        </span>
        {publishedPorts(container).map(({ host: port }) => (
          <button type="button" key={port} className="button small" onClick={() => onOpenPort(port, host.name)}>
            :{port}
          </button>
        ))}
        <ContainerControls host={host.name} container={container} />
      </header>
      <Tabs.List className={styles.tabs} aria-label={name}>
        {VIEWS.map((view) => (
          <Tabs.Trigger key={view} value={view} className={styles.tab}>
            {text(view)}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content value="logs" className={styles.view}>
        <LogsView key={container.Id} host={host.name} container={container} />
      </Tabs.Content>
      <Tabs.Content value="stats" className={styles.view}>
        <StatsView key={container.Id} host={host.name} container={container} />
      </Tabs.Content>
      <Tabs.Content value="processes" className={styles.view}>
        <ProcessesView key={container.Id} host={host.name} container={container} />
      </Tabs.Content>
      <Tabs.Content value="containerFiles" className={styles.view}>
        <ContainerFiles host={host} client={client} container={container} />
      </Tabs.Content>
      <Tabs.Content value="inspect" className={styles.view}>
        <InspectView
          host={host.name}
          command={`docker inspect ${name}`}
          load={(engine) => engine.containers.inspect(container.Id)}
        />
      </Tabs.Content>
    </Tabs.Root>
  )
}

/** A running container's root is mounted where the overlay driver puts it; the files of another are not. */
function ContainerFiles({ host, client, container }: Pick<Props, 'host' | 'client' | 'container'>) {
  const text = useText()
  if (container.State !== 'running' && container.State !== 'paused')
    return <p className={styles.note}>{text('startForFiles')}</p>
  return <FileBrowser host={host.name} client={client} container={container.Id} />
}
