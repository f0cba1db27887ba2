import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDevToken } from '../fixtures/config.ts'
import { auditPage } from './audit-page.ts'
import {
  type Browser,
  chromiumMissing,
  type Look,
  openBrowser,
  signIn,
  type Trouble,
  warnAboutMissingChromium,
  watch,
} from './open-browser.ts'
import { type ConsoleServer, startConsole } from './start-console.ts'

if (chromiumMissing) warnAboutMissingChromium()

describe.skipIf(chromiumMissing)('the console in Chromium', () => {
  let server: ConsoleServer
  let orders: string[]
  beforeAll(async () => {
    server = await startConsole()
    orders = (await server.seed('demo')).orders
  })
  afterAll(async () => await server?.stop())

  const orderUrl = (index: number) => `${server.url}/ops/orders/${encodeURIComponent(orders[index] ?? '')}`
  const rooms = () =>
    [
      '/ops',
      '/ops/orders',
      '/ops/stock',
      '/ops/stock/ROPE-10',
      '/ops/stock/LAMP-12V',
      '/ops/transfers',
      '/ops/transfers/TR-117',
      '/ops/channels',
      '/ops/sourcing',
      '/ops/sourcing/balanced',
      '/ops/deliveries',
      '/ops/exceptions',
      '/ops/exceptions?status=all',
    ].map((path) => server.url + path)

  describe('for a person at the keyboard', () => {
    let browser: Browser
    let page: Page
    let trouble: Trouble
    beforeEach(async () => {
      browser = await openBrowser()
      page = await browser.context.newPage()
      trouble = await watch(page, server.url)
      await signIn(page, server.url, testDevToken)
    })
    afterEach(async () => {
      await browser.close()
      expect(trouble.what).toEqual([])
    })

    const openedRow = () => page.evaluate(() => document.activeElement?.closest('tr')?.rowIndex ?? 0)

    it('moves along rows with j and k and opens one with Enter', async () => {
      await page.goto(`${server.url}/ops/orders`)
      for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key)
      expect(await openedRow()).toBe(2)
      const target = await page.evaluate(() => (document.activeElement as HTMLAnchorElement).href)
      await page.keyboard.press('Enter')
      await page.waitForURL(target)
      expect(await page.locator('h1').textContent()).toBe('#1903')
    })

    it('searches from anywhere with /, and Escape leaves the field', async () => {
      await page.keyboard.press('/')
      await page.keyboard.type('SO-60119')
      await page.keyboard.press('Enter')
      await page.waitForURL(orderUrl(1))
      await page.keyboard.press('/')
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('search')
      await page.keyboard.press('Escape')
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
    })

    it('types letters into fields as letters', async () => {
      await page.goto(`${server.url}/ops/orders`)
      await page.keyboard.press('/')
      await page.keyboard.type('go?jk')
      expect(await page.inputValue('#search')).toBe('go?jk')
      expect(page.url()).toBe(`${server.url}/ops/orders`)
    })

    it('goes to a room with g and its letter', async () => {
      for (const [key, path] of [
        ['o', '/ops/orders'],
        ['s', '/ops/stock'],
        ['c', '/ops/channels'],
        ['r', '/ops/sourcing'],
        ['d', '/ops/deliveries'],
        ['e', '/ops/exceptions'],
        ['h', '/ops'],
      ]) {
        // Together, as fingers are quicker than an answer from a busy browser.
        await Promise.all([page.keyboard.press('g'), page.keyboard.press(key ?? '')])
        await page.waitForURL(`${server.url}${path}`)
      }
    })

    it('explains itself with ? and closes with Escape', async () => {
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'visible' })
      await page.keyboard.press('Escape')
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'hidden' })
    })

    it('turns pages with the brackets', async () => {
      await page.goto(`${server.url}/ops/orders`)
      await page.keyboard.press(']')
      await page.waitForURL(/cursor=/)
      expect(await page.locator('tr[data-row]').count()).toBe(14)
      await page.keyboard.press('[')
      await page.waitForURL(`${server.url}/ops/orders`)
    })

    it('filters as soon as a filter is chosen, and keeps it in the address', async () => {
      await page.goto(`${server.url}/ops/orders`)
      await page.getByLabel('Status').selectOption('on_hold')
      await page.waitForURL(`${server.url}/ops/orders?status=on_hold`)
      expect(await page.locator('tr[data-row]').count()).toBe(6)
    })

    it('changes colours with t and keeps them', async () => {
      await page.keyboard.press('t')
      await page.waitForSelector('html[data-theme=dark]')
      await page.goto(`${server.url}/ops/orders`)
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark')
    })

    it('asks before it cancels an order, and then does', async () => {
      await page.goto(orderUrl(3))
      await page.getByRole('button', { name: 'Cancel…' }).click()
      const sheet = page.getByRole('dialog', { name: 'Cancel this order' })
      await sheet.getByRole('button', { name: 'Keep as it is' }).click()
      await sheet.waitFor({ state: 'hidden' })
      expect((await server.commands()).commands).toEqual([])
      await page.getByRole('button', { name: 'Cancel…' }).click()
      await sheet.getByLabel('Why').fill('ordered twice')
      await sheet.getByRole('button', { name: 'Cancel order' }).click()
      await page.getByText('The order is being cancelled.').waitFor()
      expect((await server.commands()).commands).toMatchObject([
        { orderId: orders[3], command: { type: 'cancel', reason: 'ordered twice' } },
      ])
      await page.waitForURL(orderUrl(3))
    })

    it('copies a payload as it is shown', async () => {
      await page.goto(orderUrl(3))
      await page.getByRole('button', { name: 'Copy' }).first().click()
      await page.waitForFunction(() => document.getElementById('announce')?.textContent === 'Copied')
      const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
      expect(copied).toMatchObject({ name: '#1901', email: '••••' })
    })

    it('keeps the row that a person stands on through a refresh', async () => {
      await page.goto(`${server.url}/ops/orders`)
      await page.keyboard.press('j')
      const before = await page.evaluate(() => (document.activeElement as HTMLAnchorElement).href)
      await page.evaluate(() => document.querySelector('#list tbody tr:last-child')?.remove())
      await page.keyboard.press('r')
      await page.waitForFunction(() => document.querySelectorAll('tr[data-row]').length === 50)
      expect(await page.evaluate(() => (document.activeElement as HTMLAnchorElement).href)).toBe(before)
    })

    it('sorts a table from the keyboard, says so, and comes back to it', async () => {
      await page.goto(`${server.url}/ops/stock/ROPE-10`)
      const places = page.locator('#places')
      const order = () => places.locator('tbody th').allTextContents()
      const before = await order()
      const head = places.getByRole('columnheader', { name: 'Available' })
      expect(await head.getAttribute('aria-sort')).toBeNull()
      await head.getByRole('link').focus()
      await page.keyboard.press('Enter')
      await page.waitForURL(`${server.url}/ops/stock/ROPE-10?places=-available#places`)
      expect(await order()).toEqual(before.toReversed())
      expect(await head.getAttribute('aria-sort')).toBe('descending')
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.closest('section')?.id)).toBe('places')
    })

    it('leaves open through a refresh what a person has opened', async () => {
      await page.goto(`${server.url}/ops/stock/ROPE-10`)
      const why = page.locator('#channels details').first()
      await why.locator('summary').click()
      await page.evaluate(() => document.querySelector('#channels tbody tr:last-child')?.remove())
      await page.keyboard.press('r')
      await page.waitForFunction(() => document.querySelectorAll('#channels details').length === 2)
      expect(await why.getAttribute('open')).toBe('')
    })

    it('stops refreshing when told to, and says so', async () => {
      await page.goto(`${server.url}/ops`)
      await page.keyboard.press('p')
      expect(await page.locator('#live').textContent()).toBe('Paused')
      expect(await page.locator('#live').getAttribute('aria-pressed')).toBe('true')
    })
  })

  describe.each(['light', 'dark'] as const)('in %s colours', (look: Look) => {
    let browser: Browser
    beforeAll(async () => {
      browser = await openBrowser({ look })
    })
    afterAll(async () => await browser?.close())

    it('passes the audit on every page, without an error and without another host', async () => {
      const page = await browser.context.newPage()
      const trouble = await watch(page, server.url)
      await page.goto(`${server.url}/ops/sign-in`)
      expect(await auditPage(page), 'sign-in').toEqual([])
      await signIn(page, server.url, testDevToken)
      const pages = [...rooms(), `${orderUrl(2)}/routing`, ...Array.from({ length: 11 }, (_, index) => orderUrl(index))]
      for (const url of pages) {
        await page.goto(url)
        expect(await auditPage(page), url).toEqual([])
      }
      expect(trouble.what).toEqual([])
    })

    it('would not pass the audit with faint text, a nameless button or an id used twice', async () => {
      const page = await browser.context.newPage()
      await page.setContent(
        '<html lang="en"><body style="background:white"><main><h1 id="a">Head</h1>' +
          '<p id="a" style="color:#999">faint</p><button></button><h3>deep</h3></main></body></html>',
      )
      const found = (await auditPage(page)).join('\n')
      for (const fault of ['contrast 2.85', 'no name: <button>', 'id twice: a', 'heading h3 after h1']) {
        expect(found).toContain(fault)
      }
    })

    it('passes the audit with a sheet open', async () => {
      const page = await browser.context.newPage()
      await page.goto(orderUrl(3))
      await page.getByRole('button', { name: 'Cancel…' }).click()
      expect(await auditPage(page)).toEqual([])
    })

    it('moves nothing while a page comes up', async () => {
      const page = await browser.context.newPage()
      for (const url of [...rooms(), orderUrl(1)]) {
        await page.goto(url)
        const shift = await page.evaluate(layoutShift)
        expect(shift, url).toBeLessThan(0.01)
      }
    })

    it('folds every table on a telephone, so that nothing in it lies to the side, and keeps what it is', async () => {
      const page = await browser.context.newPage()
      await signIn(page, server.url, testDevToken)
      await page.setViewportSize({ width: 390, height: 844 })
      for (const url of [...rooms(), `${server.url}/ops/channels/shopify-us`, orderUrl(1), `${orderUrl(2)}/routing`]) {
        await page.goto(url)
        for (const details of await page.locator('#channels details').all()) await details.locator('summary').click()
        expect(await page.evaluate(hiddenToTheSide), url).toEqual([])
        expect(await auditPage(page), url).toEqual([])
      }
      await page.goto(`${server.url}/ops/orders`)
      const row = page.locator('tr[data-row]').first()
      for (const what of ['shopify-us', 'USD', 'ago']) expect(await row.innerText()).toContain(what)
      const session = await page.context().newCDPSession(page)
      const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: { role?: { value: string } }[] }
      const roles = new Set(nodes.map(({ role }) => role?.value))
      for (const role of ['table', 'row', 'rowheader', 'cell', 'columnheader']) expect(roles).toContain(role)
    })

    it.each([
      ['a tablet', { width: 820, height: 1180 }],
      ['a telephone', { width: 390, height: 844 }],
    ])('fits %s without scrolling sideways', async (_device, viewport) => {
      const page = await browser.context.newPage()
      await page.setViewportSize(viewport)
      for (const url of [...rooms(), orderUrl(1), `${orderUrl(2)}/routing`]) {
        await page.goto(url)
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect(over, url).toBeLessThanOrEqual(0)
      }
    })
  })

  describe('without script', () => {
    it('signs in, filters, opens an order, asks before cancelling, and shows personal data', async () => {
      const browser = await openBrowser({ script: false })
      const page = await browser.context.newPage()
      await signIn(page, server.url, testDevToken)
      await page.goto(`${server.url}/ops/orders`)
      await page.getByLabel('Status').selectOption('released')
      await page.getByRole('button', { name: 'Apply' }).click()
      await page.getByRole('link', { name: '#1901' }).click()
      await page.getByRole('button', { name: 'Cancel…' }).click()
      await page.getByRole('dialog', { name: 'Cancel this order' }).waitFor({ state: 'visible' })
      await page.goto(orderUrl(3))
      await page.getByRole('link', { name: 'Show personal data' }).first().click()
      expect(await page.locator('#summary').textContent()).toContain('4 Pier Road')
      await browser.close()
    })
  })
})

/** What of a table on the page can only be seen by scrolling it sideways. */
function hiddenToTheSide(): string[] {
  const wide = [...document.querySelectorAll('.scroll')].filter(
    (box) => box.checkVisibility() && box.scrollWidth > box.clientWidth,
  )
  return wide.map((box) => box.closest('section')?.id ?? '')
}

/** Sum of what Chromium counted as unexpected movement since the page began. */
function layoutShift(): Promise<number> {
  return new Promise((resolve) => {
    let sum = 0
    const add = (entries: PerformanceEntryList) => {
      for (const entry of entries) sum += (entry as PerformanceEntry & { value: number }).value
    }
    const observer = new PerformanceObserver((list) => add(list.getEntries()))
    observer.observe({ type: 'layout-shift', buffered: true })
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)))
  })
}
