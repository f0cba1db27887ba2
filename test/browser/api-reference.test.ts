import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumMissing, type Look, openBrowser, patienceMs, warnAboutMissingChromium, watch } from './open-browser.ts'
import { type ConsoleServer, startConsole } from './start-console.ts'

if (chromiumMissing) warnAboutMissingChromium()

describe.skipIf(chromiumMissing)('the API reference in Chromium', () => {
  let server: ConsoleServer
  beforeAll(async () => {
    server = await startConsole()
  })
  afterAll(async () => await server?.stop())

  const brightnessOf = (colour: string) =>
    (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)

  it.each<[Look, (brightness: number) => boolean]>([
    ['light', (brightness) => brightness > 600],
    ['dark', (brightness) => brightness < 200],
  ])(
    'lists every operation in the %s theme, without a breach of its policy or a request elsewhere',
    async (look, fits) => {
      const browser = await openBrowser({ look })
      const page = await browser.context.newPage()
      const trouble = await watch(page, server.url)
      await page.goto(`${server.url}/docs`)
      await page.locator('.opblock').first().waitFor()
      const described = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, object> }
      const operations = Object.values(described.paths).flatMap((item) => Object.keys(item))
      await expect.poll(() => page.locator('.opblock').count(), { timeout: patienceMs }).toBe(operations.length)
      await page.locator('#operations-orders-captureOrder button').first().click()
      await page.getByText('PO-7781').first().waitFor()
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      expect(fits(brightnessOf(background)), background).toBe(true)
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/docs-${look}.png` })
      await browser.close()
      expect(trouble.what).toEqual([])
    },
  )
})
