import type { ContainerSummary, Network } from '@drydock/docker-api'
import { ArrowLeft, Network as NetworkIcon, Trash2 } from 'lucide-react'
import { nameOf } from '../../engine/container-facts.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useChosen } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { ByInstance, Nothing } from '../dock/scope.tsx'
import { Blank } from '../kit/blank.tsx'
import { CreateForm } from '../kit/create-form.tsx'
import { useGrowing } from '../kit/growing.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { InspectView } from '../kit/inspect-view.tsx'
import styles from '../kit/list.module.css'

const BUILT_IN = ['bridge', 'host', 'none', 'docker_gwbridge', 'ingress']

/** Networks, their subnets and who is in them. */
export default function NetworksPanel({ view, host }: PanelProps) {
  const text = useText()
  const { busy, perform } = useEngineTask(host.name)
  const [chosen, setChosen] = useChosen()
  const { networks } = useEngine(chosen?.host ?? host.name)
  const detail = chosen && networks.find(({ Id }) => Id === chosen.id)
  const create = (name: string): Promise<boolean> =>
    perform({
      command: `docker network create ${name}`,
      done: text('created', { name }),
      run: (engine) => engine.networks.create({ Name: name }),
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
          host={chosen.host}
          command={`docker network inspect ${detail.Name}`}
          load={(engine) => engine.networks.inspect(detail.Id)}
        />
      </div>
    )
  return (
    <>
      <CreateForm label={text('networkName')} busy={busy} onCreate={create} />
      <ByInstance view={view} host={host}>
        {({ name }, alone) => <Networks host={name} alone={alone} onShow={(id) => setChosen({ host: name, id })} />}
      </ByInstance>
    </>
  )
}

interface ListProps {
  readonly host: string
  readonly alone: boolean
  readonly onShow: (id: string) => void
}

function Networks({ host, alone, onShow }: ListProps) {
  const text = useText()
  const { networks, containers, state } = useEngine(host)
  const { busy, perform } = useEngineTask(host)
  const { count, end } = useGrowing(networks.length)
  const remove = ({ Name, Id }: Network): void =>
    void perform({
      command: `docker network rm ${Name}`,
      done: text('actionDone', { action: text('remove'), name: Name }),
      run: (engine) => engine.networks.remove(Id),
    })
  if (networks.length === 0 && state !== 'up') return <Starting alone={alone} />
  return (
    <>
      <ul className={styles.list}>
        {networks.slice(0, count).map((network) => (
          <li key={network.Id} className={styles.row}>
            <button type="button" className={styles.main} onClick={() => onShow(network.Id)}>
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
      {end}
    </>
  )
}

function Starting({ alone }: { alone: boolean }) {
  const title = useText()('engineStarting')
  return alone ? <Blank icon={<NetworkIcon />} title={title} /> : <Nothing>{title}</Nothing>
}

const membersOf = ({ Name }: Network, containers: readonly ContainerSummary[]): string[] =>
  containers
    .filter(({ State, NetworkSettings }) => State === 'running' && NetworkSettings?.Networks?.[Name])
    .map((container) => nameOf(container))
