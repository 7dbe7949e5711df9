import type { ReactNode } from 'react'
import { useText } from '../../messages/use-text.ts'
import type { MessageKey } from '../../messages/en.ts'
import type { Language, Settings, Theme } from '../../settings/settings-store.ts'
import { useSettings } from '../../settings/use-settings.ts'
import { Dialog } from '../kit/dialog.tsx'
import styles from './settings-dialog.module.css'

const THEMES: readonly (readonly [Theme, MessageKey])[] = [
  ['auto', 'themeAuto'],
  ['light', 'themeLight'],
  ['dark', 'themeDark'],
  ['contrast', 'themeContrast'],
]

/** How the page looks and speaks, for all sessions of this browser. */
export default function SettingsDialog({ onClose }: { onClose: () => void }) {
  const text = useText()
  const settings = useSettings((all) => all)
  const { change } = settings
  return (
    <Dialog title={text('settings')} onClose={onClose}>
      <div className={styles.rows}>
        <Row label={text('theme')}>
          <div className={styles.choice} role="radiogroup" aria-label={text('theme')}>
            {THEMES.map(([theme, name]) => (
              <button
                type="button"
                key={theme}
                role="radio"
                aria-checked={settings.theme === theme}
                onClick={() => change({ theme })}
              >
                {text(name)}
              </button>
            ))}
          </div>
        </Row>
        <Row label={text('language')}>
          <select
            className="field-input"
            aria-label={text('language')}
            value={settings.language}
            onChange={(event) => change({ language: event.target.value as Language })}
          >
            <option value="auto">{text('asBrowser')}</option>
            <option value="en">English</option>
            <option value="ko">한국어</option>
          </select>
        </Row>
        <Row label={text('fontSize')}>
          <input
            type="range"
            min={10}
            max={28}
            aria-label={text('fontSize')}
            value={settings.fontSize}
            onChange={(event) => change({ fontSize: Number(event.target.value) })}
          />
          <output className={styles.figure}>{settings.fontSize} px</output>
        </Row>
        <Switch label="presentation" hint="presentationHint" setting="presentation" settings={settings} />
        <Switch label="screenReader" hint="screenReaderHint" setting="screenReader" settings={settings} />
      </div>
    </Dialog>
  )
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.row}>
      <span>{label}</span>
      <div className={styles.control}>{children}</div>
    </div>
  )
}

interface SwitchProps {
  readonly label: MessageKey
  readonly hint: MessageKey
  readonly setting: 'presentation' | 'screenReader'
  readonly settings: Settings & { change(settings: Partial<Settings>): void }
}

function Switch({ label, hint, setting, settings }: SwitchProps) {
  const text = useText()
  return (
    <label className={styles.row}>
      <span>
        {text(label)}
        <small>{text(hint)}</small>
      </span>
      <input
        type="checkbox"
        checked={settings[setting]}
        onChange={(event) => settings.change({ [setting]: event.target.checked })}
      />
    </label>
  )
}
