/**
 * The Authorization header for a secret: "Bearer SECRET", or the secret as it is when it names its scheme, such as
 * "Basic YWRhOnNlY3JldA==". No headers without a secret.
 */
export function authorizationHeaders(token: string | undefined): Readonly<Record<string, string>> {
  if (token === undefined) return {};
  return { authorization: token.includes(" ") ? token : `Bearer ${token}` };
}
