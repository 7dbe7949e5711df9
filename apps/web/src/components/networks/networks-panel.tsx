import type { ContainerSummary, Network } from '@drydock/docker-api'
import { ArrowLeft, Network as NetworkIcon, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { nameOf } from '../../engine/container-facts.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { CreateForm } from '../kit/create-form.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { InspectView } from '../kit/inspect-view.tsx'
import styles from '../kit/list.module.css'

const BUILT_IN = ['bridge', 'host', 'none', 'docker_gwbridge', 'ingress']

/** Networks of the instance, their subnets and who is in them. */
export default function NetworksPanel({ host }: PanelProps) {
  const text = useText()
  const { networks, containers } = useEngine(host.name)
  const { busy, perform } = useEngineTask(host.name)
  const [chosen, setChosen] = useState<string>()
  const detail = networks.find(({ Id }) => Id === chosen)
  const create = (name: string): Promise<boolean> =>
    perform({
      command: `docker network create ${name}`,
      done: text('created', { name }),
      run: (engine) => engine.networks.create({ Name: name }),
    })
  const remove = ({ Name, Id }: Network): void =>
    void perform({
      command: `docker network rm ${Name}`,
      done: text('actionDone', { action: text('remove'), name: Name }),
      run: (engine) => engine.networks.remove(Id),
    })
  if (detail)
    return (
      <div className={styles.detail}>
        <header className={styles.head}>
          <IconButton label={text('back')} onClick={() => setChosen(undefined)}>
            <ArrowLeft />
          </IconButton>
          <span className={styles.names}>
            <b>{detail.Name}</b>
            <span>{detail.Driver}</span>
          </span>
        </header>
        <InspectView
          host={host.name}
          command={`docker network inspect ${detail.Name}`}
          load={(engine) => engine.networks.inspect(detail.Id)}
        />
      </div>
    )
  return (
    <>
      <CreateForm label={text('networkName')} busy={busy} onCreate={create} />
      <ul className={styles.list}>
        {networks.map((network) => (
          <li key={network.Id} className={styles.row}>
            <button type="button" className={styles.main} onClick={() => setChosen(network.Id)}>
              <NetworkIcon aria-hidden="true" />
              <span className={styles.names}>
                <b>{network.Name}</b>
                <span>{membersOf(network, containers).join(', ') || text('nobodyInside')}</span>
              </span>
              <span className={styles.aside}>
                {network.IPAM.Config?.map(({ Subnet }) => Subnet).join(', ')}
                <br />
                {network.Driver}
              </span>
            </button>
            {!BUILT_IN.includes(network.Name) && (
              <IconButton label={text('remove')} disabled={busy} onClick={() => remove(network)}>
                <Trash2 />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

const membersOf = ({ Name }: Network, containers: readonly ContainerSummary[]): string[] =>
  containers
    .filter(({ State, NetworkSettings }) => State === 'running' && NetworkSettings?.Networks?.[Name])
    .map((container) => nameOf(container))
