import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import styles from './menu.module.css'

export interface MenuEntry {
  readonly label: string
  readonly icon?: ReactNode
  /** Keys that do the same, or a word on the state. */
  readonly aside?: ReactNode
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly onSelect: () => void
}
export type MenuItem = MenuEntry | 'line' | { readonly heading: string }

interface Props {
  readonly trigger: ReactNode
  readonly items: readonly MenuItem[]
  readonly align?: 'start' | 'end'
}

/** A menu below the button that opens it. */
export function Menu({ trigger, items, align = 'end' }: Props) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align={align} sideOffset={4} collisionPadding={8}>
          {items.map((item, index) => (
            <Row key={index} item={item} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Row({ item }: { item: MenuItem }) {
  if (item === 'line') return <DropdownMenu.Separator className={styles.line} />
  if ('heading' in item) return <DropdownMenu.Label className={styles.heading}>{item.heading}</DropdownMenu.Label>
  return (
    <DropdownMenu.Item
      className={`${styles.item} ${item.danger ? styles.danger : ''}`}
      disabled={item.disabled ?? false}
      onSelect={item.onSelect}
    >
      <span className={styles.icon}>{item.icon}</span>
      <span>{item.label}</span>
      {item.aside && <span className={styles.aside}>{item.aside}</span>}
    </DropdownMenu.Item>
  )
}
