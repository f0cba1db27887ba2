import { beforeAll, describe, expect, it } from 'vitest'
import { hostileOrderId, hostileWorld } from '../fixtures/console/hostile-world.ts'
import { migratedDb } from '../fixtures/d1.ts'
import { xssAll, xssVectors } from '../fixtures/xss.ts'
import { demoNowMs, Visitor } from './ops-visitor.ts'
import { seedConfig } from './seed-config.ts'

const world = hostileWorld(demoNowMs())
const vectors = [...xssVectors, xssAll]
let visitor: Visitor

beforeAll(async () => {
  await seedConfig()
  await world.project(await migratedDb())
  visitor = await Visitor.signedIn(world)
})

/** Every element that the console itself makes. What is not here came from a stranger. */
const elements = new Set(
  (
    'html head meta title link script body a svg symbol path use rect div span nav form input button search kbd br ' +
    'main section header h1 h2 h3 p dl dt dd ol ul li table thead tbody tr th td time strong select option label ' +
    'textarea details summary pre code'
  ).split(' '),
)
const linkShape = /^(?:\/ops(?:[/?]|$)|#|https?:\/\/carrier\.example\/)/

/** What a browser's parser would find that the console did not put there. */
async function foreignMarkup(html: string): Promise<string[]> {
  const found: string[] = []
  const look = (element: Element) => {
    if (!elements.has(element.tagName)) found.push(`<${element.tagName}>`)
    for (const [name, value] of element.attributes) {
      if (/^(?:on|style$|srcdoc$|formaction$)/.test(name ?? '')) found.push(`${element.tagName}[${name}]`)
      if (['href', 'src', 'action'].includes(name ?? '') && !linkShape.test(value ?? '')) found.push(`${name}=${value}`)
    }
  }
  const scripts: Element[] = []
  const note = (script: Element) => void scripts.push(script)
  const rewriter = new HTMLRewriter().on('*', { element: look }).on('script', { element: note })
  await rewriter.transform(new Response(html, { headers: { 'content-type': 'text/html' } })).text()
  if (scripts.length !== 1) found.push(`${scripts.length} scripts`)
  return found
}

const page = async (path: string) => await (await visitor.send(path)).text()

describe('the detector', () => {
  it('finds a vector that is not escaped', async () => {
    const clean = await page('/ops/sign-in')
    expect(await foreignMarkup(clean)).toEqual([])
    expect(await foreignMarkup(clean.replace('<h1>', '<h1><img src=x onerror=pwned()>'))).not.toEqual([])
    expect(await foreignMarkup(clean.replace('<h1>', '<h1><a href="javascript:pwned()">x</a>'))).not.toEqual([])
  })
})

describe('text of strangers stays text', () => {
  it.each(vectors.map((vector, index) => [index, vector] as const))(
    'on the page of an order (%i: %s)',
    async (index) => {
      const path = `/ops/orders/${encodeURIComponent(hostileOrderId(index))}`
      const masked = await visitor.page(path)
      expect(await foreignMarkup(masked)).toEqual([])
      expect(await foreignMarkup(await visitor.page(`${path}?personal=shown`))).toEqual([])
    },
  )

  it.each(vectors.map((vector, index) => [index, vector] as const))(
    'on the page of a delivery (%i: %s)',
    async (index) => {
      const path = `/ops/deliveries/dlv_hostile_${index}`
      expect(await foreignMarkup(await visitor.page(path))).toEqual([])
      expect(await foreignMarkup(await visitor.page(`${path}?personal=shown`))).toEqual([])
    },
  )

  it.each(['/ops', '/ops/orders', '/ops/deliveries', '/ops/exceptions', '/ops/exceptions?status=all'])(
    'on %s',
    async (path) => {
      const html = await visitor.page(path)
      expect(html).toContain('pwned()')
      expect(await foreignMarkup(html)).toEqual([])
    },
  )

  it.each(xssVectors)('in a filter, a search and an address: %s', async (vector) => {
    const value = encodeURIComponent(vector)
    const paths = [
      `orders?q=${value}&status=${value}`,
      `deliveries?q=${value}&topic=${value}`,
      `exceptions?fingerprint=${value}`,
    ]
    for (const path of paths) expect(await foreignMarkup(await visitor.page(`/ops/${path}`))).toEqual([])
    expect(await foreignMarkup(await page(`/ops/orders/${value}`))).toEqual([])
    expect(await foreignMarkup(await page(`/ops/sign-in?back=${value}`))).toEqual([])
  })

  it('so that a tracking address becomes a link only where it is one of the web', async () => {
    const links = await Promise.all(
      vectors.map((_, index) => visitor.page(`/ops/orders/${encodeURIComponent(hostileOrderId(index))}`)),
    )
    for (const html of links) expect(html).not.toMatch(/href="(?!\/ops|#)/)
  })
})
