import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDevToken } from '../fixtures/config.ts'
import { xssVectors } from '../fixtures/xss.ts'
import {
  type Browser,
  chromiumMissing,
  openBrowser,
  patienceMs,
  signIn,
  type Trouble,
  warnAboutMissingChromium,
  watch,
} from './open-browser.ts'
import { type ConsoleServer, startConsole } from './start-console.ts'

if (chromiumMissing) warnAboutMissingChromium()

describe.skipIf(chromiumMissing)('text that strangers stored', () => {
  let server: ConsoleServer
  let browser: Browser
  let page: Page
  let trouble: Trouble
  let stored: { orders: string[]; deliveries: string[] }
  beforeAll(async () => {
    server = await startConsole()
    stored = await server.seed('hostile')
    browser = await openBrowser()
    page = await browser.context.newPage()
    trouble = await watch(page, server.url)
    await signIn(page, server.url, testDevToken)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  /** Opens the page and does to it what makes dormant script run: focus, hover, toggles, a refresh in place. */
  async function provoke(path: string): Promise<void> {
    await page.goto(server.url + path)
    await page.evaluate(() => {
      for (const element of document.querySelectorAll<HTMLElement>('main *')) {
        element.focus()
        element.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))
      }
      for (const details of document.querySelectorAll('details')) details.open = !details.open
      for (const region of document.querySelectorAll('main [data-live]')) region.replaceChildren('stale')
    })
    await page.keyboard.press('Escape')
    await page.keyboard.press('r')
    await page.waitForFunction(
      () => ![...document.querySelectorAll('main [data-live]')].some((one) => one.textContent === 'stale'),
    )
  }

  it('raises the alarm when script does run', async () => {
    const probe = await browser.context.newPage()
    const seen = await watch(probe, server.url)
    await probe.route('**/probe', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<img src=x: onerror="pwned()">' }),
    )
    await probe.goto(`${server.url}/probe`)
    await expect.poll(() => seen.what, { timeout: patienceMs }).toContain('script of a stranger ran')
    await probe.close()
  })

  it('raises the alarm when a policy stops script that got in', async () => {
    const probe = await browser.context.newPage()
    const seen = await watch(probe, server.url)
    const headers = { 'content-security-policy': "default-src 'self'" }
    const body = '<script>pwned()</script>'
    await probe.route('**/probe', (route) => route.fulfill({ contentType: 'text/html', headers, body }))
    await probe.goto(`${server.url}/probe`)
    await expect.poll(() => seen.what.join(), { timeout: patienceMs }).toMatch(/policy: script-src/)
    await probe.close()
  })

  it('never runs on an order, masked or shown', async () => {
    expect(stored.orders.length).toBe(xssVectors.length + 1)
    for (const order of stored.orders) {
      await provoke(`/ops/orders/${encodeURIComponent(order)}`)
      await provoke(`/ops/orders/${encodeURIComponent(order)}?personal=shown`)
      expect(trouble.what, order).toEqual([])
    }
  })

  it('never runs on a delivery, masked, shown or as its whole body', async () => {
    for (const delivery of stored.deliveries) {
      await provoke(`/ops/deliveries/${encodeURIComponent(delivery)}?personal=shown`)
      await page.goto(`${server.url}/ops/deliveries/${encodeURIComponent(delivery)}/body`)
      expect(await page.evaluate(() => document.contentType)).toBe('text/plain')
      expect(trouble.what, delivery).toEqual([])
    }
  })

  it('never runs in a list', async () => {
    for (const path of ['/ops', '/ops/orders', '/ops/deliveries', '/ops/exceptions', '/ops/exceptions?status=all']) {
      await provoke(path)
      expect(trouble.what, path).toEqual([])
    }
  })

  it('never runs when it is searched for', async () => {
    for (const vector of xssVectors) {
      await page.goto(
        `${server.url}/ops/deliveries?q=${encodeURIComponent(vector)}&topic=${encodeURIComponent(vector)}`,
      )
      expect(await page.locator('input[name=topic]').inputValue()).toBe(vector.trim())
      expect(trouble.what, vector).toEqual([])
    }
  })
})
