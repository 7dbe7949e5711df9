import type { HostView, SessionView } from '@drydock/playground/rpc'
import type { ReactNode } from 'react'
import { useLayout } from '../../layout/layout-context.ts'
import type { PanelName } from '../../layout/layout-store.ts'
import { useText } from '../../messages/use-text.ts'
import styles from './scope.module.css'

/** Panels that can show what is on all instances. */
const WIDE: readonly PanelName[] = ['containers', 'images', 'builds', 'volumes', 'networks', 'map']

/** Whether lists are of all instances. */
export function useEverywhere({ hosts }: SessionView): boolean {
  const wanted = useLayout((layout) => layout.everywhere)
  return wanted && hosts.length > 1
}

/** Whose things a panel shows: the selected instance's, or those of all. */
export function Scope({ panel, view, host }: { panel: PanelName; view: SessionView; host: string }) {
  const text = useText()
  const everywhere = useEverywhere(view)
  const show = useLayout((layout) => layout.showEverywhere)
  if (view.hosts.length < 2 || !WIDE.includes(panel)) return <span className={styles.host}>{host}</span>
  return (
    <span className={styles.scope} role="group" aria-label={text('shownInstances')}>
      <button type="button" aria-pressed={!everywhere} onClick={() => show(false)}>
        {host}
      </button>
      <button type="button" aria-pressed={everywhere} onClick={() => show(true)}>
        {text('allInstances')}
      </button>
    </span>
  )
}

interface ByInstanceProps {
  readonly view: SessionView
  readonly host: HostView
  /** @param alone whether it is the only list */
  readonly children: (host: HostView, alone: boolean) => ReactNode
}

/** A list of the selected instance, or one of each under its name. */
export function ByInstance({ view, host, children }: ByInstanceProps) {
  if (!useEverywhere(view)) return <div className={styles.lists}>{children(host, true)}</div>
  return (
    <div className={styles.lists}>
      {view.hosts.map((each) => (
        <section key={each.name} aria-label={each.name}>
          <h3 className={styles.instance}>
            {each.name} <small>{each.address}</small>
          </h3>
          {children(each, false)}
        </section>
      ))}
    </div>
  )
}
