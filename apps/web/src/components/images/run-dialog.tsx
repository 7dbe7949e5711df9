import { Play } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useEngine } from '../../engine/engine-stores.ts'
import { useLayout } from '../../layout/layout-context.ts'
import type { MessageKey } from '../../messages/en.ts'
import { useText } from '../../messages/use-text.ts'
import { Dialog } from '../kit/dialog.tsx'
import { imageName } from '../../engine/image-facts.ts'
import { EMPTY_FORM, type RunForm, runCommand } from './run-command.ts'
import styles from './run-dialog.module.css'

interface Props {
  readonly host: string
  readonly image?: string
  readonly onClose: () => void
}

/** A new container by form. The command that it stands for grows along, and is what is run: in a terminal, to be seen. */
export function RunDialog({ host, image = '', onClose }: Props) {
  const text = useText()
  const { images } = useEngine(host)
  const runInTerminal = useLayout((layout) => layout.runInTerminal)
  const [form, setForm] = useState<RunForm>({ ...EMPTY_FORM, image })
  const change = (part: Partial<RunForm>): void => setForm((before) => ({ ...before, ...part }))
  const command = runCommand(form)
  const submit = (): void => {
    onClose()
    runInTerminal(host, command)
  }
  return (
    <Dialog title={text('runTitle')} description={text('runDescription')} onClose={onClose}>
      <form className={styles.form} action={submit}>
        <Field label="imageName">
          <input
            className="field-input"
            list="run-images"
            required
            value={form.image}
            onChange={(event) => change({ image: event.target.value })}
          />
          <datalist id="run-images">
            {images.map((known) => (
              <option key={known.Id} value={imageName(known)} />
            ))}
          </datalist>
        </Field>
        <Field label="containerName">
          <input className="field-input" value={form.name} onChange={(event) => change({ name: event.target.value })} />
        </Field>
        <Lines label="portsField" placeholder="8080:80" value={form.ports} onChange={(ports) => change({ ports })} />
        <Lines
          label="environmentField"
          placeholder="KEY=value"
          value={form.environment}
          onChange={(environment) => change({ environment })}
        />
        <Lines
          label="mountsField"
          placeholder="data:/data"
          value={form.mounts}
          onChange={(mounts) => change({ mounts })}
        />
        <Field label="commandField">
          <input
            className="field-input mono"
            value={form.command}
            onChange={(event) => change({ command: event.target.value })}
          />
        </Field>
        <Field label="restartField">
          <select
            className="field-input"
            value={form.restart}
            onChange={(event) => change({ restart: event.target.value as RunForm['restart'] })}
          >
            <option value="">no</option>
            <option>always</option>
            <option>unless-stopped</option>
            <option>on-failure</option>
          </select>
        </Field>
        <div className={styles.switches}>
          <Switch
            label="detached"
            on={form.detached}
            onChange={(detached) => change({ detached, interactive: false })}
          />
          <Switch
            label="interactive"
            on={form.interactive}
            onChange={(interactive) => change({ interactive, detached: !interactive && form.detached })}
          />
          <Switch label="removeAfter" on={form.removed} onChange={(removed) => change({ removed })} />
        </div>
        <pre className={styles.command} aria-label={text('command')}>
          $ {command}
        </pre>
        <button type="submit" className="button primary">
          <Play className={styles.icon} aria-hidden="true" />
          {text('run')}
        </button>
      </form>
    </Dialog>
  )
}

function Field({ label, children }: { label: MessageKey; children: ReactNode }) {
  const text = useText()
  return (
    <label className={styles.field}>
      <span>{text(label)}</span>
      {children}
    </label>
  )
}

interface LinesProps {
  readonly label: MessageKey
  readonly placeholder: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Lines({ label, placeholder, value, onChange }: LinesProps) {
  return (
    <Field label={label}>
      <textarea
        className="field-input mono"
        rows={2}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  )
}

function Switch({ label, on, onChange }: { label: MessageKey; on: boolean; onChange: (on: boolean) => void }) {
  const text = useText()
  return (
    <label className={styles.switch}>
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} />
      {text(label)}
    </label>
  )
}
