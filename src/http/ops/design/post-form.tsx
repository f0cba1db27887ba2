/** A form that changes something: always POST, always with the token that proves it is ours. */
import type { Child } from 'hono/jsx'
import { formTokenField } from '../form-token.ts'

type PostFormProps = {
  readonly action: string
  readonly token: string
  readonly children: Child
  readonly class?: string
}

export const PostForm = ({ action, token, children, class: className }: PostFormProps) => (
  <form method="post" action={action} class={className}>
    <input type="hidden" name={formTokenField} value={token} />
    {children}
  </form>
)

type ConfirmProps = {
  readonly id: string
  /** On the button that opens the sheet; ends in an ellipsis because it asks before acting. */
  readonly open: Child
  readonly title: string
  readonly action: string
  readonly token: string
  readonly confirm: string
  readonly danger?: boolean
  readonly small?: boolean
  readonly children: Child
}

/** A button and the sheet it opens. The popover is the browser's own, so asking first works without script. */
export const Confirm = ({ id, open, title, action, token, confirm, danger, small, children }: ConfirmProps) => (
  <>
    <button type="button" class={`${danger ? 'danger' : ''} ${small ? 'small' : ''}`.trim()} popovertarget={id}>
      {open}
    </button>
    <div popover="auto" id={id} class="sheet" role="dialog" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
      </header>
      <PostForm action={action} token={token} class="body">
        {children}
        <div class="foot">
          <button type="button" popovertarget={id} popovertargetaction="hide">
            Keep as it is
          </button>
          <button type="submit" class={`primary ${danger ? 'danger' : ''}`.trim()}>
            {confirm}
          </button>
        </div>
      </PostForm>
    </div>
  </>
)
