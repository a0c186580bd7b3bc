/** An error of access in the form of RFC 6750 §3: the status, the challenge and a body that says it again. */
export function oauthError(
  status: 401 | 403,
  error: 'invalid_token' | 'insufficient_scope' | 'invalid_request',
  description: string,
): Response {
  return new Response(JSON.stringify({ error, error_description: description }), {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'www-authenticate': `Bearer realm="starling", error="${error}", error_description="${description}"`,
    },
  });
}
