/** The door: the development token locally, Cloudflare Access in production. */
import { Notice } from '../design/card.tsx'
import { Icon, IconSprite } from '../design/icon.tsx'
import { PostForm } from '../design/post-form.tsx'

type SignInProps = {
  readonly how: 'dev_token' | 'access' | 'closed'
  readonly formToken: string
  readonly back: string
  readonly failed: boolean
}

export const SignInPage = ({ how, formToken, back, failed }: SignInProps) => (
  <main class="card signin">
    <IconSprite />
    <div class="brand">
      <Icon name="logo" />
      Crossdock
    </div>
    <div>
      <h1>Sign in</h1>
      {how === 'dev_token' && <p class="soft">Paste the development token that the start command printed.</p>}
      {how === 'access' && (
        <p class="soft">
          Your company's sign-in stands in front of this console. <a href={back}>Go through it</a>.
        </p>
      )}
      {how === 'closed' && (
        <p class="soft">
          Nobody can sign in yet: this deployment has neither Cloudflare Access nor a development token. Set
          ACCESS_TEAM_DOMAIN and ACCESS_AUDIENCE.
        </p>
      )}
    </div>
    {failed && (
      <Notice tone="bad">
        <Icon name="ban" />
        That token is not the one.
      </Notice>
    )}
    {how === 'dev_token' && (
      <PostForm action="/ops/sign-in" token={formToken}>
        <input type="hidden" name="back" value={back} />
        {/* Password keepers file the token under a name. */}
        <input type="text" name="username" value="operator" autocomplete="username" hidden readonly />
        <div class="field">
          <label for="token">Development token</label>
          <input
            id="token"
            type="password"
            name="token"
            autocomplete="current-password"
            required
            autofocus
            maxlength={200}
          />
        </div>
        <button type="submit" class="primary">
          Sign in
        </button>
      </PostForm>
    )}
  </main>
)
