import type { HttpServer } from '../../../platform/http/http-server.ts';

/**
 * The page behind the link of the first start and of invitations: makes an account. Plain HTML with its script beside
 * it, so that the usual content security policy holds. The token stands behind the # and reaches no server's log.
 */
export function addJoinPage(app: HttpServer): void {
  const hide = { schema: { hide: true } };
  app.get('/join', hide, async (_, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  app.get('/join/start.js', hide, async (_, reply) => reply.type('text/javascript; charset=utf-8').send(START));
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Join Mainspring</title>
  </head>
  <body>
    <main>
      <h1>Make your account</h1>
      <form>
        <p><label>Your name<br><input name="name" autocomplete="name" required maxlength="200"></label></p>
        <p><label>E-mail address, unless you were invited by mail<br><input name="email" type="email" autocomplete="username"></label></p>
        <p><label>Password, 10 characters or more<br><input name="password" type="password" autocomplete="new-password" required minlength="10" maxlength="128"></label></p>
        <p><button>Make my account</button></p>
        <p role="status"></p>
      </form>
    </main>
    <noscript>This page needs JavaScript.</noscript>
    <script src="/join/start.js"></script>
  </body>
</html>
`;

const START = `
const form = document.querySelector('form');
const status = document.querySelector('[role=status]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { name, email, password } = Object.fromEntries(new FormData(form));
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  const body = JSON.stringify({ token, name, password, ...(email && { email }) });
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch('/api/auth/join', { method: 'POST', headers, body });
    status.textContent = answer.ok
      ? 'Your account is made, and you are signed in.'
      : (await answer.json()).error.message;
  } catch {
    status.textContent = 'The server did not answer. Try again.';
  }
});
`;
