/**
 * What the last action came to, said after the redirect. The URL carries a code of this table, never a text, so nobody
 * can put words in the console's mouth.
 */
import { Notice } from './card.tsx'
import { Icon, type IconName } from './icon.tsx'

type Tone = 'info' | 'good' | 'warn' | 'bad'

const notices = {
  hold_placed: ['good', 'pause', 'The order is on hold.'],
  hold_released: ['good', 'check', 'The hold is released; the order goes on.'],
  retry_requested: ['good', 'repeat', 'The order looks again now.'],
  cancel_requested: ['good', 'ban', 'The order is being cancelled.'],
  replay_requested: ['good', 'repeat', 'The delivery is applied again within a few seconds.'],
  resend_requested: ['good', 'repeat', 'The figures are sent again, the most urgent first.'],
  profile_reviewed: ['good', 'check', 'The draft is reviewed and may be activated.'],
  profile_activated: ['good', 'check', 'The profile decides about orders planned from now on.'],
  shadow_started: ['good', 'eye', 'The draft runs in shadow.'],
  shadow_stopped: ['good', 'check', 'The shadow is stopped.'],
  revision_conflict: ['bad', 'copy', 'Somebody changed the profile meanwhile. Look at it again.'],
  not_reviewed: ['bad', 'ban', 'Refused: the draft has not been reviewed as it is.'],
  not_shadowed: ['bad', 'ban', 'Refused: the draft never ran in shadow.'],
  review_by_author: ['bad', 'person', 'Refused: another person has to review the draft.'],
  profile_refused: ['bad', 'ban', 'The profile does not allow that step now.'],
  nothing_changed: ['info', 'info', 'Nothing changed: the order was already there.'],
  reason_missing: ['bad', 'triangle', 'Say why: people who read the history will ask.'],
  not_replayable: ['warn', 'info', 'This delivery is still in flight; there is nothing to replay.'],
  order_not_found: ['bad', 'triangle', 'There is no such order.'],
  order_closed: ['bad', 'ban', 'Refused: the order is over.'],
  hold_not_found: ['bad', 'ban', 'Refused: the order has no such hold.'],
  hold_conflict: ['bad', 'ban', 'Refused: another hold of that name exists.'],
  cancel_too_late: ['bad', 'truck', 'Refused: the order has shipped. Ask for a return instead.'],
  refused: ['bad', 'ban', 'The order refused. Its timeline says more.'],
} as const satisfies Record<string, readonly [Tone, IconName, string]>

export type NoticeCode = keyof typeof notices

export const isNotice = (code: string): code is NoticeCode => Object.hasOwn(notices, code)

export const NoticeOf = ({ code }: { code: string | undefined }) => {
  if (code === undefined || !isNotice(code)) return null
  const [tone, icon, text] = notices[code]
  return (
    <Notice tone={tone}>
      <Icon name={icon} />
      {text}
    </Notice>
  )
}
