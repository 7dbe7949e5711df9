import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { useText } from '../../messages/use-text.ts'
import { IconButton } from './icon-button.tsx'
import styles from './list.module.css'

interface Props {
  readonly name: string
  readonly facts: ReactNode
  readonly onBack: () => void
  /** What can be done with the object. */
  readonly children?: ReactNode
}

/** The head of one object's view: the way back to the list, its name, what there is to know first. */
export function DetailHead({ name, facts, onBack, children }: Props) {
  return (
    <header className={styles.head}>
      <IconButton label={useText()('back')} onClick={onBack}>
        <ArrowLeft />
      </IconButton>
      <span className={styles.names}>
        <b>{name}</b>
        <span>{facts}</span>
      </span>
      {children}
    </header>
  )
}
