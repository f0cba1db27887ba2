/** Signing in and out, and the colours: the only changes that need no operator. */
import { varsOf } from '../../../env.ts'
import { signIn, signOut } from '../../operator.ts'
import { readForm } from '../form-token.ts'
import type { OpsContext } from '../ops-context.ts'
import { foreignForm } from '../refusals.tsx'
import { renderSolo } from '../render-page.tsx'
import { asTheme, rememberTheme } from '../theme.ts'
import { SignInPage } from './sign-in-page.tsx'

export function signInRoute(c: OpsContext): Promise<Response> {
  const { access, devToken } = varsOf(c.env)
  const how = access !== null ? 'access' : devToken !== null ? 'dev_token' : 'closed'
  const page = <SignInPage how={how} formToken={c.var.formToken} back={ownPath(c.req.query('back'))} failed={false} />
  return renderSolo(c, 'Sign in', page)
}

export async function signInPostRoute(c: OpsContext): Promise<Response> {
  const form = await readForm(c)
  if (form === null) return foreignForm(c)
  const back = ownPath(form.back)
  if (await signIn(c, form.token?.trim() ?? '')) return c.redirect(back, 303)
  return renderSolo(c, 'Sign in', <SignInPage how="dev_token" formToken={c.var.formToken} back={back} failed />, 401)
}

export async function signOutRoute(c: OpsContext): Promise<Response> {
  if ((await readForm(c)) === null) return foreignForm(c)
  signOut(c)
  // With Cloudflare Access in front, its own session must end too, or the next request signs in again.
  return c.redirect(varsOf(c.env).access === null ? '/ops/sign-in' : '/cdn-cgi/access/logout', 303)
}

export async function themeRoute(c: OpsContext): Promise<Response> {
  const form = await readForm(c)
  if (form === null) return foreignForm(c)
  rememberTheme(c, asTheme(form.theme))
  return c.redirect(ownPath(form.back), 303)
}

/** Only paths of the console: a link to the sign-in page must not be able to lead a person elsewhere afterwards. */
export function ownPath(path: string | undefined): string {
  const resolved = path !== undefined && URL.canParse(path, 'http://console') ? new URL(path, 'http://console') : null
  const inside = resolved?.origin === 'http://console' && /^\/ops(?:\/|\?|$)/.test(resolved.pathname + resolved.search)
  return inside && resolved !== null ? resolved.pathname + resolved.search : '/ops'
}
