import { Command } from 'cmdk'
import { useText } from '../../messages/use-text.ts'
import type { OverlayProps } from '../overlays.tsx'
import styles from './palette.module.css'
import { usePaletteEntries } from './entries.tsx'

/** Everything that the page can do, by name. */
export default function Palette(props: OverlayProps) {
  const text = useText()
  const { overlay } = props
  const groups = usePaletteEntries(props)
  const close = (): void => overlay.show(undefined)
  return (
    <Command.Dialog
      open
      onOpenChange={(open) => !open && close()}
      label={text('palette')}
      overlayClassName={styles.veil ?? ''}
      contentClassName={styles.window ?? ''}
      loop
    >
      <Command.Input className={styles.input} placeholder={text('paletteHint')} />
      <Command.List className={styles.list}>
        <Command.Empty className={styles.empty}>{text('nothingFound')}</Command.Empty>
        {groups.map(({ heading, entries }) => (
          <Command.Group key={heading} heading={heading} className={styles.group}>
            {entries.map(({ label, icon, aside, run }) => (
              <Command.Item
                key={label}
                value={label}
                className={styles.item}
                onSelect={() => {
                  close()
                  run()
                }}
              >
                <span className={styles.icon}>{icon}</span>
                <span>{label}</span>
                {aside && <span className={styles.aside}>{aside}</span>}
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command.Dialog>
  )
}
