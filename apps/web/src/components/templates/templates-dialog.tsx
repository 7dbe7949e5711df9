import { useText } from '../../messages/use-text.ts'
import { TEMPLATES } from '../../templates/templates.ts'
import { Dialog } from '../kit/dialog.tsx'
import styles from './templates-dialog.module.css'

/** What a new session can begin with. */
export default function TemplatesDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  return (
    <Dialog title={text('templates')} description={text('templatesDescription')} onClose={onClose}>
      <ul className={styles.list}>
        {Object.entries(TEMPLATES).map(([name, { title, says }]) => (
          <li key={name}>
            <a href={`?template=${name}`}>
              <b>{text(title)}</b>
              <span>{text(says)}</span>
            </a>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
