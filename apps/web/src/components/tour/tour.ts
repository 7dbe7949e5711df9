import { driver } from 'driver.js'
import 'driver.js/dist/driver.css'
import './tour.css'
import type { Translate } from '../../messages/translate.ts'
import { STEPS } from './steps.ts'

/** Leads through the page in six steps; Escape and a click beside it end it. */
export function startTour(text: Translate, onEnd: () => void): void {
  const steps = STEPS.flatMap(({ find, title, says }) => {
    const element = find()
    return element ? [{ element, popover: { title: text(title), description: text(says) } }] : []
  })
  driver({
    steps,
    animate: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    showProgress: true,
    progressText: '{{current}} / {{total}}',
    nextBtnText: text('next'),
    prevBtnText: text('back'),
    doneBtnText: text('done'),
    popoverClass: 'drydock-tour',
    // Its head and foot are not those of the page.
    onPopoverRender: ({ title, footer }) =>
      [title, footer].forEach((part) => part.setAttribute('role', 'presentation')),
    onDestroyed: onEnd,
  }).drive()
}
