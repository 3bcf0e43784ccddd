// Run the audits of graphql-http (GraphQL over HTTP) against a running service.
// Usage: node audit.mjs URL CLIENT_ID CLIENT_SECRET
// Prints each audit that is not ok; exits with 1 if a MUST or a SHOULD is among them.
import { serverAudits } from "graphql-http";

const [url, clientId, clientSecret] = process.argv.slice(2);
if (!url || !clientId || !clientSecret) {
  console.error("usage: node audit.mjs URL CLIENT_ID CLIENT_SECRET");
  process.exit(2);
}

const fetchFn = (input, init = {}) =>
  fetch(input, {
    ...init,
    headers: { ...init.headers, "client-id": clientId, "client-secret": clientSecret },
  });

const ok = { MUST: 0, SHOULD: 0, MAY: 0 };
const all = { MUST: 0, SHOULD: 0, MAY: 0 };
for (const audit of serverAudits({ url, fetchFn })) {
  const level = audit.name.split(" ")[0];
  all[level] += 1;
  const result = await audit.fn();
  if (result.status === "ok") ok[level] += 1;
  else console.log(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
}

console.log(Object.keys(all).map((level) => `${level} ${ok[level]}/${all[level]}`).join(", "));
process.exit(ok.MUST === all.MUST && ok.SHOULD === all.SHOULD ? 0 : 1);
