/**
 * Keeps what is on screen true: while the page is visible it asks for itself again and puts in the parts that changed.
 * Nothing is replaced under an open sheet, a selection, or a field in use.
 */
import { enhance } from './enhance.js'

const refreshMs = 5_000
const retryMaxMs = 60_000

/** The page's policy allows markup to be parsed by this one policy: only our own pages ever reach it. */
const policy = window.trustedTypes?.createPolicy('crossdock-live', { createHTML: (text) => text })

export function keepLive() {
  const button = document.getElementById('live')
  const regions = document.querySelectorAll('main [data-live]')
  let paused = button === null || regions.length === 0
  let failures = 0
  let timer = 0
  if (paused && button) button.hidden = true

  const schedule = () => {
    clearTimeout(timer)
    if (paused || document.hidden) return
    timer = setTimeout(refresh, Math.min(refreshMs * 2 ** failures, retryMaxMs))
  }
  const show = (state, text) => {
    if (!button) return
    button.dataset.state = state
    button.setAttribute('aria-pressed', String(paused))
    const label = document.getElementById('live-text')
    if (label) label.textContent = text
  }
  async function refresh() {
    try {
      await swapChanged(await fetchPage())
      failures = 0
      show(paused ? 'paused' : 'on', paused ? 'Paused' : 'Live')
    } catch {
      failures += 1
      show('failed', 'Not reached')
    }
    schedule()
  }
  function toggle() {
    if (regions.length === 0) return
    paused = !paused
    show(paused ? 'paused' : 'on', paused ? 'Paused' : 'Live')
    if (paused) clearTimeout(timer)
    else void refresh()
  }
  button?.addEventListener('click', toggle)
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer)
    else if (!paused) void refresh()
  })
  schedule()
  return { refresh, toggle }
}

/** Signed out meanwhile: the answer is another page, and the whole window goes there. */
async function fetchPage() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' })
  if (response.redirected) location.assign(response.url)
  if (!response.ok || response.redirected) throw new Error(`answered ${response.status}`)
  const html = await response.text()
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html')
}

function swapChanged(fresh) {
  if (isBusy()) return
  for (const region of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(region.id)
    if (next) keepUnfolded(region, next)
    if (!next || fingerprint(next) === fingerprint(region)) continue
    const focused = region.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null
    enhance(next)
    const adopted = document.adoptNode(next)
    region.replaceWith(adopted)
    if (focused) adopted.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
  }
}

/** What a person has opened or closed stays so. */
function keepUnfolded(region, next) {
  for (const details of region.querySelectorAll('details[id]')) {
    const same = next.querySelector(`#${CSS.escape(details.id)}`)
    if (same) same.open = details.open
  }
}

const isBusy = () => document.querySelector('[popover]:popover-open') !== null || String(document.getSelection()) !== ''

/** What a person would notice: not a form's hidden ids, and not the zone that `enhance` adds to a title. */
function fingerprint(region) {
  const copy = region.cloneNode(true)
  for (const input of copy.querySelectorAll('[data-volatile]')) input.remove()
  for (const time of copy.querySelectorAll('time')) time.removeAttribute('title')
  return copy.innerHTML
}
