import { Copy, CornerDownLeft } from 'lucide-react'
import { useLayout } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { CHEATS } from './cheats.ts'
import styles from './help-panel.module.css'
import { SHORTCUTS } from './shortcuts.ts'

/** A cheat sheet whose lines can be run, and the page's keys. */
export default function HelpPanel({ host }: PanelProps) {
  const text = useText()
  const runInTerminal = useLayout((layout) => layout.runInTerminal)
  return (
    <div className={styles.help}>
      {CHEATS.map(({ title, lines }) => (
        <section key={title}>
          <h3>{text(title)}</h3>
          <ul>
            {lines.map(({ command, says }) => (
              <li key={command}>
                <div>
                  <code>{command}</code>
                  <p>{text(says)}</p>
                </div>
                <IconButton label={text('copyCommand')} onClick={() => void navigator.clipboard.writeText(command)}>
                  <Copy />
                </IconButton>
                <IconButton label={text('runCommand')} onClick={() => runInTerminal(host.name, command)}>
                  <CornerDownLeft />
                </IconButton>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <section>
        <h3>{text('shortcuts')}</h3>
        <dl className={styles.keys}>
          {SHORTCUTS.map(({ keys, says }) => (
            <div key={keys.join()}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{text(says)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  )
}
