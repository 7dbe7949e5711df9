import type { ReactNode } from 'react'
import { Blank } from '../kit/blank.tsx'
import styles from './scope.module.css'

interface Props {
  /** Whether it is the only list: among those of several instances one line has to do. */
  readonly alone: boolean
  readonly icon: ReactNode
  readonly title: string
  /** What to do about it. */
  readonly children?: ReactNode
}

/** What an instance's list shows that has nothing in it. */
export function EmptyList({ alone, icon, title, children }: Props) {
  if (!alone) return <p className={styles.nothing}>{title}</p>
  return (
    <Blank icon={icon} title={title}>
      {children}
    </Blank>
  )
}
