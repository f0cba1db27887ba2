/** The keyboard: `/` to search, `j` and `k` along rows, `g` and a letter to a room. */

/** How long after `g` the letter may come. */
const chordMs = 1_200

/** @param {{ refresh(): Promise<void>, toggle(): void }} live */
export function listenToKeys(live) {
  let chordUntilMs = 0
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.key === 'Escape') return leave()
    if (isTyping(event.target)) return
    // When the key was pressed, not when a busy page got round to it.
    const inChord = event.timeStamp < chordUntilMs
    chordUntilMs = 0
    if (inChord && goTo(event.key)) return event.preventDefault()
    if (event.key === 'g') {
      chordUntilMs = event.timeStamp + chordMs
      return
    }
    const action = actions[event.key]
    if (action === undefined || document.querySelector('[popover]:popover-open:not(#keys)')) return
    event.preventDefault()
    action(live)
  })
}

const actions = {
  '/': () => searchField()?.select(),
  '?': () => document.getElementById('keys')?.togglePopover(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  o: () => currentRowLink()?.click(),
  ']': () => followPage('next'),
  '[': () => followPage('first'),
  r: (live) => void live.refresh(),
  p: (live) => live.toggle(),
  t: () => document.getElementById('theme')?.click(),
}

const searchField = () => /** @type {HTMLInputElement | null} */ (document.getElementById('search'))

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

/** The browser closes sheets by itself; what is left is a field or a row that has the focus. */
function leave() {
  if (document.querySelector('[popover]:popover-open')) return
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
}

function goTo(key) {
  const link = document.querySelector(`a[data-go="${CSS.escape(key)}"]`)
  if (!(link instanceof HTMLAnchorElement)) return false
  link.click()
  return true
}

const rowLinks = () => [...document.querySelectorAll('tr[data-row] a[data-open]')]
const currentRowLink = () => document.activeElement?.closest('tr[data-row]')?.querySelector('a[data-open]')

/** Focus is the selection, so Enter opens it and a screen reader says it. */
function moveRow(step) {
  const links = rowLinks()
  const current = currentRowLink()
  const at = current ? links.indexOf(current) : -1
  const next = at === -1 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1)
  const link = links[next]
  if (!(link instanceof HTMLElement)) return
  link.focus({ focusVisible: true, preventScroll: true })
  link.closest('tr')?.scrollIntoView({ block: 'nearest' })
}

function followPage(which) {
  const link = document.querySelector(`a[data-page="${which}"]`)
  if (link instanceof HTMLAnchorElement) link.click()
}
