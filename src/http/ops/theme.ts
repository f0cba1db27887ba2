/** Light, dark or as the system says: kept in a cookie so that the first paint is already right. */
import { getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import type { OpsContext, OpsEnv, Theme } from './ops-context.ts'

const themeCookie = 'crossdock_theme'
const cookieMaxAgeSeconds = 365 * 86_400
const themes: readonly Theme[] = ['auto', 'light', 'dark']

export const asTheme = (value: string | undefined): Theme => themes.find((theme) => theme === value) ?? 'auto'

export const theme = createMiddleware<OpsEnv>(async function theme(c, next) {
  c.set('theme', asTheme(getCookie(c, themeCookie)))
  await next()
})

export function rememberTheme(c: OpsContext, value: Theme): void {
  setCookie(c, themeCookie, value, { sameSite: 'Strict', path: '/ops', maxAge: cookieMaxAgeSeconds })
}
