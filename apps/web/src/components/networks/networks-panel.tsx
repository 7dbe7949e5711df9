import type { ContainerSummary, Network } from '@drydock/docker-api'
import { Network as NetworkIcon, Trash2 } from 'lucide-react'
import { nameOf } from '../../engine/container-facts.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useChosen } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { EmptyList } from '../dock/empty-list.tsx'
import { ByInstance } from '../dock/scope.tsx'
import { CreateForm } from '../kit/create-form.tsx'
import { DetailHead } from '../kit/detail-head.tsx'
import { GrowingList } from '../kit/growing.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { InspectView } from '../kit/inspect-view.tsx'
import { ListRow } from '../kit/list-row.tsx'
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
        <DetailHead name={detail.Name} facts={detail.Driver} onBack={() => setChosen(undefined)} />
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
  const remove = ({ Name, Id }: Network): void =>
    void perform({
      command: `docker network rm ${Name}`,
      done: text('actionDone', { action: text('remove'), name: Name }),
      run: (engine) => engine.networks.remove(Id),
    })
  if (networks.length === 0 && state !== 'up')
    return <EmptyList alone={alone} icon={<NetworkIcon />} title={text('engineStarting')} />
  return (
    <GrowingList items={networks}>
      {(network) => (
        <ListRow
          key={network.Id}
          icon={<NetworkIcon aria-hidden="true" />}
          name={network.Name}
          facts={membersOf(network, containers).join(', ') || text('nobodyInside')}
          aside={
            <>
              {network.IPAM.Config?.map(({ Subnet }) => Subnet).join(', ')}
              <br />
              {network.Driver}
            </>
          }
          onShow={() => onShow(network.Id)}
        >
          {!BUILT_IN.includes(network.Name) && (
            <IconButton label={text('remove')} disabled={busy} onClick={() => remove(network)}>
              <Trash2 />
            </IconButton>
          )}
        </ListRow>
      )}
    </GrowingList>
  )
}

const membersOf = ({ Name }: Network, containers: readonly ContainerSummary[]): string[] =>
  containers
    .filter(({ State, NetworkSettings }) => State === 'running' && NetworkSettings?.Networks?.[Name])
    .map((container) => nameOf(container))
