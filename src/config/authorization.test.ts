import { expect, test } from "vitest";
import { authorizationHeaders } from "./authorization.ts";

test.each([
  [undefined, {}],
  ["s3cret", { authorization: "Bearer s3cret" }],
  ["Basic YWRhOnNlY3JldA==", { authorization: "Basic YWRhOnNlY3JldA==" }],
])("the token %s gives the headers %j", (token, headers) => {
  expect(authorizationHeaders(token)).toEqual(headers);
});
