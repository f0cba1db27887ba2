/** What the console does beyond plain pages. Everything here is a comfort: each page works without it. */

import { enhance } from './enhance.js'
import { listenToKeys } from './keys.js'
import { keepLive } from './live.js'

document.documentElement.classList.add('js')
enhance(document)
if (document.querySelector('figure[data-chart]'))
  void import('./chart.js').then(({ drawCharts }) => drawCharts(document))
const live = keepLive()
listenToKeys(live)

/** A filter takes effect when it is chosen; without script there is a button for it. */
for (const form of document.querySelectorAll('form[data-autosubmit]')) {
  form.querySelector('[data-apply]')?.setAttribute('hidden', '')
  form.addEventListener('change', (event) => {
    if (event.target instanceof HTMLSelectElement) form.requestSubmit()
  })
  form.addEventListener('formdata', (event) => {
    for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name)
  })
}

/** A notice is said once: reloading or sharing the address should not say it again. */
const address = new URL(location.href)
if (address.searchParams.has('notice')) {
  address.searchParams.delete('notice')
  history.replaceState(null, '', address)
}
