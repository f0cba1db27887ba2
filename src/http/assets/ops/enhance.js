/** Comforts for a part of the page, applied at first and again to whatever a refresh puts in. */

/** @param {ParentNode} root */
export function enhance(root) {
  for (const time of root.querySelectorAll('time')) addLocalTime(time)
}

/** The exact moment on hover, in the reader's own zone as well. @param {HTMLTimeElement} time */
function addLocalTime(time) {
  const local = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })
  time.title = `${time.title}\n${local}`
}

document.addEventListener('click', (event) => {
  if (!(event.target instanceof Element)) return
  const copy = event.target.closest('[data-copy]')
  if (copy instanceof HTMLElement) void copyText(copy)
  else openRow(event, event.target)
})

/** @param {HTMLElement} button */
async function copyText(button) {
  const source = document.getElementById(button.dataset.copy ?? '')
  await navigator.clipboard.writeText(source?.textContent ?? '')
  say('Copied')
  button.classList.add('done')
  setTimeout(() => button.classList.remove('done'), 1_500)
}

/** Said to screen readers; what changed on screen speaks for itself. @param {string} text */
export function say(text) {
  const announce = document.getElementById('announce')
  if (announce) announce.textContent = text
}

/** A click anywhere in a row opens it, unless it was meant for something inside or selected some text. */
function openRow(event, target) {
  const row = target.closest('tr[data-row]')
  if (!row || target.closest('a, button, input, summary')) return
  if (String(getSelection()) !== '') return
  const link = row.querySelector('a[data-open]')
  if (!(link instanceof HTMLAnchorElement)) return
  if (event.metaKey || event.ctrlKey) open(link.href, '_blank', 'noopener')
  else link.click()
}

/** Colours in JSON through the highlight registry: the text stays one text node, and nothing is interpreted. */
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g

function colourJson() {
  if (!('highlights' in CSS)) return
  const kinds = { key: new Highlight(), string: new Highlight(), literal: new Highlight() }
  for (const pre of document.querySelectorAll('pre[data-json]')) {
    const text = pre.firstChild
    if (!(text instanceof Text)) continue
    for (const match of text.data.matchAll(token)) {
      const range = new Range()
      range.setStart(text, match.index)
      range.setEnd(text, match.index + (match[1] ?? match[0]).length)
      const kind = match[1] === undefined ? 'literal' : match[2] === undefined ? 'string' : 'key'
      kinds[kind].add(range)
    }
  }
  for (const [kind, highlight] of Object.entries(kinds)) CSS.highlights.set(`json-${kind}`, highlight)
}
colourJson()
