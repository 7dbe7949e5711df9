import { Lightbulb, X } from 'lucide-react'
import type { Hint } from '../../hints/rules.ts'
import { useText } from '../../messages/use-text.ts'
import { CopyButton } from '../kit/copy-button.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import styles from './hint-line.module.css'

interface Props {
  readonly hint?: Hint | undefined
  /** Something that the page itself has to say, in place of a hint. */
  readonly word?: string | undefined
  readonly onDismiss: () => void
}

/** What a failed command probably meant: beside the terminal, never in its output. */
export function HintLine({ hint, word, onDismiss }: Props) {
  const text = useText()
  const command = hint?.command
  return (
    <div className={`hint ${styles.line}`} role="status">
      <Lightbulb className={styles.lamp} aria-hidden="true" />
      <p className={styles.text}>
        {word ?? (hint && text(hint.says, hint.values))} {command && <code className={styles.command}>{command}</code>}
        {command && <CopyButton label={text('copyCommand')} value={command} />}
      </p>
      <IconButton label={text('dismiss')} onClick={onDismiss}>
        <X />
      </IconButton>
    </div>
  )
}
