import { settings, type Theme } from './settings-store.ts'

/** The theme as attributes of the document, where the style sheets and the terminals find it. */
export function applyTheme(): void {
  show(settings.getState().theme, settings.getState().presentation)
  settings.subscribe(({ theme, presentation }) => show(theme, presentation))
}

function show(theme: Theme, presentation: boolean): void {
  const { dataset } = document.documentElement
  dataset['theme'] = theme
  dataset['presentation'] = String(presentation)
}

/** Whether the page is dark now. */
export function isDark(theme: Theme = settings.getState().theme): boolean {
  if (theme === 'contrast') return true
  return theme === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark'
}

/** Calls back whenever terminals may have to be recoloured. */
export function onThemeChange(callback: () => void): () => void {
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  scheme.addEventListener('change', callback)
  const unsubscribe = settings.subscribe((now, before) => {
    if (now.theme !== before.theme) callback()
  })
  return () => {
    scheme.removeEventListener('change', callback)
    unsubscribe()
  }
}
