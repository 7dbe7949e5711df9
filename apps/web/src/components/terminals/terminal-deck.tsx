import { memo, useId } from 'react'
import { Columns2, Plus, Rows2, X } from 'lucide-react'
import { Tabs as Radix } from 'radix-ui'
import type { SessionClient } from '../../client/session-client.ts'
import type { Hint } from '../../hints/rules.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { tabsOf } from '../../layout/layout-store.ts'
import { MOST_PANES, type TabGroup } from '../../layout/tabs.ts'
import { useText } from '../../messages/use-text.ts'
import { IconButton } from '../kit/icon-button.tsx'
import { DropZone } from './drop-zone.tsx'
import { TerminalView } from './terminal-view.tsx'
import styles from './terminal-deck.module.css'

interface Props {
  readonly client: SessionClient
  readonly host: string
  readonly visible: boolean
  readonly onHint: (hint: Hint | undefined) => void
}

/** The terminals of a host: tabs, and panes side by side under a tab. All of them stay alive, shown or not. */
export const TerminalDeck = memo(function TerminalDeck({ client, host, visible, onHint }: Props) {
  const tabs = useLayout((layout) => tabsOf(layout, host))
  const activate = useLayout((layout) => layout.activate)
  const close = useLayout((layout) => layout.close)
  const names = useId()
  const tabId = (id: string): string => `${names}${id}`
  const closePane = (pane: string): void => {
    void client.api.closeTerminal(host, pane)
    close(host, pane)
  }
  return (
    <Radix.Root
      className={styles.deck}
      value={String(tabs.active)}
      onValueChange={(tab) => activate(host, Number(tab))}
      activationMode="manual"
    >
      <TabStrip host={host} groups={tabs.groups} active={tabs.active} tabId={tabId} onClose={closePane} />
      {tabs.groups.map((group, index) => (
        <Radix.Content
          key={group.id}
          value={String(index)}
          aria-labelledby={tabId(group.id)}
          forceMount
          hidden={index !== tabs.active}
          tabIndex={-1}
          className={`${styles.group} ${styles[group.direction]}`}
        >
          {group.panes.map((pane) => (
            <Pane key={pane} alone={group.panes.length === 1} onClose={() => closePane(pane)}>
              <DropZone client={client} host={host} directory={() => client.api.workingDirectory(host, pane)}>
                <TerminalView host={host} name={pane} visible={visible && index === tabs.active} onHint={onHint} />
              </DropZone>
            </Pane>
          ))}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
})

interface StripProps {
  readonly host: string
  readonly groups: readonly TabGroup[]
  readonly active: number
  readonly tabId: (group: string) => string
  readonly onClose: (pane: string) => void
}

function TabStrip({ host, groups, active, tabId, onClose }: StripProps) {
  const text = useText()
  const addTab = useLayout((layout) => layout.addTab)
  const split = useLayout((layout) => layout.split)
  const full = (groups[active]?.panes.length ?? 0) >= MOST_PANES
  return (
    <div className={styles.strip}>
      {/* A list of tabs holds tabs only, and beside each stands what closes it. */}
      <span role="tablist" aria-label={text('terminals')} aria-owns={groups.map(({ id }) => tabId(id)).join(' ')} />
      <Radix.List className={styles.tabs} role="presentation" aria-orientation={undefined}>
        {groups.map(({ id, panes }, index) => (
          <span key={id} className={styles.tab} data-active={index === active}>
            <Radix.Trigger value={String(index)} id={tabId(id)} className={styles.name}>
              {text('terminalNumber', { number: index + 1 })}
              {panes.length > 1 && <small> {panes.length}</small>}
            </Radix.Trigger>
            {groups.length > 1 && (
              <button
                type="button"
                className={styles.close}
                aria-label={text('closeTerminal', { number: index + 1 })}
                onClick={() => panes.forEach(onClose)}
              >
                <X />
              </button>
            )}
          </span>
        ))}
      </Radix.List>
      <IconButton label={text('newTerminal')} onClick={() => addTab(host)}>
        <Plus />
      </IconButton>
      <span className={styles.gap} />
      <IconButton label={text('splitRight')} disabled={full} onClick={() => split(host, 'row')}>
        <Columns2 />
      </IconButton>
      <IconButton label={text('splitDown')} disabled={full} onClick={() => split(host, 'column')}>
        <Rows2 />
      </IconButton>
    </div>
  )
}

function Pane({ alone, onClose, children }: { alone: boolean; onClose: () => void; children: React.ReactNode }) {
  const text = useText()
  return (
    <div className={styles.pane}>
      {children}
      {!alone && (
        <span className={styles.paneClose}>
          <IconButton label={text('closePane')} onClick={onClose}>
            <X />
          </IconButton>
        </span>
      )}
    </div>
  )
}
