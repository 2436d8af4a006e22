/**
 * Headers of every answer: browsers must not frame it, guess its type, run scripts from elsewhere, or tell others where
 * they came from. Fixed, since working them out for each answer was a twentieth of the server's time under load. No
 * `Strict-Transport-Security`: whether this site is to be reached by TLS only is for whoever runs the TLS in front to
 * say. See https://owasp.org/www-project-secure-headers/
 */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';img-src 'self' data:;object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
} as const;
