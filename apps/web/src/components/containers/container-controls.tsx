import type { ContainerSummary } from '@drydock/docker-api'
import { Copy, EllipsisVertical, Pause, Play, RotateCw, Skull, Square, SquareTerminal, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { type ActionName, CONTAINER_ACTIONS } from '../../engine/container-actions.ts'
import { isLive, nameOf } from '../../engine/container-facts.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import { IconButton } from '../kit/icon-button.tsx'
import { Menu, type MenuItem } from '../kit/menu.tsx'
import styles from './container-controls.module.css'

const ICONS: Readonly<Record<ActionName, ReactNode>> = {
  start: <Play />,
  stop: <Square />,
  restart: <RotateCw />,
  pause: <Pause />,
  unpause: <Play />,
  kill: <Skull />,
  remove: <Trash2 />,
}
/** Those that are one click away; the others are in the menu. */
const AT_HAND: readonly ActionName[] = ['start', 'stop']
const IN_MENU: readonly ActionName[] = ['restart', 'pause', 'unpause', 'kill', 'remove']

/** Start, stop, a shell inside, and the rest in a menu: each says the command it stands for. */
export function ContainerControls({ host, container }: { host: string; container: ContainerSummary }) {
  const text = useText()
  const { busy, perform } = useEngineTask(host)
  const runInTerminal = useLayout((layout) => layout.runInTerminal)
  const act = (name: ActionName): void => {
    const action = CONTAINER_ACTIONS[name]
    void perform({
      command: action.command(container),
      done: text('actionDone', { action: text(action.name), name: nameOf(container) }),
      run: (client) => action.run(client, container),
    })
  }
  const fitting = (names: readonly ActionName[]): readonly ActionName[] =>
    names.filter((name) => CONTAINER_ACTIONS[name].fits(container))
  const items: MenuItem[] = [
    ...fitting(IN_MENU).map((name) => ({
      label: text(CONTAINER_ACTIONS[name].name),
      icon: ICONS[name],
      danger: name === 'remove',
      onSelect: () => act(name),
    })),
    'line',
    { label: text('copyId'), icon: <Copy />, onSelect: () => void navigator.clipboard.writeText(container.Id) },
  ]
  return (
    <span className={styles.controls}>
      {fitting(AT_HAND).map((name) => (
        <IconButton key={name} label={text(CONTAINER_ACTIONS[name].name)} disabled={busy} onClick={() => act(name)}>
          {ICONS[name]}
        </IconButton>
      ))}
      {isLive(container) && (
        <IconButton
          label={text('shellInside')}
          onClick={() => runInTerminal(host, `docker exec -it ${nameOf(container)} sh`)}
        >
          <SquareTerminal />
        </IconButton>
      )}
      <Menu
        items={items}
        trigger={
          <IconButton label={text('more')}>
            <EllipsisVertical />
          </IconButton>
        }
      />
    </span>
  )
}
