import { Tooltip } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import styles from './icon-button.module.css'

interface Props extends Omit<ComponentProps<'button'>, 'title'> {
  /** What it does: its name and its tip. */
  readonly label: string
  /** The keys that do the same. */
  readonly keys?: string | undefined
  readonly children: ReactNode
  readonly pressed?: boolean | undefined
}

/** A button that is only a picture; its name shows when one points at it or reaches it by keyboard. */
export function IconButton({ label, keys, children, pressed, className = '', ...rest }: Props) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <button
          type="button"
          className={`${styles.button} ${className}`}
          aria-label={label}
          aria-pressed={pressed}
          {...rest}
        >
          {children}
        </button>
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className={styles.tip} sideOffset={6} collisionPadding={8}>
          {label} {keys && <kbd>{keys}</kbd>}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
