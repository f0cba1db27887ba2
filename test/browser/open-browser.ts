/** Chromium for tests: a fresh profile each time, no sandbox services, nothing that calls home. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
export const chromiumMissing = !existsSync(executablePath)

/** Said once, loudly: a suite that does not run must not look like one that passed. */
export function warnAboutMissingChromium(): void {
  console.warn(`
  ==========================================================================
  SKIPPED: the console's browser tests. There is no Chromium at
  ${executablePath}. Install it with \`apt-get install chromium\`, or set
  CHROMIUM to the path of one, and run them again.
  ==========================================================================
`)
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For whatever a page or the browser itself takes its time with on a busy machine. */
export const patienceMs = 120_000

export type Look = 'light' | 'dark'
export type Browser = { readonly context: BrowserContext; readonly close: () => Promise<void> }
type Options = { readonly look?: Look; readonly script?: boolean; readonly size?: { width: number; height: number } }

export async function openBrowser({ look = 'light', script = true, size }: Options = {}): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'crossdock-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: flags,
    colorScheme: look,
    javaScriptEnabled: script,
    viewport: size ?? { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    timeout: patienceMs,
  })
  context.setDefaultTimeout(patienceMs)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const close = async () => {
    await context.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
  }
  return { context, close }
}

/** What a page should never give cause for. */
export type Trouble = { readonly what: string[] }

/** Notes console errors, failed requests, requests to other hosts and breaches of the page's policy. */
export async function watch(page: Page, origin: string): Promise<Trouble> {
  const trouble: Trouble = { what: [] }
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.what.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => trouble.what.push(`error: ${error.message}`))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) trouble.what.push(`request: ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 500) trouble.what.push(`answer ${response.status()}: ${response.url()}`)
  })
  page.on('dialog', (dialog) => {
    trouble.what.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.exposeFunction('alarm', (what: string) => void trouble.what.push(what))
  await page.addInitScript(installAlarms)
  return trouble
}

declare global {
  interface Window {
    /** Exposed to every page: what must not happen there. */
    alarm(what: string): void
  }
}

/** Runs in the page before anything else: the vectors of the corpus all call `pwned()`. */
function installAlarms(): void {
  const alarm = (what: string) => void window.alarm(what)
  Object.assign(window, { pwned: () => alarm('script of a stranger ran') })
  document.addEventListener('securitypolicyviolation', (event) =>
    alarm(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
  )
}

export async function signIn(page: Page, url: string, token: string): Promise<void> {
  await page.goto(`${url}/ops/sign-in`)
  await page.getByLabel('Development token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${url}/ops`)
}
