import { useMemo } from 'react'
import { useSettings } from '../settings/use-settings.ts'
import { tongueOf, type Translate, translator } from './translate.ts'

/** The page's words in the language of the moment. */
export function useText(): Translate {
  const language = useSettings((settings) => settings.language)
  return useMemo(() => translator(tongueOf(language, navigator.languages)), [language])
}
