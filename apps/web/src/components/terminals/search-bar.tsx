import type { SearchAddon } from '@xterm/addon-search'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useText } from '../../messages/use-text.ts'
import type { HostTerminal } from '../../terminal/host-terminal.ts'
import { IconButton } from '../kit/icon-button.tsx'
import styles from './search-bar.module.css'

/** Looks for a word in all that the terminal remembers. */
export default function SearchBar({ terminal, onClose }: { terminal: HostTerminal; onClose: () => void }) {
  const text = useText()
  const addon = useRef<SearchAddon>(undefined)
  const [word, setWord] = useState('')
  const [missing, setMissing] = useState(false)
  useEffect(() => {
    const loading = import('@xterm/addon-search').then(({ SearchAddon }) => {
      addon.current = new SearchAddon()
      terminal.xterm.loadAddon(addon.current)
    })
    return () => {
      void loading.then(() => addon.current?.dispose())
      terminal.xterm.clearSelection()
      terminal.focus()
    }
  }, [terminal])
  const find = (wanted: string, back: boolean, incremental = false): void => {
    const found = back ? addon.current?.findPrevious(wanted) : addon.current?.findNext(wanted, { incremental })
    setMissing(wanted !== '' && found === false)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onClose()
    if (event.key === 'Enter') find(word, !event.shiftKey)
  }
  return (
    <div className={styles.bar} role="search">
      <input
        ref={(input) => input?.focus()}
        className="field-input"
        type="search"
        aria-label={text('searchTerminal')}
        aria-invalid={missing}
        placeholder={text('searchTerminal')}
        value={word}
        onChange={({ target }) => {
          setWord(target.value)
          find(target.value, true, true)
        }}
        onKeyDown={press}
      />
      <IconButton label={text('searchUp')} keys="Enter" onClick={() => find(word, true)}>
        <ArrowUp />
      </IconButton>
      <IconButton label={text('searchDown')} keys="Shift Enter" onClick={() => find(word, false)}>
        <ArrowDown />
      </IconButton>
      <IconButton label={text('close')} keys="Esc" onClick={onClose}>
        <X />
      </IconButton>
    </div>
  )
}
