/**
 * A small accessibility audit that runs inside the page: names, landmarks, ids, and the contrast of every piece of text
 * against what lies behind it (WCAG 2.2 AA: 4.5 to 1, 3 to 1 for large text).
 */
import type { Page } from 'playwright-core'

export const auditPage = (page: Page): Promise<string[]> => page.evaluate(audit)

/** Self-contained, because it is sent to the page as text. */
function audit(): string[] {
  const found: string[] = []
  const visible = (element: Element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
  const describe = (element: Element) => element.outerHTML.slice(0, 120)
  const all = (selector: string) => [...document.querySelectorAll(selector)].filter(visible)

  const nameOf = (element: Element): string => {
    const labelled = element.getAttribute('aria-labelledby')
    if (labelled)
      return labelled
        .split(' ')
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join(' ')
        .trim()
    const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : []
    const texts = [element.getAttribute('aria-label'), ...labels.map((label) => label.textContent), element.textContent]
    return (texts.find((text) => text !== null && text.trim() !== '') ?? element.getAttribute('title') ?? '').trim()
  }
  for (const element of all(
    'a[href], button, input:not([type=hidden]), select, textarea, [role=img], [role=dialog], section, nav',
  )) {
    if (element instanceof HTMLSelectElement && element.labels.length > 0) continue
    if (nameOf(element) === '') found.push(`no name: ${describe(element)}`)
  }

  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id)
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`id twice: ${id}`)
  for (const name of ['aria-labelledby', 'aria-controls', 'popovertarget', 'for']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      const missing = (element.getAttribute(name) ?? '').split(' ').filter((id) => !document.getElementById(id))
      if (missing.length > 0) found.push(`${name} leads nowhere: ${missing.join(' ')}`)
    }
  }
  if (document.querySelectorAll('main').length !== 1) found.push('not exactly one main')
  if (all('h1').length !== 1) found.push('not exactly one h1')
  if (!document.documentElement.lang) found.push('no language')
  for (const table of all('table')) {
    if ([...table.querySelectorAll('th')].some((cell) => !cell.hasAttribute('scope')))
      found.push('a header without scope')
  }
  const levels = all('h1, h2, h3, h4').map((heading) => Number(heading.tagName[1]))
  levels.forEach((level, at) => {
    if (level - (levels[at - 1] ?? 0) > 1) found.push(`heading h${level} after h${levels[at - 1] ?? 0}`)
  })

  type Colour = readonly [number, number, number, number]
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {
    willReadFrequently: true,
  }) as OffscreenCanvasRenderingContext2D
  const parse = (text: string): Colour => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = text
    canvas.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data
    return [red, green, blue, alpha / 255]
  }
  const over = (top: Colour, bottom: Colour): Colour => {
    const mix = (a: number, b: number) => a * top[3] + b * (1 - top[3])
    return [mix(top[0], bottom[0]), mix(top[1], bottom[1]), mix(top[2], bottom[2]), 1]
  }
  const behind = (element: Element | null): Colour => {
    if (element === null) return [255, 255, 255, 1]
    const own = parse(getComputedStyle(element).backgroundColor)
    return own[3] === 1 ? own : over(own, behind(element.parentElement))
  }
  const luminance = ([red, green, blue]: Colour): number => {
    const linear = (value: number) =>
      value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const seen = new Set<Element>()
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (!element || seen.has(element) || !walker.currentNode.textContent?.trim()) continue
    seen.add(element)
    if (!visible(element) || element.closest('svg, .sr, option')) continue
    const style = getComputedStyle(element)
    const back = behind(element)
    const front = over(parse(style.color), back)
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a) as [number, number]
    const large =
      Number.parseFloat(style.fontSize) >= 24 ||
      (Number.parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700)
    const ratio = (light + 0.05) / (dark + 0.05)
    if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${describe(element)}`)
  }
  return [...new Set(found)]
}
