/** Can this account work as a connection to its partner? Asked of a configuration file, before anything is started. */
import type { CheckAccount } from '../domain/config/check-references.ts'
import { connectorOf, partners } from './registry.ts'

export const accountProblems: CheckAccount = (account) => {
  const rule = connectorOf(account.partner)?.account
  if (rule === undefined)
    return [{ member: 'partner', message: `no partner '${account.partner}': ${partners.join(', ')}` }]
  const roles = rule.roles.join(' or ')
  const misplaced = rule.roles.includes(account.role)
    ? []
    : [{ member: 'role', message: `${account.partner} is a ${roles}` }]
  const absent = rule.needs.filter((need) => (need === 'baseUrl' ? !account.baseUrl : !account.secrets[need]))
  return [
    ...misplaced,
    ...absent.map((need) => ({
      member: need === 'baseUrl' ? need : `secrets.${need}`,
      message: `${account.partner} cannot do without it`,
    })),
  ]
}
